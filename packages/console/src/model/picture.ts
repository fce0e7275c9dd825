import { chooseThumbnail, type Encoding, type Size, thumbnailSize } from './thumbnail.js';

/** What an image message tells of its image. */
export interface Picture extends Size {
  readonly thumbnail?: (Size & { readonly blob: Blob }) | undefined;
}

/** Absent when this browser cannot decode it, and for SVG, which is a document. */
export async function readPicture(file: Blob): Promise<Picture | undefined> {
  if (!file.type.startsWith('image/') || file.type.startsWith('image/svg')) return undefined;
  const bitmap = await createImageBitmap(file).catch(() => undefined);
  if (!bitmap) return undefined;
  try {
    const thumbnail = await thumbnailOf(bitmap, file.type).catch(() => undefined);
    return { width: bitmap.width, height: bitmap.height, thumbnail };
  } finally {
    bitmap.close();
  }
}

async function thumbnailOf(bitmap: ImageBitmap, imageType: string): Promise<Picture['thumbnail']> {
  const size = thumbnailSize(bitmap);
  const canvas = Object.assign(document.createElement('canvas'), size);
  const context = canvas.getContext('2d');
  if (!context) return undefined;
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, size.width, size.height);
  const encode = ({ type, quality }: Encoding): Promise<Blob | null> => {
    if (type === 'image/jpeg') {
      // It has no transparency; what is behind would be black.
      context.globalCompositeOperation = 'destination-over';
      context.fillStyle = '#fff';
      context.fillRect(0, 0, size.width, size.height);
    }
    return new Promise((resolve) => canvas.toBlob(resolve, type, quality));
  };
  const blob = await chooseThumbnail(imageType, encode);
  return blob && { ...size, blob };
}

/** In pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** As `toBlob` of a canvas takes it. */
export interface Encoding {
  readonly type: 'image/png' | 'image/jpeg';
  readonly quality?: number;
}

/** Of its longer side. */
const LONGEST_PX = 160;
/** A message has 32 KB for it, the name and the description. */
const MOST_BYTES = 24 * 1024;

const JPEG: readonly Encoding[] = [0.85, 0.7, 0.5, 0.3, 0.1].map((quality) => ({ type: 'image/jpeg', quality }));

/** As large as a thumbnail may be; small images stay as they are. */
export function thumbnailSize({ width, height }: Size): Size {
  const scale = Math.min(1, LONGEST_PX / Math.max(width, height));
  const scaled = (side: number) => Math.max(1, Math.round(side * scale));
  return { width: scaled(width), height: scaled(height) };
}

/** The first that is small enough, if any: PNG for drawings, which keeps what is transparent; then worse and worse JPEG. */
export async function chooseThumbnail(
  imageType: string,
  encode: (encoding: Encoding) => Promise<Blob | null>,
): Promise<Blob | undefined> {
  const encodings: readonly Encoding[] = imageType === 'image/jpeg' ? JPEG : [{ type: 'image/png' }, ...JPEG];
  for (const encoding of encodings) {
    const blob = await encode(encoding);
    if (blob && blob.size <= MOST_BYTES) return blob;
  }
  return undefined;
}

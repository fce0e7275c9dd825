import { type ImageBody, LIMITS, readMediaBody, utf8Bytes, writeMediaBody } from 'ar-rtm-protocol';
import { blobOf, fromBase64, isBlob, toBase64 } from '../platform.js';
import { imageType, mediaType } from './media-type.js';
import type { MessageKind } from './message-kind.js';

/** Messages of files and images: what names the bytes, and a thumbnail (api.md 5.1). */
export function mediaKind(isImage: boolean): MessageKind {
  return {
    messageType: isImage ? 'IMAGE' : 'FILE',
    write({
      mediaId: Id,
      fileName: Name = '',
      description = '',
      thumbnail,
      size: Size = 0,
      width: Width = 0,
      height: Height = 0,
      thumbnailWidth: ThumbWidth = 0,
      thumbnailHeight: ThumbHeight = 0,
    }) {
      if (typeof description !== 'string' || (thumbnail !== undefined && !isBlob(thumbnail))) return false;
      const { size = 0, type = '' } = thumbnail ?? {};
      const said = {
        Id,
        Name,
        Size,
        Thumb: '',
        ThumbType: mediaType(type),
        Width,
        Height,
        ThumbWidth,
        ThumbHeight,
      } as ImageBody;
      const body = writeMediaBody(said, isImage);
      // Checks what was said as every receiver does.
      const read = readMediaBody(body, isImage);
      if (!read?.Id || utf8Bytes(read.Name) + utf8Bytes(description) + size > LIMITS.MESSAGE_BYTES) return false;
      if (!thumbnail || size === 0) return [body, description];
      const later = async () => {
        const bytes = new Uint8Array(await thumbnail.arrayBuffer());
        return { MsgBody: writeMediaBody({ ...read, Thumb: toBase64(bytes) }, isImage) };
      };
      return [body, description, later];
    },
    read(body, description) {
      const read = readMediaBody(body, isImage) as ImageBody | undefined;
      if (!read) return undefined;
      const { Id: mediaId, Name: fileName, Size: size, Thumb, ThumbType } = read;
      const { Width: width, Height: height, ThumbWidth: thumbnailWidth, ThumbHeight: thumbnailHeight } = read;
      return {
        ...{ mediaId, fileName, description, thumbnail: blobOf([fromBase64(Thumb)], imageType(ThumbType)), size },
        ...(isImage && { width, height, thumbnailWidth, thumbnailHeight }),
      };
    },
  };
}

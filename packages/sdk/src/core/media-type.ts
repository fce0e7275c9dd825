/** Longer ones are no media types, and would not pass the server. */
const LENGTH = 127;

/** A type of a `Blob`, as it may be told to others. */
export function mediaType(type: string): string {
  return type.length > LENGTH ? '' : type;
}

/** Types of images that run nothing when they are opened; the sender of a message can claim any. */
export function imageType(type: string): string {
  return /^image\/(png|jpeg|gif|bmp|webp|avif)$/.test(type) ? type : '';
}

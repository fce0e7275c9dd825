/** Addresses and ids of uploaded files (wire-protocol.md, proposal P7). */

/** Uploads by the tus protocol: `POST` here, then `HEAD`, `PATCH` and `DELETE` at `<path>/<mediaId>`. */
export const MEDIA_UPLOAD_PATH = '/arapi/v1/artmgw/uploadMedia';

/** Downloads at `<path>/<mediaId>`. */
export const MEDIA_PATH = '/arapi/v1/artmgw/media';

const MEDIA_ID_PATTERN = /^[0-9a-f]{32}$/;

/** Whether `value` has the form of a media id: 128 random bits in lower-case hex. */
export function isMediaId(value: unknown): value is string {
  return typeof value === 'string' && MEDIA_ID_PATTERN.test(value);
}

/** Headers of uploads and downloads, as texts: nothing of them is trusted. */

/** What an upload is called and what it holds (`Upload-Metadata` of tus: `filename <base64>,filetype <base64>`). */
export interface UploadMetadata {
  readonly name: string;
  readonly type: string;
}

const NAME_BYTES = 1024;
const MEDIA_TYPE = /^[a-z0-9!#$&^_.+-]{1,63}\/[a-z0-9!#$&^_.+-]{1,63}(;[ -~]{0,100})?$/i;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** Absent: it cannot be read, or the name is too long. A type that is none is left out, as browsers do. */
export function parseUploadMetadata(header: string | undefined): UploadMetadata | undefined {
  const values = new Map<string, string>();
  for (const pair of (header ?? '').split(',')) {
    const [key = '', value = '', ...more] = pair.trim().split(' ');
    if (more.length > 0 || !BASE64.test(value)) return undefined;
    values.set(key, Buffer.from(value, 'base64').toString());
  }
  const name = values.get('filename') ?? '';
  const type = values.get('filetype') ?? '';
  if (Buffer.byteLength(name) > NAME_BYTES) return undefined;
  return { name, type: MEDIA_TYPE.test(type) ? type : '' };
}

/** A decimal number without sign, at most 2^53 - 1. */
export function parseCount(header: string | string[] | undefined): number | undefined {
  if (typeof header !== 'string' || !/^\d{1,16}$/.test(header)) return undefined;
  const count = Number(header);
  return Number.isSafeInteger(count) ? count : undefined;
}

/** The ticket in `Authorization: Bearer <sessId>`. */
export function bearerOf(header: string | undefined): string | undefined {
  return /^Bearer +([\w.-]{1,512})$/i.exec(header ?? '')?.[1];
}

/** For a browser: save it, under this name. It is data: whatever could end the header, or be a path, is replaced. */
export function attachment(name: string): string {
  const safe = name.replace(/[\p{C}\p{Zl}\p{Zp}\\/:*?"<>|]/gu, '_').slice(0, 200);
  // Nothing but dots is a folder.
  const clean = /^\.*$/.test(safe) ? 'file' : safe;
  const plain = clean.replace(/[^ -~]|[%;]/g, '_');
  const encoded = encodeURIComponent(clean.replace(/[\ud800-\udfff]/g, '_')).replace(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}

/** Types that a browser shows or plays without running anything in them. */
const HARMLESS = /^(image\/(png|jpeg|gif|bmp|webp|avif)|audio\/[\w.+-]+|video\/[\w.+-]+|application\/(pdf|zip))$/i;

/** The type to serve a file with: none that runs as a script or page, whatever its owner says. */
export function servedType(type: string): string {
  return HARMLESS.test(type) ? type : 'application/octet-stream';
}

export type ByteRange = { readonly from: number; readonly length: number } | 'whole' | 'unsatisfiable';

/** One range of bytes (RFC 9110, 14.2). What cannot be read, and several ranges, count as none. */
export function parseRange(header: string | undefined, size: number): ByteRange {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/i.exec(header?.trim() ?? '');
  const [, first = '', last = ''] = match ?? [];
  if (!match || (first === '' && last === '')) return 'whole';
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? 'unsatisfiable' : { from: size - length, length };
  }
  const from = Number(first);
  if (last !== '' && Number(last) < from) return 'whole';
  if (from >= size) return 'unsatisfiable';
  return { from, length: Math.min(last === '' ? size : Number(last) + 1, size) - from };
}

/** Whether a list of entity tags (`If-None-Match`, `If-Match`) names this one. */
export function namesTag(header: string, etag: string, isWeakGood: boolean): boolean {
  return header.split(',').some((part) => {
    const tag = part.trim();
    return tag === '*' || tag === etag || (isWeakGood && tag === `W/${etag}`);
  });
}

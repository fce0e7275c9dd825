/**
 * What browsers and Node have alike and the core uses: data and pure functions, nothing that reaches outside. Declared here,
 * and not taken from the types of either, so that the core sees nothing else of them.
 */

/** `Blob`, which also a `File` is. */
export interface Bytes {
  readonly size: number;
  /** Media type, `""` if unknown. */
  readonly type: string;
  slice(from: number, to?: number, type?: string): Bytes;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** `AbortSignal`. */
export interface Signal {
  readonly aborted: boolean;
  addEventListener(event: 'abort', listener: () => void): void;
  removeEventListener(event: 'abort', listener: () => void): void;
}

interface Encoder {
  encode(text: string): Uint8Array;
}

declare const Blob: new (parts: readonly (Uint8Array | Bytes)[], options: { readonly type: string }) => Bytes;
declare const TextEncoder: new () => Encoder;
declare const btoa: (binary: string) => string;
declare const atob: (base64: string) => string;

export function blobOf(parts: readonly (Uint8Array | Bytes)[], type: string): Bytes {
  return new Blob(parts, { type });
}

/** Also those that come from another window. */
export function isBlob(value: unknown): value is Bytes {
  return /^(Blob|File)$/.test(className(value));
}

export function isSignal(value: unknown): value is Signal {
  return className(value) === 'AbortSignal';
}

export function isBytes(value: unknown): value is Uint8Array {
  return className(value) === 'Uint8Array';
}

export function utf8Of(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Not for more than some ten thousand bytes: each is an argument of a call. */
export function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

/** Throws when the text is no Base64. */
export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (unit) => unit.charCodeAt(0));
}

function className(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

import { readFileSync, writeFileSync } from 'node:fs';

/** Types of browsers that the API names. A mini-program has them from the SDK, and no browser's `lib` in its project. */
const TYPES = `
/** Bytes of a file, read when they are needed. */
interface Blob {
  readonly size: number;
  /** Media type, \`""\` if unknown. */
  readonly type: string;
  slice(from?: number, to?: number, type?: string): Blob;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** The \`signal\` of an \`AbortController\`. */
interface AbortSignal {
  readonly aborted: boolean;
  addEventListener(event: 'abort', listener: () => void): void;
  removeEventListener(event: 'abort', listener: () => void): void;
}
`;

/** Adds them to a file of declarations, visible in it alone. */
export function addBrowserTypes(file) {
  writeFileSync(file, readFileSync(file, 'utf8') + TYPES);
}

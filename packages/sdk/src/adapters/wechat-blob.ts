import type { Bytes } from '../platform.js';

/** Bytes somewhere, which are read when they are needed. */
interface Source {
  readonly size: number;
  /** `from` and `to` lie in it. */
  read(from: number, to: number): Promise<Uint8Array>;
}

/** A piece of a source. */
interface Piece {
  readonly source: Source;
  readonly from: number;
  readonly to: number;
}

/** `Blob` for mini-programs, which have none: bytes in memory, which are not copied, or in a file. */
export class WechatBlob implements Bytes {
  readonly size: number;
  readonly type: string;
  private readonly pieces: readonly Piece[];

  constructor(parts: readonly (Uint8Array | Bytes | Source)[] = [], { type = '' }: { readonly type?: string } = {}) {
    this.pieces = parts.flatMap((part) =>
      part instanceof WechatBlob ? part.pieces : [{ source: sourceOf(part), from: 0, to: sizeOf(part) }],
    );
    this.size = this.pieces.reduce((sum, { from, to }) => sum + to - from, 0);
    this.type = type;
  }

  /** By which the SDK knows it. */
  get [Symbol.toStringTag](): string {
    return 'Blob';
  }

  slice(from = 0, to = this.size, type = ''): WechatBlob {
    const pieces: Piece[] = [];
    let at = 0;
    for (const piece of this.pieces) {
      const size = piece.to - piece.from;
      const [first, last] = [Math.max(from - at, 0), Math.min(to - at, size)];
      if (first < last) pieces.push({ source: piece.source, from: piece.from + first, to: piece.from + last });
      at += size;
    }
    return new WechatBlob(pieces.map(asSource), { type });
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    const all = new Uint8Array(this.size);
    let at = 0;
    for (const { source, from, to } of this.pieces) {
      all.set(await source.read(from, to), at);
      at += to - from;
    }
    return all.buffer;
  }
}

function asSource({ source, from, to }: Piece): Source {
  return { size: to - from, read: (first, last) => source.read(from + first, from + last) };
}

function sizeOf(part: Uint8Array | Bytes | Source): number {
  return 'size' in part ? part.size : part.length;
}

function sourceOf(part: Uint8Array | Bytes | Source): Source {
  if ('read' in part) return part;
  if ('size' in part) {
    const read = async (from: number, to: number) => new Uint8Array(await part.slice(from, to).arrayBuffer());
    return { size: part.size, read };
  }
  return { size: part.length, read: async (from, to) => part.subarray(from, to) };
}

import { createHash } from 'node:crypto';
import type { AppendResult, MediaBytes, MediaRef, MediaSize, SealResult } from '../../ports/index.js';

interface StoredFile {
  readonly ref: MediaRef;
  parts: Uint8Array[];
  size: number;
  sha256: string | undefined;
}

export interface MemoryMediaOptions {
  /** Bytes that may be stored in all. */
  readonly capacityBytes: number;
}

/** {@link MediaBytes} without a disk: for servers that keep nothing over a restart, and for tests. */
export class MemoryMediaBytes implements MediaBytes {
  private readonly files = new Map<string, StoredFile>();
  private bytes = 0;

  constructor(private readonly options: MemoryMediaOptions) {}

  async create({ appId, mediaId }: MediaRef): Promise<'created' | 'full'> {
    const key = keyOf({ appId, mediaId });
    if (this.files.has(key)) return 'created';
    if (this.bytes >= this.options.capacityBytes) return 'full';
    this.files.set(key, { ref: { appId, mediaId }, parts: [], size: 0, sha256: undefined });
    return 'created';
  }

  async append({
    offset,
    bytes,
    ...ref
  }: MediaRef & { readonly offset: number; readonly bytes: Uint8Array }): Promise<AppendResult> {
    const file = this.files.get(keyOf(ref));
    if (!file || file.sha256 !== undefined) return { outcome: 'missing' };
    if (offset !== file.size) return { outcome: 'wrong-offset', size: file.size };
    if (this.bytes + bytes.length > this.options.capacityBytes) return { outcome: 'full' };
    file.parts.push(bytes.slice());
    file.size += bytes.length;
    this.bytes += bytes.length;
    return { outcome: 'appended', size: file.size };
  }

  async size(ref: MediaRef): Promise<MediaSize | undefined> {
    const file = this.files.get(keyOf(ref));
    return file && { size: file.size, isSealed: file.sha256 !== undefined };
  }

  async seal({ size, ...ref }: MediaRef & { readonly size: number }): Promise<SealResult> {
    const file = this.files.get(keyOf(ref));
    if (!file) return { outcome: 'missing' };
    if (file.size !== size) return { outcome: 'wrong-size', size: file.size };
    file.sha256 ??= digest(file.parts);
    return { outcome: 'sealed', sha256: file.sha256 };
  }

  async read({
    from,
    length,
    ...ref
  }: MediaRef & { readonly from: number; readonly length: number }): Promise<Uint8Array | undefined> {
    const file = this.files.get(keyOf(ref));
    if (file?.sha256 === undefined) return undefined;
    const result = new Uint8Array(Math.max(0, Math.min(length, file.size - from)));
    let start = 0;
    for (const part of file.parts) {
      const piece = part.subarray(Math.max(0, from - start), Math.max(0, from + result.length - start));
      if (piece.length > 0) result.set(piece, Math.max(0, start - from));
      start += part.length;
    }
    return result;
  }

  async remove(ref: MediaRef): Promise<void> {
    this.bytes -= this.files.get(keyOf(ref))?.size ?? 0;
    this.files.delete(keyOf(ref));
  }

  async list({ after, limit }: { readonly after?: MediaRef; readonly limit: number }): Promise<readonly MediaRef[]> {
    const behind = after === undefined ? '' : keyOf(after);
    const keys = [...this.files.keys()].filter((key) => key > behind).sort();
    return keys.slice(0, limit).flatMap((key) => this.files.get(key)?.ref ?? []);
  }

  async room(): Promise<{ readonly freeBytes: number }> {
    return { freeBytes: Math.max(0, this.options.capacityBytes - this.bytes) };
  }
}

const keyOf = ({ appId, mediaId }: MediaRef): string => `${appId}/${mediaId}`;

function digest(parts: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

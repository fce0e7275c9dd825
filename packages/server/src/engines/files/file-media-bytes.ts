import { constants, copyFile, mkdir, rename, rm, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  type AppendResult,
  EngineUnavailable,
  type MediaBytes,
  MediaDamaged,
  type MediaRef,
  type MediaSize,
  type SealResult,
  type Time,
} from '../../ports/index.js';
import { HEAD_BYTES, writeAll } from './file-head.js';
import { ignoreMissing, PART, pathIn, refsIn, SEALED, syncFolders, withFile } from './media-folder.js';
import { createPart, MARK_EVERY_BYTES, recoverPart, writeMark } from './part-file.js';
import { addSums, digestOf, isWithoutSums, readContent, sizeOf } from './sealed-file.js';

export interface FileMediaOptions {
  readonly dir: string;
  readonly time: Time;
}

/** An unfinished file that this process has looked at. */
interface Part {
  size: number;
  /** So much of it is known to be on disk. */
  marked: number;
}

/**
 * {@link MediaBytes} in a folder. An upload grows in a file of its own, which is flushed, and then renamed when it is
 * complete: whatever has the ending of sealed files is whole, at whatever moment the process or the machine stops.
 */
export class FileMediaBytes implements MediaBytes {
  /** What calls for a file that are under way wait for. */
  private readonly turns = new Map<string, Promise<unknown>>();
  private readonly parts = new Map<string, Part>();
  /** Files without sums that this process has compared with their SHA-256, and could not give any. */
  private readonly compared = new Set<string>();

  constructor(private readonly options: FileMediaOptions) {}

  create(request: MediaRef & { readonly timeoutMs: number }): Promise<'created' | 'full'> {
    return this.inTurn(request, async (path) => {
      if ((await sizeOf(path + SEALED)) !== undefined) return 'created';
      try {
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        await createPart(path + PART);
        return 'created';
      } catch (error) {
        if (isFull(error)) return 'full';
        throw error;
      }
    });
  }

  append(
    request: MediaRef & { readonly offset: number; readonly bytes: Uint8Array; readonly timeoutMs: number },
  ): Promise<AppendResult> {
    const { offset, bytes } = request;
    return this.inTurn(request, async (path) => {
      const part = await this.part(path);
      if (!part) return { outcome: 'missing' };
      if (part.size !== offset) return { outcome: 'wrong-offset', size: part.size };
      try {
        await withFile(path + PART, 'r+', async (file) => {
          await writeAll(file, bytes, HEAD_BYTES + offset);
          const size = offset + bytes.length;
          if (size - part.marked >= MARK_EVERY_BYTES) {
            await writeMark(file, size);
            part.marked = size;
          }
          part.size = size;
        });
        return { outcome: 'appended', size: part.size };
      } catch (error) {
        if (isFull(error)) return { outcome: 'full' };
        throw error;
      }
    });
  }

  size(request: MediaRef & { readonly timeoutMs: number }): Promise<MediaSize | undefined> {
    return this.inTurn(request, async (path) => {
      const sealed = await sizeOf(path + SEALED);
      if (sealed !== undefined) return { size: sealed, isSealed: true };
      const part = await this.part(path);
      return part && { size: part.size, isSealed: false };
    });
  }

  seal(request: MediaRef & { readonly size: number; readonly timeoutMs: number }): Promise<SealResult> {
    return this.inTurn(request, async (path) => {
      const sealed = await sizeOf(path + SEALED);
      const size = sealed ?? (await this.part(path))?.size;
      if (size === undefined) return { outcome: 'missing' };
      if (size !== request.size) return { outcome: 'wrong-size', size };
      if (sealed !== undefined) return { outcome: 'sealed', sha256: await digestOf(path + SEALED) };
      const sha256 = await addSums(path + PART, size);
      await rename(path + PART, path + SEALED);
      this.parts.delete(path);
      await syncFolders(path);
      return { outcome: 'sealed', sha256 };
    });
  }

  read(
    request: MediaRef & {
      readonly from: number;
      readonly length: number;
      readonly sha256?: string;
      readonly timeoutMs: number;
    },
  ): Promise<Uint8Array | undefined> {
    const { from, length, sha256, timeoutMs } = request;
    // Sealed files do not change: reads need no turn.
    const path = pathIn(this.options.dir, request);
    const reading = async () => {
      if (sha256 !== undefined && !this.compared.has(path) && (await isWithoutSums(path + SEALED))) {
        await this.inTurn(request, () => this.giveSums(path, sha256));
      }
      return readContent(path + SEALED, from, length);
    };
    return this.within(reading().catch(ignoreMissing), timeoutMs);
  }

  remove(request: MediaRef & { readonly timeoutMs: number }): Promise<void> {
    return this.inTurn(request, async (path) => {
      this.parts.delete(path);
      this.compared.delete(path);
      await rm(path + PART, { force: true });
      await rm(path + SEALED, { force: true });
    });
  }

  async list({ after, limit }: { readonly after?: MediaRef; readonly limit: number }): Promise<readonly MediaRef[]> {
    const found: MediaRef[] = [];
    for await (const ref of refsIn(this.options.dir, after)) {
      found.push(ref);
      if (found.length >= limit) break;
    }
    return found;
  }

  async room({ timeoutMs }: { readonly timeoutMs: number }): Promise<{ readonly freeBytes: number }> {
    const ask = async () => {
      await mkdir(this.options.dir, { recursive: true, mode: 0o700 });
      const { bavail, bsize } = await statfs(this.options.dir);
      return { freeBytes: bavail * bsize };
    };
    return this.within(ask(), timeoutMs);
  }

  /**
   * Takes a file of an older release, if it is whole, into the form of this one: a copy in its place, since a backup may share
   * its bytes.
   */
  private async giveSums(path: string, sha256: string): Promise<void> {
    // Another reader may have been here.
    if (this.compared.has(path) || !(await isWithoutSums(path + SEALED))) return;
    if ((await digestOf(path + SEALED)) !== sha256) throw new MediaDamaged('the SHA-256 is another one');
    const size = (await sizeOf(path + SEALED)) ?? 0;
    try {
      await copyFile(path + SEALED, path + PART, constants.COPYFILE_FICLONE);
      if ((await addSums(path + PART, size)) !== sha256) throw new MediaDamaged('the copy is another one');
      await rename(path + PART, path + SEALED);
      await syncFolders(path);
    } catch {
      // No room, most likely. It has been compared: it is read as it is until the next start.
      this.compared.add(path);
      await rm(path + PART, { force: true }).catch(() => undefined);
    }
  }

  /** The unfinished file as it is; the first time in this process it may be one that a crash has left. */
  private async part(path: string): Promise<Part | undefined> {
    const known = this.parts.get(path);
    if (known) return known;
    const size = await recoverPart(path + PART).catch(ignoreMissing);
    if (size === undefined) return undefined;
    const part = { size, marked: size };
    this.parts.set(path, part);
    return part;
  }

  /** One call for a file after the other. */
  private async inTurn<T>(
    request: MediaRef & { readonly timeoutMs: number },
    task: (path: string) => Promise<T>,
  ): Promise<T> {
    const path = pathIn(this.options.dir, request);
    const done = (this.turns.get(path) ?? Promise.resolve()).then(() => task(path));
    const turn = done
      .catch(() => undefined)
      .then(() => {
        if (this.turns.get(path) === turn) this.turns.delete(path);
      });
    this.turns.set(path, turn);
    return this.within(done, request.timeoutMs);
  }

  private within<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
    return new Promise((resolve, reject) => {
      const cancel = this.options.time.after(timeoutMs, () => reject(new EngineUnavailable('the disk is too slow')));
      work.then(resolve, reject).finally(cancel);
    });
  }
}

function isFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'EFBIG'].includes((error as NodeJS.ErrnoException).code ?? '');
}

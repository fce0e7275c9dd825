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
import { Seals } from './seals.js';
import { Turns } from './turns.js';

export interface FileMediaOptions {
  readonly dir: string;
  readonly time: Time;
  /** Its own unless given: the reading of whole files. */
  readonly seals?: Seals;
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
  private readonly turns = new Turns();
  private readonly parts = new Map<string, Part>();
  /** Files without sums that this process has compared with their SHA-256, and could not give any: as they are, or damaged. */
  private readonly compared = new Map<string, 'sound' | 'damaged'>();
  /** Files without sums that are given some. */
  private readonly summing = new Map<string, Promise<void>>();
  private readonly seals: Seals;

  constructor(private readonly options: FileMediaOptions) {
    this.seals = options.seals ?? new Seals(options.time);
  }

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
            // A flush that failed may succeed the next time without the bytes being on disk: then it goes on at the last mark.
            this.parts.delete(path);
            await writeMark(file, size);
            this.parts.set(path, part);
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
      if (sealed === undefined) this.seals.forget(path);
      const sha256 = await this.seals.digest({ appId: request.appId, path, bytes: size }, async (onPiece) => {
        const digest = await (sealed === undefined ? this.end(path, size, onPiece) : digestOf(path + SEALED, onPiece));
        // Of one that is sealed, too: who sealed it may have been killed before this.
        await syncFolders(path);
        return digest;
      });
      return { outcome: 'sealed', sha256 };
    });
  }

  async read(
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
    const inTime = <T>(work: Promise<T>) => this.within(work.catch(ignoreMissing), timeoutMs);
    if (sha256 !== undefined && this.compared.get(path) !== 'sound' && (await inTime(isWithoutSums(path + SEALED)))) {
      await this.seals.whileMoving(this.sums(request, path, sha256).catch(ignoreMissing), timeoutMs);
    }
    return inTime(readContent(path + SEALED, from, length));
  }

  remove(request: MediaRef & { readonly timeoutMs: number }): Promise<void> {
    return this.inTurn(request, async (path) => {
      this.parts.delete(path);
      this.compared.delete(path);
      this.seals.forget(path);
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

  /** Gives sums to a file of an older release, once for all who read it meanwhile. */
  private sums(ref: MediaRef, path: string, sha256: string): Promise<void> {
    const under = this.summing.get(path);
    if (under !== undefined) return under;
    const done = this.turns.next(path, () => this.giveSums(ref, path, sha256)).finally(() => this.summing.delete(path));
    this.summing.set(path, done);
    return done;
  }

  /**
   * Takes a file of an older release, if it is whole, into the form of this one: a copy in its place, since a backup may share
   * its bytes.
   */
  private async giveSums({ appId }: MediaRef, path: string, sha256: string): Promise<void> {
    const compared = this.compared.get(path);
    if (compared === 'damaged') throw new MediaDamaged('the SHA-256 is another one');
    // Another reader may have been here.
    if (compared === 'sound' || !(await isWithoutSums(path + SEALED))) return;
    const bytes = (await sizeOf(path + SEALED)) ?? 0;
    await this.seals.read({ appId, path, bytes }, async (onPiece) => {
      if ((await digestOf(path + SEALED, onPiece)) !== sha256) {
        this.compared.set(path, 'damaged');
        throw new MediaDamaged('the SHA-256 is another one');
      }
      try {
        await copyFile(path + SEALED, path + PART, constants.COPYFILE_FICLONE);
        if ((await addSums(path + PART, bytes, onPiece)) !== sha256) throw new MediaDamaged('the copy is another one');
        await rename(path + PART, path + SEALED);
        await syncFolders(path);
      } catch {
        // No room, most likely. It has been compared: it is read as it is until the next start.
        this.compared.set(path, 'sound');
        await rm(path + PART, { force: true }).catch(() => undefined);
      }
    });
  }

  private async end(path: string, size: number, onPiece: () => void): Promise<string> {
    // If this fails, what is not marked counts as lost: see append.
    this.parts.delete(path);
    const digest = await addSums(path + PART, size, onPiece);
    await rename(path + PART, path + SEALED);
    return digest;
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

  /** One call for a file after the other; behind one that is being sealed it waits as long as that gets on. */
  private async inTurn<T>(
    request: MediaRef & { readonly timeoutMs: number },
    task: (path: string) => Promise<T>,
  ): Promise<T> {
    const path = pathIn(this.options.dir, request);
    return this.seals.whileMoving(
      this.turns.next(path, () => task(path)),
      request.timeoutMs,
    );
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

import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  type AppendResult,
  EngineUnavailable,
  type MediaBytes,
  type MediaRef,
  type MediaSize,
  type SealResult,
  type Time,
} from '../../ports/index.js';
import { createPart, HEAD_BYTES, MARK_EVERY_BYTES, recoverPart, writeAll, writeMark } from './part-file.js';

export interface FileMediaOptions {
  /** `<dir>/<app>/<first two characters>/<id>.part` while a file is uploaded, then `<id>.media`. */
  readonly dir: string;
  readonly time: Time;
}

/** An unfinished file that this process has looked at. */
interface Part {
  size: number;
  /** So much of it is known to be on disk. */
  marked: number;
}

const PART = '.part';
const SEALED = '.media';
const READ_BYTES = 256 * 1024;

/**
 * {@link MediaBytes} in a folder. An upload grows in a file of its own, which is flushed, and then renamed when it is
 * complete: whatever has the ending of sealed files is whole, at whatever moment the process or the machine stops.
 */
export class FileMediaBytes implements MediaBytes {
  /** What calls for a file that are under way wait for. */
  private readonly turns = new Map<string, Promise<unknown>>();
  private readonly parts = new Map<string, Part>();

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
      if (sealed === undefined) {
        // What a failed write has left behind the end is no content.
        await withFile(path + PART, 'r+', async (file) => {
          await file.truncate(HEAD_BYTES + size);
          await file.sync();
        });
        await rename(path + PART, path + SEALED);
        this.parts.delete(path);
        await this.syncFolders(path);
      }
      return { outcome: 'sealed', sha256: await withFile(path + SEALED, 'r', digest) };
    });
  }

  read(
    request: MediaRef & { readonly from: number; readonly length: number; readonly timeoutMs: number },
  ): Promise<Uint8Array | undefined> {
    const { from, length } = request;
    // Sealed files do not change: reads need no turn.
    const path = this.pathOf(request);
    const reading = withFile(path + SEALED, 'r', async (file) => {
      const { size } = await file.stat();
      const bytes = Buffer.alloc(Math.max(0, Math.min(length, size - HEAD_BYTES - from)));
      let done = 0;
      while (done < bytes.length) {
        const { bytesRead } = await file.read(bytes, done, bytes.length - done, HEAD_BYTES + from + done);
        if (bytesRead === 0) throw new Error('a sealed file became shorter');
        done += bytesRead;
      }
      return bytes;
    });
    return this.within(reading.catch(ignoreMissing), request.timeoutMs);
  }

  remove(request: MediaRef & { readonly timeoutMs: number }): Promise<void> {
    return this.inTurn(request, async (path) => {
      this.parts.delete(path);
      await rm(path + PART, { force: true });
      await rm(path + SEALED, { force: true });
    });
  }

  async list({ after, limit }: { readonly after?: MediaRef; readonly limit: number }): Promise<readonly MediaRef[]> {
    const found: MediaRef[] = [];
    for (const app of await namesIn(this.options.dir)) {
      const appId = decodeURIComponent(app);
      if (after && appId < after.appId) continue;
      const last = after?.appId === appId ? after.mediaId : '';
      for (const shard of await namesIn(join(this.options.dir, app))) {
        if (shard < last.slice(0, 2)) continue;
        const names = await namesIn(join(this.options.dir, app, shard));
        const ids = new Set(names.map((name) => name.split('.', 1)[0] as string));
        for (const mediaId of ids) if (mediaId > last) found.push({ appId, mediaId });
        if (found.length >= limit) return found.slice(0, limit);
      }
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

  /** The rename is on disk when the folder is; folders that were made for it need their own. */
  private async syncFolders(path: string): Promise<void> {
    // Windows does not open folders.
    if (process.platform === 'win32') return;
    for (let folder = dirname(path), depth = 0; depth < 3; folder = dirname(folder), depth += 1) {
      await withFile(folder, 'r', (handle) => handle.sync());
    }
  }

  /** Ids are names, not paths: they are made by the server, and encoded all the same. */
  private pathOf({ appId, mediaId }: MediaRef): string {
    if (!/^\w{3,64}$/.test(mediaId)) throw new TypeError('not a media id');
    return join(this.options.dir, encodeURIComponent(appId), mediaId.slice(0, 2), mediaId);
  }

  /** One call for a file after the other. */
  private async inTurn<T>(
    request: MediaRef & { readonly timeoutMs: number },
    task: (path: string) => Promise<T>,
  ): Promise<T> {
    const path = this.pathOf(request);
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

async function withFile<T>(path: string, flags: string, use: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path, flags);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

async function digest(file: FileHandle): Promise<string> {
  const hash = createHash('sha256');
  const buffer = Buffer.alloc(READ_BYTES);
  for (let position = HEAD_BYTES; ; ) {
    const { bytesRead } = await file.read(buffer, 0, READ_BYTES, position);
    if (bytesRead === 0) return hash.digest('hex');
    hash.update(buffer.subarray(0, bytesRead));
    position += bytesRead;
  }
}

/** Bytes of content; absent without a file. */
async function sizeOf(path: string): Promise<number | undefined> {
  const found = await stat(path).catch(ignoreMissing);
  return found && found.size - HEAD_BYTES;
}

async function namesIn(folder: string): Promise<string[]> {
  return ((await readdir(folder).catch(ignoreMissing)) ?? []).sort();
}

function isFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'EFBIG'].includes((error as NodeJS.ErrnoException).code ?? '');
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
  return undefined;
}

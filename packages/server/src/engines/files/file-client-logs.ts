import { appendFile, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ClientLogLines, ClientLogs } from '../../ports/index.js';

export interface FileClientLogsOptions {
  /** `<dir>/<app>/<user>.log`, and the file before it as `<user>.log.1`. */
  readonly dir: string;
  /** A file of this size is put aside, and the one that was aside goes. */
  readonly fileBytes: number;
  /** All files together, at least 4 KB each; above it those that were written to the longest ago go. */
  readonly totalBytes: number;
}

interface LogFile {
  readonly path: string;
  readonly bytes: number;
  readonly writtenMs: number;
}

/** Appends that may wait for the disk; more are refused, so that a slow disk costs log lines and no memory. */
const MOST_WAITING = 200;
const BLOCK_BYTES = 4096;

/** Log lines of clients in files, one after the other. */
export class FileClientLogs implements ClientLogs {
  private turn: Promise<unknown> = Promise.resolve();
  private waiting = 0;
  private totalBytes: number | undefined;

  constructor(private readonly options: FileClientLogsOptions) {}

  append(request: ClientLogLines): Promise<void> {
    if (this.waiting >= MOST_WAITING) return Promise.reject(new Error('the disk is too slow for log lines of clients'));
    this.waiting += 1;
    const done = this.turn.then(() => this.write(request));
    this.turn = done
      .catch(() => undefined)
      .then(() => {
        this.waiting -= 1;
      });
    return done;
  }

  private async write({ appId, uid, lines }: ClientLogLines): Promise<void> {
    const { dir, fileBytes, totalBytes } = this.options;
    if (lines.length === 0) return;
    // Encoded, an ID holds no separator, and with the ending it is no name of a folder.
    const path = join(dir, encodeURIComponent(appId), `${encodeURIComponent(uid)}.log`);
    const text = Buffer.from(lines.map((line) => `${line}\n`).join(''));
    this.totalBytes ??= sum(await this.files());
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const before = await sizeOf(path);
    let rest = before;
    if (before + text.length > fileBytes) {
      const aside = `${path}.1`;
      this.totalBytes -= roomOf(await sizeOf(aside));
      await rename(path, aside).catch(ignoreMissing);
      rest = 0;
    }
    await appendFile(path, text, { mode: 0o600 });
    this.totalBytes += roomOf(rest + text.length) - roomOf(rest);
    if (this.totalBytes > totalBytes) await this.makeRoom();
  }

  /** Removes the oldest files until a tenth of the room is free. */
  private async makeRoom(): Promise<void> {
    const files = (await this.files()).sort((a, b) => a.writtenMs - b.writtenMs);
    let bytes = sum(files);
    for (const file of files) {
      if (bytes <= this.options.totalBytes * 0.9) break;
      await rm(file.path, { force: true });
      bytes -= roomOf(file.bytes);
    }
    this.totalBytes = bytes;
  }

  private async files(): Promise<LogFile[]> {
    const names = await readdir(this.options.dir, { recursive: true }).catch(ignoreMissing);
    const files: LogFile[] = [];
    for (const name of names ?? []) {
      if (!/\.log(\.1)?$/.test(name)) continue;
      const path = join(this.options.dir, name);
      const { size, mtimeMs } = await stat(path);
      files.push({ path, bytes: size, writtenMs: mtimeMs });
    }
    return files;
  }
}

const sum = (files: readonly LogFile[]): number => files.reduce((total, { bytes }) => total + roomOf(bytes), 0);

/** What a file takes on disk: a block at least, if it is there. */
const roomOf = (bytes: number): number => (bytes === 0 ? 0 : Math.max(bytes, BLOCK_BYTES));

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(ignoreMissing))?.size ?? 0;
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
  return undefined;
}

import { type FileHandle, open, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { MediaRef } from '../../ports/index.js';

/** What lies where: `<folder>/<app>/<first two characters>/<id>.part` while a file is uploaded, then `<id>.media`. */
export const PART = '.part';
export const SEALED = '.media';

/** Ids are names, not paths: they are made by the server, and looked at all the same. */
const ID = /^\w{3,64}$/;
const NAME = /^(\w{3,64})\.(part|media)$/;

/** The folder of the files of a data directory, and of a backup. */
export const mediaFolderIn = (dataDir: string): string => join(dataDir, 'media');

/** Where a file lies, without its ending. */
export function pathIn(folder: string, { appId, mediaId }: MediaRef): string {
  if (!ID.test(mediaId)) throw new TypeError('not a media id');
  return join(folder, encodeURIComponent(appId), mediaId.slice(0, 2), mediaId);
}

/** Files of a folder, finished or not, in an order that stays the same; those behind `after`. What else lies there is nobody's. */
export async function* refsIn(folder: string, after?: MediaRef): AsyncGenerator<MediaRef, void> {
  for (const app of await namesIn(folder)) {
    const appId = decodeURIComponent(app);
    if (after && appId < after.appId) continue;
    const last = after?.appId === appId ? after.mediaId : '';
    for (const shard of await namesIn(join(folder, app))) {
      if (shard < last.slice(0, 2)) continue;
      const names = await namesIn(join(folder, app, shard));
      const ids = new Set(names.flatMap((name) => NAME.exec(name)?.[1] ?? []));
      for (const mediaId of ids) if (mediaId > last) yield { appId, mediaId };
    }
  }
}

/** A rename is on disk when the folder is; the folders that were made for the file (three of them) are when the one above is. */
export async function syncFolders(path: string): Promise<void> {
  for (let folder = dirname(path), depth = 0; depth < 4; folder = dirname(folder), depth += 1) await syncFolder(folder);
}

export async function syncFolder(folder: string): Promise<void> {
  // Windows does not open folders.
  if (process.platform !== 'win32') await withFile(folder, 'r', (handle) => handle.sync());
}

export async function withFile<T>(path: string, flags: string, use: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path, flags);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return ((await readdir(folder).catch(ignoreMissing)) ?? []).sort();
}

export function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
  return undefined;
}

import { constants, copyFile, link, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { MediaRef } from '../../ports/index.js';
import { ignoreMissing, pathIn, SEALED, syncFolder, withFile } from './media-folder.js';
import { sizeOf } from './sealed-file.js';

/** Where a copy grows, in the folder that it is for: no app has this name. */
const UNFINISHED = '.unfinished';

/**
 * Takes sealed files from one folder into another. They never change, so that a second link to the same bytes is as good as
 * a copy, takes no time and no room; a copy is made where there are no links. Whatever has its name there is whole.
 */
export class MediaCopy {
  private readonly folders = new Set<string>();

  constructor(
    private readonly from: string,
    private readonly to: string,
  ) {}

  /** Answers the bytes of its content; absent: it is in neither folder. One call after the other. */
  async take(ref: MediaRef): Promise<number | undefined> {
    const [source, target] = [pathIn(this.from, ref) + SEALED, pathIn(this.to, ref) + SEALED];
    if ((await sizeOf(source)) === undefined) return sizeOf(target);
    const made = join(this.to, UNFINISHED, ref.mediaId);
    await this.makeFolder(dirname(made));
    // What an earlier run has left there.
    await rm(made, { force: true });
    if (!(await linkOrCopy(source, made))) return sizeOf(target);
    await this.makeFolder(dirname(target));
    await rename(made, target);
    // A rename of a link to the bytes that are there already does nothing.
    await rm(made, { force: true });
    return sizeOf(target);
  }

  /** Resolves when everything that was taken is on disk, under its name. */
  async finish(): Promise<void> {
    if (this.folders.size === 0) return;
    await rm(join(this.to, UNFINISHED), { recursive: true, force: true });
    this.folders.delete(join(this.to, UNFINISHED));
    const above = [...this.folders].map((folder) => dirname(folder));
    for (const folder of new Set([...this.folders, ...above, this.to, dirname(this.to)])) await syncFolder(folder);
  }

  private async makeFolder(folder: string): Promise<void> {
    if (this.folders.has(folder)) return;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    this.folders.add(folder);
  }
}

/** Whether the file is there under both names now, and on disk; not so when it has gone meanwhile. */
async function linkOrCopy(source: string, target: string): Promise<boolean> {
  try {
    await link(source, target);
    return true;
  } catch {
    // Another file system, or one without links; if it is something else, the copy fails with it.
    const copied = await copyFile(source, target, constants.COPYFILE_FICLONE).then(() => true, ignoreMissing);
    if (copied) await withFile(target, 'r', (file) => file.sync());
    return copied ?? false;
  }
}

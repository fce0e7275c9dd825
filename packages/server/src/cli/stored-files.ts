import { rm } from 'node:fs/promises';
import { faultOf, MediaCopy, mediaFolderIn, refsIn } from '../engines/files/index.js';
import type { StoredRecords } from '../engines/lmdb/index.js';
import { storedMedia } from '../engines/local/index.js';
import type { MediaFile, MediaRef, Time } from '../ports/index.js';

/** Faults that are told one by one. */
const TOLD = 50;

/** What a command has found of the files that belong to records. */
export class FilesReport {
  files = 0;
  bytes = 0;
  faultCount = 0;
  readonly faults: string[] = [];

  add(bytes: number): void {
    this.files += 1;
    this.bytes += bytes;
  }

  fault({ appId, mediaId }: MediaRef, what: string): void {
    this.faultCount += 1;
    if (this.faults.length < TOLD) this.faults.push(`file ${appId}/${mediaId}: ${what}`);
  }
}

/**
 * Takes the files that the records know from one data directory or backup into another. Bytes that they do not know are left
 * over, or newer than they are. A file whose time is over may have gone: the records will follow.
 */
export async function copyFiles(
  records: StoredRecords,
  fromDir: string,
  toDir: string,
  time: Time,
): Promise<FilesReport> {
  const report = new FilesReport();
  const copy = new MediaCopy(mediaFolderIn(fromDir), mediaFolderIn(toDir));
  for (const { ref, file } of storedMedia(records)) {
    // Also of uploads: all bytes may be there, and only the last step be missing in the records.
    const bytes = await copy.take(ref);
    if (bytes !== undefined) report.add(bytes);
    else if (isComplete(file) && file.expiresMs > time.wallMs()) report.fault(ref, 'missing');
  }
  await copy.finish();
  return report;
}

/**
 * Puts the files of a backup beside those that are there. All of these stay, for the old records until they are replaced, and
 * the sweep removes what the new ones do not know; so they are kept in a folder of their own, with `ending`.
 */
export async function restoreFiles(
  records: StoredRecords,
  { fromDir, dir, ending }: { readonly fromDir: string; readonly dir: string; readonly ending: string },
  time: Time,
): Promise<{ readonly report: FilesReport; readonly keptAs: string | undefined }> {
  const folder = mediaFolderIn(dir);
  const aside = `${folder}.${ending}`;
  try {
    const copy = new MediaCopy(folder, aside);
    let kept = 0;
    for await (const ref of refsIn(folder)) if ((await copy.take(ref)) !== undefined) kept += 1;
    await copy.finish();
    return { report: await copyFiles(records, fromDir, dir, time), keptAs: kept > 0 ? aside : undefined };
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    throw error;
  }
}

/** Reads all files that the records call complete. */
export async function checkFiles(records: StoredRecords, dir: string, time: Time): Promise<FilesReport> {
  const report = new FilesReport();
  for (const { ref, file } of storedMedia(records)) {
    if (!isComplete(file)) continue;
    const fault = await faultOf(mediaFolderIn(dir), ref, file);
    if (fault === undefined) report.add(file.size);
    else if (file.expiresMs > time.wallMs()) report.fault(ref, fault);
  }
  return report;
}

function isComplete(file: MediaFile): file is MediaFile & { readonly sha256: string } {
  return file.sha256 !== undefined;
}

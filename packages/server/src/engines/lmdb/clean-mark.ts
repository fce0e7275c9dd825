import { open, readFile, rename, unlink } from 'node:fs/promises';
import { crc32c } from './crc32c.js';
import { cleanMarkIn, isMissing, syncDirectory } from './files.js';

/** What the data file looked like when the server closed it. */
interface CleanMark {
  readonly transaction: number;
  readonly bytes: number;
}

const lineOf = ({ transaction, bytes }: CleanMark): string => `${JSON.stringify({ transaction, bytes })}\n`;
const sumOf = (line: string): string => crc32c(Buffer.from(line)).toString(16).padStart(8, '0');

/** Written last, when everything else is closed: its presence says that the run came to its end. */
export async function writeCleanMark(dir: string, mark: CleanMark): Promise<void> {
  const path = cleanMarkIn(dir);
  const line = lineOf(mark);
  const handle = await open(`${path}.new`, 'w', 0o600);
  try {
    await handle.writeFile(`${line}${sumOf(line)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${path}.new`, path);
  await syncDirectory(dir);
}

/** Whether the mark is there, whole, and of this very state of the data file. */
export async function hasCleanMark(dir: string, mark: CleanMark): Promise<boolean> {
  const line = lineOf(mark);
  try {
    return (await readFile(cleanMarkIn(dir), 'utf8')) === `${line}${sumOf(line)}\n`;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** From here on a stop is unclean until the mark is written again. */
export async function removeCleanMark(dir: string): Promise<void> {
  try {
    await unlink(cleanMarkIn(dir));
  } catch (error) {
    if (!isMissing(error)) throw error;
    return;
  }
  await syncDirectory(dir);
}

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FileReport } from './file-check.js';
import { StorageRefused } from './storage-refused.js';

const CHECKER = fileURLToPath(new URL('./check-child.js', import.meta.url));

export interface CheckOptions {
  /** The program of the checking process; tests that run from TypeScript sources name a compiled one. */
  readonly checker?: string | undefined;
  /** Copies the file there and checks the copy; a server may be using the file. */
  readonly copyTo?: string;
}

/**
 * Has another process walk through a whole data file. Rejects with StorageRefused if that process does not survive it.
 */
export async function checkInChild(
  path: string,
  { checker = CHECKER, copyTo }: CheckOptions = {},
): Promise<FileReport> {
  const files = copyTo === undefined ? [path] : [path, copyTo];
  const child = spawn(process.execPath, [checker, ...files], { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.err = `${output.err}${text}`.slice(-2000);
  });
  const end = await new Promise<{ code: number | null; signal: string | null }>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  if (end.code === 0) return JSON.parse(output.out) as FileReport;
  if (end.signal !== null) {
    throw new StorageRefused(
      'check-failed',
      `the process that checked ${path} was ended by ${end.signal}: the file is damaged in a way that LMDB cannot bear`,
    );
  }
  throw new StorageRefused('check-failed', `the process that checked ${path} failed: ${output.err.trim()}`);
}

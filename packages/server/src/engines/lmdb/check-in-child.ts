import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FileReport } from './file-check.js';
import { StorageRefused } from './storage-refused.js';

const CHECKER = fileURLToPath(new URL('./check-child.js', import.meta.url));

/**
 * Has another process walk through the whole data file. Rejects with StorageRefused if that process does not survive
 * it. `checker`: the program; tests that run from TypeScript sources name a compiled one.
 */
export async function checkInChild(path: string, checker: string = CHECKER): Promise<FileReport> {
  const child = spawn(process.execPath, [checker, path], { stdio: ['ignore', 'pipe', 'pipe'] });
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

/** Packages as npm would publish them, and folders of applications that install them. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');

export type PackageName = 'protocol' | 'sdk' | 'react' | 'server';

/** A folder that goes away when the returned function is called. */
export function tempFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'ar-rtm-package-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) };
}

/** Packs into a folder; paths of the tarballs. */
export async function pack(folder: string, ...names: readonly PackageName[]): Promise<string[]> {
  mkdirSync(folder, { recursive: true });
  const tarballs: string[] = [];
  for (const name of names) {
    const args = ['pack', join(ROOT, 'packages', name), '--json', '--ignore-scripts', '--pack-destination', folder];
    const [packed] = JSON.parse(await npm(ROOT, ...args)) as [{ filename: string }];
    tarballs.push(join(folder, packed.filename));
  }
  return tarballs;
}

/** An application that has the packages installed, tarballs or names of the registry. */
export async function application(folder: string, ...packages: readonly string[]): Promise<void> {
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'app', private: true, version: '1.0.0' }));
  await npm(folder, 'install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', ...packages);
}

/** Answers what npm prints. */
export async function npm(cwd: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('npm', args, { cwd, maxBuffer: 2 ** 26 });
  return stdout;
}

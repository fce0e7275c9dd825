/** Packages as npm would publish them, and folders of applications that install them. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

export type PackageName = 'protocol' | 'sdk' | 'react' | 'server';

/** A folder that goes away when the returned function is called. */
export function tempFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'ar-rtm-package-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) };
}

/** Packs into a folder; paths of the tarballs. */
export function pack(folder: string, ...names: readonly PackageName[]): string[] {
  mkdirSync(folder, { recursive: true });
  return names.map((name) => {
    const args = ['pack', join(ROOT, 'packages', name), '--json', '--ignore-scripts', '--pack-destination', folder];
    const [packed] = JSON.parse(npm(ROOT, ...args)) as [{ filename: string }];
    return join(folder, packed.filename);
  });
}

/** An application that has the packages installed, tarballs or names of the registry. */
export function application(folder: string, ...packages: readonly string[]): void {
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'app', private: true, version: '1.0.0' }));
  npm(folder, 'install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', ...packages);
}

/** Answers what npm prints. */
export function npm(cwd: string, ...args: readonly string[]): string {
  return execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: 'pipe' });
}

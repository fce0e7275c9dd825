import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { root } from './root.mjs';

const IGNORED = new Set(['node_modules', 'dist', 'build', 'coverage', 'temp', '.git']);

/** Files below a path (a file is its own only file), sorted, as paths relative to the repository with "/". */
export function listFiles(path) {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [relative(root, path).split(sep).join('/')];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => !IGNORED.has(entry.name))
    .flatMap((entry) => listFiles(join(path, entry.name)))
    .sort();
}

export const isTest = (file) => /\.test(-d)?\.tsx?$/.test(file);

/** SHA-256 over names and contents of files, tests left out. */
export function hashFiles(paths) {
  const hash = createHash('sha256');
  for (const file of paths.flatMap((path) => listFiles(join(root, path)))) {
    if (isTest(file)) continue;
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

/** Removes what the compiler left of sources that no longer exist. */
export function pruneOutput(outDir, srcDir) {
  if (!existsSync(outDir)) return;
  for (const entry of readdirSync(outDir, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath ?? entry.path, entry.name);
    const stem = file.match(/^(.*?)(\.d\.ts|\.js)(\.map)?$/)?.[1];
    if (stem === undefined) continue;
    const source = join(srcDir, relative(outDir, stem));
    if (!existsSync(`${source}.ts`) && !existsSync(`${source}.tsx`)) rmSync(file);
  }
}

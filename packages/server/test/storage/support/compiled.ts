import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const PACKAGE = fileURLToPath(new URL('../../..', import.meta.url));
const FOLDERS = ['src/ports', 'src/engines/lmdb', 'test/storage/children'];
const FILES = ['src/edge/node-time.ts'];

let root: string | undefined;

function compile(): string {
  const cache = join(PACKAGE, '.cache');
  mkdirSync(cache, { recursive: true });
  const out = mkdtempSync(join(cache, 'compiled-'));
  const inFolders = FOLDERS.flatMap((folder) => readdirSync(join(PACKAGE, folder)).map((name) => join(folder, name)));
  for (const file of [...inFolders, ...FILES]) {
    if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue;
    const { outputText } = ts.transpileModule(readFileSync(join(PACKAGE, file), 'utf8'), {
      compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true },
    });
    const target = join(out, file.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, outputText);
  }
  process.once('exit', () => rmSync(out, { recursive: true, force: true }));
  return out;
}

/** A source file of this package as a program that Node can run: processes of their own cannot run TypeScript. */
export function compiled(file: string): string {
  root ??= compile();
  return join(root, file.replace(/\.ts$/, '.js'));
}

export const checkerFile = (): string => compiled('src/engines/lmdb/check-child.ts');
export const childFile = (name: string): string => compiled(`test/storage/children/${name}.ts`);

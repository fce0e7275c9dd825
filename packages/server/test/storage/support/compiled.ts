import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const PACKAGE = fileURLToPath(new URL('../../..', import.meta.url));
const FOLDERS = [
  'src/ports',
  'src/domain',
  'src/engines/lmdb',
  'src/engines/files',
  'src/engines/local',
  'test/storage/children',
];
const FILES = ['src/edge/node-time.ts', 'src/cli/maintenance.ts', 'src/cli/stored-files.ts'];

let root: string | undefined;

function sources(): string[] {
  const inFolders = FOLDERS.flatMap((folder) => readdirSync(join(PACKAGE, folder)).map((name) => join(folder, name)));
  return [...inFolders, ...FILES].filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
}

/** Compiles once for each state of the sources; test processes that do it at the same time make the same thing. */
function compile(): string {
  const texts = new Map(sources().map((file) => [file, readFileSync(join(PACKAGE, file), 'utf8')]));
  const state = createHash('sha256')
    .update(JSON.stringify([...texts]))
    .digest('hex')
    .slice(0, 16);
  const cache = join(PACKAGE, '.cache');
  const out = join(cache, `compiled-${state}`);
  if (existsSync(out)) return out;
  mkdirSync(cache, { recursive: true });
  const working = mkdtempSync(join(cache, 'compiling-'));
  for (const [file, text] of texts) {
    const { outputText } = ts.transpileModule(text, {
      compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true },
    });
    const target = join(working, file.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, outputText);
  }
  try {
    renameSync(working, out);
  } catch (error) {
    rmSync(working, { recursive: true });
    if (!existsSync(out)) throw error;
  }
  return out;
}

/** A source file of this package as a program that Node can run: processes of their own cannot run TypeScript. */
export function compiled(file: string): string {
  root ??= compile();
  return join(root, file.replace(/\.ts$/, '.js'));
}

export const checkerFile = (): string => compiled('src/engines/lmdb/check-child.ts');
export const childFile = (name: string): string => compiled(`test/storage/children/${name}.ts`);

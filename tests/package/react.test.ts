import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { expectOfFiveYearsAgo } from './language-level.js';

/** The built hooks, as this workspace finds them under their name. */
const PACKAGE = join(import.meta.dirname, '../../packages/react');
const NAMES = [
  'RtmProvider',
  'useChannel',
  'useConnectionState',
  'useInvitation',
  'useMediaMessage',
  'usePeerMessages',
  'usePresence',
  'useRtm',
  'useRtmClient',
  'useUserAttributes',
];

const print = (...args: string[]): unknown =>
  JSON.parse(
    execFileSync(process.execPath, args, { cwd: PACKAGE, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
  );

test('import, and require of a Node that can', () => {
  const code = "console.log(JSON.stringify(Object.keys(hooks).filter((name) => !name.startsWith('_')).sort()))";
  expect(print('--input-type=module', '-e', `import * as hooks from 'ar-rtm-react'; ${code}`)).toEqual(NAMES);
  expect(print('--input-type=commonjs', '-e', `const hooks = require('ar-rtm-react'); ${code}`)).toEqual(NAMES);
});

test('server components of a framework see that it is for clients', () => {
  expect(readFileSync(join(PACKAGE, 'dist/index.js'), 'utf8')).toMatch(/^'use client';/);
});

test('keeps the language level, since bundlers leave it as it is', () => {
  for (const file of readdirSync(join(PACKAGE, 'dist'), { recursive: true }).map(String)) {
    if (file.endsWith('.js')) expectOfFiveYearsAgo(readFileSync(join(PACKAGE, 'dist', file), 'utf8'), 'module');
  }
});

test('the package holds what is published, and no more', () => {
  const [{ files }] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--dry-run', '--ignore-scripts'], { cwd: PACKAGE, encoding: 'utf8' }),
  ) as [{ files: { path: string }[] }];
  const others = files.map(({ path }) => path).filter((path) => !/^dist\/(model\/)?[a-z-]+\.(js|d\.ts)$/.test(path));
  expect(others.sort()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'THIRD-PARTY-LICENSES.txt', 'package.json']);
  expect(files.some(({ path }) => /test|tsbuildinfo/.test(path))).toBe(false);
});

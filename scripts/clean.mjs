// npm run clean: removes everything that a build or a test run made; node_modules stays.
import { rmSync } from 'node:fs';
import { inRoot } from './lib/root.mjs';

const made = [
  '.cache',
  'coverage',
  'docs/reference',
  'docs/.vitepress/.cache',
  'docs/.vitepress/build',
  'docs/.vitepress/dist',
  'packages/server/public',
  'packages/sdk/build',
  'packages/sdk/miniprogram_dist',
  'packages/sdk/temp',
];
const packages = ['protocol', 'sdk', 'react', 'server', 'console', 'bench'];
for (const path of [...made, ...packages.map((name) => `packages/${name}/dist`)]) {
  rmSync(inRoot(path), { recursive: true, force: true });
}

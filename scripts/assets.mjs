import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { inRoot } from './lib/root.mjs';

/** Puts the pages and files that the server serves where its package expects them. */
export function copyAssets() {
  const folder = inRoot('packages/server/public');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(inRoot('packages/console/dist'), `${folder}/console`, { recursive: true });
  cpSync(inRoot('packages/sdk/dist/ArRTM.umd.js'), `${folder}/sdk/ArRTM.umd.js`);
}

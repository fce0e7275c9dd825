import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url)).replace(/[\\/]$/, '');

/** Absolute path of something in the repository. */
export const inRoot = (...parts) => join(root, ...parts);

export const exists = (...parts) => existsSync(inRoot(...parts));

/** Progress goes to stderr, so that what the programs print stays clean. */
export const say = (text) => process.stderr.write(`${text}\n`);

/** Ends the process with a message a person can act on. */
export function fail(text, code = 1) {
  say(text);
  process.exit(code);
}

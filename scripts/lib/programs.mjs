import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

const isExecutable = (file) => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false; // Not there, or not for us.
  }
};

/** A program on the PATH, or undefined. */
export const findProgram = (name) =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isExecutable);

/** The Chromium for the browser tests: CHROMIUM_PATH, or one of the usual names on the PATH. */
export function findChromium() {
  const given = process.env.CHROMIUM_PATH;
  if (given) return isExecutable(given) ? given : undefined;
  return NAMES.map(findProgram).find((file) => file !== undefined);
}

/** The Firefox for the tests in every browser: FIREFOX_PATH, or one on the PATH. */
export function findFirefox() {
  const given = process.env.FIREFOX_PATH;
  if (given) return isExecutable(given) ? given : undefined;
  return findProgram('firefox-esr') ?? findProgram('firefox');
}

import { withLock } from './lock.mjs';
import { findChromium, findFirefox, findProgram } from './programs.mjs';
import { fail, say } from './root.mjs';
import { run } from './run.mjs';

const HOW = `The browser tests need Chromium (or Google Chrome). Do one of these, then run the command again:
  - Debian, Ubuntu:  apt-get update && apt-get install -y --no-install-recommends chromium   (as root)
  - elsewhere: install Chromium or Chrome and set CHROMIUM_PATH to its executable
Tests without a browser:  npm test -- --project unit --project server --project storage`;

const HOW_OTHERS = `This needs Firefox, WebKitGTK with its driver, and Xvfb. On Debian or Ubuntu, as root:
  apt-get update && apt-get install -y --no-install-recommends firefox-esr webkit2gtk-driver xvfb
Elsewhere set FIREFOX_PATH, and have WebKitWebDriver and Xvfb on the PATH, or leave these steps out.`;

/** Finds what `find` looks for, or installs Debian's packages where that is possible; answers what was found. */
async function ensureProgram(find, packages, how) {
  return (
    find() ??
    (await withLock('apt', async () => {
      if (find()) return find();
      if (process.getuid?.() !== 0 || !findProgram('apt-get')) fail(how);
      say(`Installing ${packages.join(', ')} for the browser tests (apt-get install) ...`);
      const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
      const began = Date.now();
      for (const args of [['update'], ['install', '-y', '--no-install-recommends', ...packages]]) {
        const code = await run('apt-get', ['-q', ...args], { env, quiet: true });
        if (code !== 0) fail(`apt-get ${args.join(' ')} failed with exit code ${code}.\n\n${how}`);
      }
      const found = find();
      if (!found) fail(how);
      say(`Installed in ${((Date.now() - began) / 1000).toFixed(0)} s: ${found}`);
      return found;
    }))
  );
}

/** Finds Chromium, or installs it; returns its path. */
export async function ensureChromium() {
  if (process.env.CHROMIUM_PATH && !findChromium()) {
    fail(`CHROMIUM_PATH names no executable file: ${process.env.CHROMIUM_PATH}\n\n${HOW}`);
  }
  return ensureProgram(findChromium, ['chromium'], HOW);
}

/** The same for Firefox. */
export const ensureFirefox = () => ensureProgram(findFirefox, ['firefox-esr'], HOW_OTHERS);

/** The same for the driver of WebKitGTK; Xvfb is the screen that it needs. */
export const ensureWebKit = () =>
  ensureProgram(() => findProgram('Xvfb') && findProgram('WebKitWebDriver'), ['webkit2gtk-driver', 'xvfb'], HOW_OTHERS);

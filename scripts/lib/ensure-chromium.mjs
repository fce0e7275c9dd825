import { withLock } from './lock.mjs';
import { findChromium, findProgram } from './programs.mjs';
import { fail, say } from './root.mjs';
import { run } from './run.mjs';

const HOW = `The browser tests need Chromium (or Google Chrome). Do one of these, then run the command again:
  - Debian, Ubuntu:  apt-get update && apt-get install -y --no-install-recommends chromium   (as root)
  - elsewhere: install Chromium or Chrome and set CHROMIUM_PATH to its executable
Tests without a browser:  npm test -- --project unit --project server --project storage`;

/** Finds Chromium, or installs Debian's package where that is possible; returns its path. */
export async function ensureChromium() {
  if (process.env.CHROMIUM_PATH && !findChromium()) {
    fail(`CHROMIUM_PATH names no executable file: ${process.env.CHROMIUM_PATH}\n\n${HOW}`);
  }
  return (
    findChromium() ??
    (await withLock('chromium', async () => {
      if (findChromium()) return findChromium();
      if (process.getuid?.() !== 0 || !findProgram('apt-get')) fail(HOW);
      say('Installing Chromium for the browser tests (apt-get install chromium) ...');
      const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
      const began = Date.now();
      for (const args of [['update'], ['install', '-y', '--no-install-recommends', 'chromium']]) {
        const code = await run('apt-get', ['-q', ...args], { env, quiet: true });
        if (code !== 0) fail(`apt-get ${args.join(' ')} failed with exit code ${code}.\n\n${HOW}`);
      }
      const found = findChromium();
      if (!found) fail(HOW);
      say(`Chromium installed in ${((Date.now() - began) / 1000).toFixed(0)} s: ${found}`);
      return found;
    }))
  );
}

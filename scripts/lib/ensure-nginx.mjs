import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { withLock } from './lock.mjs';
import { findProgram } from './programs.mjs';
import { inRoot, say } from './root.mjs';
import { run } from './run.mjs';

const FOLDER = inRoot('.cache', 'nginx');

/** The nginx for the test of examples/proxy: an installed one, or the one that `ensureNginx` has fetched. */
export const findNginx = () =>
  findProgram('nginx') ?? ['/usr/sbin/nginx', `${FOLDER}/usr/sbin/nginx`].find((file) => existsSync(file));

/**
 * Fetches Debian's package and unpacks it here, where there is none: an installed one would begin to serve on port 80.
 * Where that fails the test is shown as skipped.
 */
export async function ensureNginx() {
  if (findNginx() || !findProgram('apt-get') || !findProgram('dpkg')) return;
  await withLock('nginx', async () => {
    if (findNginx()) return;
    mkdirSync(FOLDER, { recursive: true });
    const options = { cwd: FOLDER, quiet: true };
    if (process.getuid?.() === 0) await run('apt-get', ['-q', 'update'], options);
    await run('apt-get', ['-q', 'download', 'nginx'], options);
    const file = readdirSync(FOLDER).find((name) => name.endsWith('.deb'));
    if (file) await run('dpkg', ['-x', file, '.'], options);
    say(findNginx() ? 'nginx unpacked for the test of examples/proxy.' : 'No nginx: examples/proxy is not tested.');
  });
}

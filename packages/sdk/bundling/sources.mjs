import { fileURLToPath } from 'node:url';
import { isTest, listFiles } from '../../../scripts/lib/files.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** The sources that are bundled: their paths in the repository and on disk. */
export function listSources() {
  return ['packages/protocol/src', 'packages/sdk/src']
    .flatMap((folder) => listFiles(root + folder))
    .filter((path) => path.endsWith('.ts') && !isTest(path))
    .map((path) => ({ path, file: root + path }));
}

import { fileURLToPath } from 'node:url';
import { isTest, listFiles } from '../../../scripts/lib/files.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** What is bundled for mini-programs only, where no name is shortened. */
const MINIPROGRAM = /\/(adapters\/wechat[^/]*|miniprogram)\.ts$/;

/** The sources of the browser builds: their paths in the repository and on disk. */
export function listSources() {
  return ['packages/protocol/src', 'packages/sdk/src']
    .flatMap((folder) => listFiles(root + folder))
    .filter((path) => path.endsWith('.ts') && !isTest(path) && !MINIPROGRAM.test(path))
    .map((path) => ({ path, file: root + path }));
}

// npm run docs [-- dev | preview]: builds the documentation site into docs/.vitepress/dist, or serves it.
// Writes the examples into the guides first; a test sees to it that this is not forgotten.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { ensureBuilt } from './lib/build-steps.mjs';
import { deadAnchors, deadFiles } from './lib/dead-links.mjs';
import { ensureInstalled } from './lib/ensure-installed.mjs';
import { guides, withExamples } from './lib/guide-examples.mjs';
import { fail, inRoot, say } from './lib/root.mjs';
import { mustRunBin } from './lib/run.mjs';

const [command = 'build', ...rest] = process.argv.slice(2);
if (!['build', 'dev', 'preview'].includes(command) || rest.length > 0) fail('Usage: npm run docs [-- dev | preview]');

await ensureInstalled();
await ensureBuilt(['protocol', 'sdk']);
// A folder with packages of its own, so that nobody needs them who only starts or tests the server.
await ensureInstalled('docs');

if (command !== 'preview') {
  for (const guide of guides()) {
    const text = readFileSync(inRoot(guide), 'utf8');
    const filled = withExamples(text);
    if (filled !== text) writeFileSync(inRoot(guide), filled);
  }
  const began = Date.now();
  const declarations = readFileSync(inRoot('packages/sdk/dist/ArRTM.d.ts'), 'utf8');
  mkdirSync(inRoot('docs/.vitepress/build'), { recursive: true });
  // The base class of RtmClient is not exported; for a reader there is only RtmClient.
  writeFileSync(
    inRoot('docs/.vitepress/build/ArRTM.d.ts'),
    declarations.replaceAll('{@link BaseClient.', '{@link RtmClient.'),
  );
  rmSync(inRoot('docs/reference'), { recursive: true, force: true });
  await mustRunBin('typedoc', ['--options', '.vitepress/typedoc.json', '--logLevel', 'Warn'], { cwd: inRoot('docs') });
  say(`API reference written in ${((Date.now() - began) / 1000).toFixed(1)} s.`);
}
await mustRunBin('vitepress', [command, '.'], { cwd: inRoot('docs') });
if (command === 'build') {
  const site = inRoot('docs/.vitepress/dist');
  const dead = [...deadAnchors(site), ...deadFiles(pages())];
  if (dead.length > 0) fail(`Links that lead nowhere:\n${dead.join('\n')}`);
  say(`Documentation site: ${site}`);
}

/** What people also read in the repository. The reference is TypeDoc's, which checks its own links. */
function pages() {
  const inDocs = readdirSync(inRoot('docs'), { recursive: true })
    .filter((name) => name.endsWith('.md') && !/^(node_modules|reference|\.vitepress)\b/.test(name))
    .map((name) => inRoot('docs', name));
  return [inRoot('README.md'), inRoot('README.zh-CN.md'), inRoot('examples/README.md'), ...inDocs];
}

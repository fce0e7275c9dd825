/** What an operator does on the command line: the operator key, metrics, tokens for trying things. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { useStage } from './harness.js';

const stage = useStage();
const MAIN = fileURLToPath(new URL('../../packages/server/dist/main.js', import.meta.url));
const KEY = /^The operator key, shown only now: (op_[0-9a-f]{64})$/m;

async function run(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err] = [child.stdout, child.stderr].map((stream) => stream.setEncoding('utf8').toArray());
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out: ((await out) ?? []).join(''), err: ((await err) ?? []).join('') };
}

const metrics = async (url: string, key: string) => {
  const response = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${key}` } });
  return { status: response.status, text: await response.text() };
};

test('the operator key is printed once, and a reset ends it', async () => {
  const dataDir = await stage.tempDir();
  const server = await stage.server({ dataDir });
  const first = KEY.exec(server.output.join('\n'))?.[1] ?? '';
  const page = await metrics(server.url, first);
  expect(page.status).toBe(200);
  expect(page.text).toMatch(/^arrtm_logins_total 0$/m);
  expect(page.text).toMatch(/^arrtm_connections 0$/m);
  const refused = await run('operator-key', '--reset', '--data-dir', dataDir);
  expect([refused.code, refused.out]).toEqual([1, '']);
  expect(refused.err).toContain(dataDir);
  await server.stop();
  const reset = await run('operator-key', '--reset', '--data-dir', dataDir);
  const second = KEY.exec(reset.out)?.[1] ?? '';
  expect([reset.code, second === first]).toEqual([0, false]);
  const again = await stage.server({ dataDir });
  expect(again.output.join('\n')).not.toMatch(KEY);
  expect([(await metrics(again.url, first)).status, (await metrics(again.url, second)).status]).toEqual([401, 200]);
  for (const key of [first, second]) expect(again.output.join('\n')).not.toContain(key);
});

test('tokens and keys for back ends are made on the command line', async () => {
  const config = join(await stage.tempDir(), 'ar-rtm.json');
  const apps = [{ appId: '4c1f0a9be27d43d58f60b7a2c93e5d18', certificates: ['b7e35d9042ac4f118d6e0f5a71c2984d'] }];
  await writeFile(config, JSON.stringify({ apps }));
  const token = await run('token', '--uid', 'alice', '-c', config);
  expect([token.code, token.err]).toEqual([0, '']);
  expect(token.out).toMatch(/^006[0-9a-f]{32}[\w+/]{80}\n$/);
  const none = await run('token', '--uid', 'alice', '--app', 'f'.repeat(32), '-c', config);
  expect([none.code, none.out, none.err]).toEqual([1, '', `The configuration has no app ${'f'.repeat(32)}.\n`]);
  const key = await run('api-key', '--app', apps[0]?.appId ?? '');
  expect(key.out).toMatch(/\n {2}key_[0-9a-f]{16}:[0-9a-f]{64}\n/);
  expect(key.out).toMatch(
    /\{"id":"key_[0-9a-f]{16}","secretHash":"sha256:[\w-]{43}","apps":\["4c1f0a9b[0-9a-f]+"\]\}\n$/,
  );
});

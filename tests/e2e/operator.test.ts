/** What an operator does on the command line: the operator key, metrics, tokens for trying things. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { record } from 'ar-rtm-testkit/recorder';
import { expect, test } from 'vitest';
import { ArRTM } from './built-sdk.js';
import { run } from './command.js';
import { useStage } from './harness.js';

const stage = useStage();
const KEY = /^The operator key, shown only now: (op_[0-9a-f]{64})$/m;

const metrics = async (url: string, key: string) => {
  const response = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${key}` } });
  return { status: response.status, text: await response.text() };
};

/** Logs a browser in; its cookie. */
async function cookieFor(url: string, key: string): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${url}/admin/session`, { method: 'POST', headers, body: JSON.stringify({ key }) });
  return response.headers.get('set-cookie')?.split(';')[0] ?? '';
}
const overviewStatus = async (url: string, headers: Record<string, string>) =>
  (await fetch(`${url}/admin/overview`, { headers })).status;

test('the operator key is printed once, and a reset ends it', async () => {
  const dataDir = await stage.tempDir();
  const server = await stage.server({ dataDir });
  const first = KEY.exec(server.output.join('\n'))?.[1] ?? '';
  const page = await metrics(server.url, first);
  expect(page.status).toBe(200);
  expect(page.text).toMatch(/^arrtm_logins_total 0$/m);
  expect(page.text).toMatch(/^arrtm_connections 0$/m);
  const cookie = await cookieFor(server.url, first);
  expect(await overviewStatus(server.url, { cookie })).toBe(200);
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
  expect(await overviewStatus(again.url, { cookie })).toBe(401);
  expect(await overviewStatus(again.url, { cookie: await cookieFor(again.url, second) })).toBe(200);
  for (const key of [first, second]) expect(again.output.join('\n')).not.toContain(key);
});

test('the operator’s part at an address of its own, with the page', async () => {
  const args = ['--set', 'adminAddress=127.0.0.1:0'];
  const server = await stage.server({ dataDir: await stage.tempDir(), args });
  const output = server.output.join('\n');
  const url = /^For the operator: (http:\/\/127\.0\.0\.1:\d+)\/$/m.exec(output)?.[1] ?? '';
  const key = KEY.exec(output)?.[1] ?? '';
  const authorization = `Bearer ${key}`;
  const overview = await fetch(`${url}/admin/overview`, { headers: { authorization } });
  expect(await overview.json()).toMatchObject({ status: 'ready', storage: { kind: 'durable' } });
  expect(await (await fetch(`${url}/`)).text()).toContain('<div id="root">');
  expect(await overviewStatus(server.url, { authorization })).toBe(404);
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

test('the built SDK with tokens of the command line: warned, renewed, over a restart, ended', async () => {
  const appId = '4c1f0a9be27d43d58f60b7a2c93e5d18';
  const dataDir = await stage.tempDir();
  const config = join(dataDir, '..', 'tokens.json');
  await writeFile(config, JSON.stringify({ apps: [{ appId, certificates: ['b7e35d9042ac4f118d6e0f5a71c2984d'] }] }));
  const token = async (ttl: number) =>
    (await run('token', '--uid', 'alice', '--ttl', String(ttl), '-c', config)).out.trim();
  const server = await stage.server({ dataDir, args: ['-c', config] });
  const client = ArRTM.createInstance(appId, {
    confPriCloudAddr: { ServerAdd: '127.0.0.1', Port: server.port, Wss: false },
    logFilter: ArRTM.LOG_FILTER_OFF,
  });
  const told = record<[string, string]>(client, 'ConnectionStateChanged');
  const events = ['TokenWillExpired', 'TokenPrivilegeWillExpire', 'TokenExpired', 'TokenDidExpired'];
  const heard = events.map((event) => record(client, event));
  await expect(client.login({ uid: 'bob', token: await token(60) })).rejects.toMatchObject({ code: 4 });
  await client.login({ uid: 'alice', token: await token(15) });
  await heard[1]?.atLeast(1);
  await expect(client.renewToken('garbage')).rejects.toMatchObject({ code: 6 });
  await heard[2]?.atLeast(1, 30_000);
  await client.renewToken(await token(3600));
  await server.stop();
  const { port } = server;
  await stage.server({ dataDir, port, args: ['-c', config] });
  expect(await client.sendMessageToPeer({ text: 'still here' }, 'alice')).toEqual({ hasPeerReceived: true });
  // The command itself may take longer than the shortest token lasts.
  for (const ttl of [3, 10, 30]) {
    const code = await client.renewToken(await token(ttl)).then(
      () => 0,
      (error) => error.code,
    );
    if (code === 0) break;
    expect([code, ttl < 30]).toEqual([5, true]);
  }
  await heard[3]?.atLeast(1, 50_000);
  expect((await told.until((calls) => calls.at(-1)?.[0] === 'ABORTED')).at(-1)).toEqual(['ABORTED', 'TOKEN_EXPIRED']);
  expect(heard.map(({ calls }) => calls.length)).toEqual([2, 2, 2, 1]);
  await client.logout();
});

/** `enableLogUpload`: what the server takes, from whom, and what becomes of it. */
import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RawClient } from 'ar-rtm-testkit/raw-client';
import { expect, test } from 'vitest';
import { FileClientLogs } from '../../src/engines/files/index.js';
import { APP, useArena } from './support/arena.js';
import { ticketOf } from './support/tickets.js';

const arena = useArena();

async function begin(options: { fileBytes?: number; totalBytes?: number } = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'arrtm-logs-'));
  const clientLogs = new FileClientLogs({ dir, fileBytes: 1000, totalBytes: 100_000, ...options });
  await arena.start({ clientLogs });
  const upload = async (body: unknown) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(`${arena.server.url}/arapi/v1/artmgw/uploadLog`, { method: 'POST', body: text });
    return { status: response.status, code: ((await response.json()) as { code: number }).code };
  };
  const session = async (uid: string) => {
    const sessionId = await ticketOf(arena.server.url, uid);
    const client = await RawClient.login(arena.server.url, { appId: APP, uid, sessionId }, { fetch: false });
    return { client, body: { appId: APP, uid, sessId: sessionId } };
  };
  const files = () =>
    (readdirSync(dir, { recursive: true }) as string[]).filter((name) => /\.log(\.1)?$/.test(name)).sort();
  const text = (name: string) => readFileSync(join(dir, name), 'utf8');
  return { upload, session, files, text, dir };
}

test('lines of a user who is logged in are kept in a file of that user', async () => {
  const { upload, session, files, text, dir } = await begin();
  const { client, body } = await session('eve');
  expect(await upload({ ...body, lines: ['one', 'two'] })).toEqual({ status: 200, code: 0 });
  expect(await upload({ ...body, lines: ['three'] })).toEqual({ status: 200, code: 0 });
  expect(files()).toEqual([`${APP}/eve.log`]);
  expect(text(`${APP}/eve.log`)).toBe('one\ntwo\nthree\n');
  expect(statSync(join(dir, `${APP}/eve.log`)).mode & 0o077).toBe(0);
  await client.logout();
});

test('names are data: no user ID leads out of the folder, and no line into another one', async () => {
  const { upload, session, files, text } = await begin();
  for (const uid of ['..', '.', '%2e%2e%2f', 'a:b']) {
    const { client, body } = await session(uid);
    expect(await upload({ ...body, lines: ['a\nforged line\u001b[2J'] })).toEqual({ status: 200, code: 0 });
    await client.logout();
  }
  expect(files()).toEqual([`${APP}/%252e%252e%252f.log`, `${APP}/...log`, `${APP}/..log`, `${APP}/a%3Ab.log`]);
  expect(text(`${APP}/...log`)).toBe('a forged line [2J\n');
});

test('a full file is put aside once, and all files together stay within their bound', async () => {
  const { upload, session, files, text } = await begin({ fileBytes: 300, totalBytes: 5 * 4096 });
  const { client, body } = await session('eve');
  for (let i = 0; i < 8; i++) await upload({ ...body, lines: [`${i} ${'x'.repeat(100)}`] });
  expect(files()).toEqual([`${APP}/eve.log`, `${APP}/eve.log.1`]);
  expect(text(`${APP}/eve.log`)).toMatch(/^6 x+\n7 x+\n$/);
  expect(text(`${APP}/eve.log.1`)).toMatch(/^4 x+\n5 x+\n$/);
  await client.logout();
  for (const uid of ['u1', 'u2', 'u3', 'u4', 'u5']) {
    const other = await session(uid);
    await upload({ ...other.body, lines: ['y'.repeat(200)] });
    await other.client.logout();
  }
  // Each of them takes a block.
  expect(files().length).toBeLessThanOrEqual(5);
  expect(files()).toContain(`${APP}/u5.log`);
});

test('the old lines of one user are not in the file of another one', async () => {
  const { upload, session, text } = await begin({ fileBytes: 100 });
  const other = await session('alice.1');
  await upload({ ...other.body, lines: ['written by alice.1'] });
  const { client, body } = await session('alice');
  for (const letter of ['a', 'b']) await upload({ ...body, lines: [letter.repeat(80)] });
  await upload({ ...body, lines: [] });
  expect(text(`${APP}/alice.1.log`)).toBe('written by alice.1\n');
  await client.logout();
  await other.client.logout();
});

test('whoever has no session of that user is refused, and so is what is no list of lines', async () => {
  const { upload, session, files } = await begin();
  const { client, body } = await session('eve');
  const lines = ['a'];
  expect((await upload({ ...body, uid: 'mallory', lines })).code).not.toBe(0);
  expect((await upload({ ...body, sessId: 'x', lines })).code).not.toBe(0);
  expect((await upload({ ...body, appId: 'f'.repeat(32), lines })).code).not.toBe(0);
  for (const wrong of ['', '{', '[]', { ...body }, { ...body, lines: 'a' }, { ...body, lines: [1] }]) {
    expect((await upload(wrong)).code).not.toBe(0);
  }
  expect((await upload({ ...body, lines: Array.from({ length: 501 }, () => 'a') })).code).not.toBe(0);
  expect(files()).toEqual([]);
  await client.logout();
});

test('too many uploads of one user are put off, and others are not', async () => {
  const { upload, session } = await begin();
  const [eve, bob] = [await session('eve'), await session('bob')];
  const statuses = [];
  for (let i = 0; i < 25; i++) statuses.push((await upload({ ...eve.body, lines: ['a'] })).status);
  expect(statuses.filter((status) => status === 503).length).toBeGreaterThan(0);
  expect((await upload({ ...bob.body, lines: ['a'] })).status).toBe(200);
  await eve.client.logout();
  await bob.client.logout();
});

/** Files on the built server: ended in the middle of an upload, cut connections, many uploads at once; the usual tus client. */
import { readFileSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { type IncomingHttpHeaders, request } from 'node:http';
import { join } from 'node:path';
import { RawClient } from 'ar-rtm-testkit/raw-client';
import { Upload } from 'tus-js-client';
import { expect, test } from 'vitest';
import { run } from './command.js';
import { useStage } from './harness.js';
import type { ServerProcess } from './server-process.js';

const APP = '0123456789abcdef0123456789abcdef';
const OTHER_APP = 'fedcba9876543210fedcba9876543210';
const HOUR_MS = 3600_000;
const MB = 1024 * 1024;
const UPLOADS = '/arapi/v1/artmgw/uploadMedia';
const MEDIA = '/arapi/v1/artmgw/media';

const stage = useStage();
const contentOf = (size: number): Buffer => Buffer.alloc(size, Buffer.from(Array.from({ length: 251 }, (_, i) => i)));

async function ticketOf(server: ServerProcess, uid: string, appId = APP): Promise<string> {
  const client = await RawClient.login(server.url, { appId, uid }, { fetch: false });
  return client.sessionId;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** One request on a connection of its own. */
function call(
  url: string,
  method: string,
  ticket: string,
  headers: Record<string, string>,
  body?: Buffer,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const fields = { 'Tus-Resumable': '1.0.0', Authorization: `Bearer ${ticket}`, ...headers };
    const made = request(url, { method, agent: false, headers: fields }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) }),
      );
    });
    made.on('error', reject);
    made.end(body);
  });
}

/** Asks again while the answer is "try again": a machine with other work may be too slow for one of many. */
async function askUntilTaken(ask: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    const answer = await ask();
    if (answer.status !== 503) return answer;
  }
}

async function begin(url: string, ticket: string, size: number): Promise<string> {
  const asked = { 'Upload-Length': String(size) };
  const { status, headers } = await askUntilTaken(() => call(url + UPLOADS, 'POST', ticket, asked));
  expect(status).toBe(201);
  return String(headers.location).slice(UPLOADS.length + 1);
}

function patch(url: string, ticket: string, mediaId: string, offset: number, body: Buffer): Promise<Answer> {
  const headers = {
    'Content-Type': 'application/offset+octet-stream',
    'Upload-Offset': String(offset),
    'Content-Length': String(body.length),
  };
  return call(`${url}${UPLOADS}/${mediaId}`, 'PATCH', ticket, headers, body);
}

async function offsetOf(url: string, ticket: string, mediaId: string): Promise<number> {
  const { status, headers } = await askUntilTaken(() => call(`${url}${UPLOADS}/${mediaId}`, 'HEAD', ticket, {}));
  expect(status).toBe(200);
  return Number(headers['upload-offset']);
}

test('the server is killed in the middle of an upload: the same upload is finished, not begun anew', async () => {
  const dataDir = await stage.tempDir();
  const first = await stage.server({ dataDir });
  const bytes = contentOf(32 * MB);
  const ticket = await ticketOf(first, 'ann');
  const mediaId = await begin(first.url, ticket, bytes.length);
  expect((await patch(first.url, ticket, mediaId, 0, bytes.subarray(0, 9 * MB))).status).toBe(204);
  const cut = patch(first.url, ticket, mediaId, 9 * MB, bytes.subarray(9 * MB)).catch(() => 'cut');
  await first.kill();
  await cut;

  const second = await stage.server({ dataDir, port: first.port });
  const again = await ticketOf(second, 'ann');
  expect((await call(`${second.url}${MEDIA}/${mediaId}`, 'GET', again, {})).status).toBe(404);
  const offset = await offsetOf(second.url, again, mediaId);
  // What was flushed is there: at most 4 MB before the end are lost.
  expect(offset).toBeGreaterThanOrEqual(5 * MB);
  expect((await patch(second.url, again, mediaId, offset, bytes.subarray(offset))).status).toBe(204);
  await second.kill();

  const third = await stage.server({ dataDir, port: first.port });
  const { status, body } = await call(`${third.url}${MEDIA}/${mediaId}`, 'GET', await ticketOf(third, 'bob'), {});
  expect([status, body.equals(bytes)]).toEqual([200, true]);
});

test('50 uploads of 32 MB at once, and the server stays below 300 MB', async () => {
  const server = await stage.server({
    args: ['--set', 'limits.mediaUserBytes=4294967296', '--set', 'limits.mediaFreeBytes=0'],
  });
  const bytes = contentOf(32 * MB);
  let peakMb = 0;
  const watch = setInterval(() => {
    const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
    peakMb = Math.max(peakMb, Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024);
  }, 50);
  const began = performance.now();
  const uploads = Promise.all(
    Array.from({ length: 50 }, async (_, index) => {
      const ticket = await ticketOf(server, `user${index}`);
      const mediaId = await begin(server.url, ticket, bytes.length);
      // "Try again" is an answer, too, and what has arrived stays.
      let answer = await patch(server.url, ticket, mediaId, 0, bytes);
      while (answer.status === 503) {
        const offset = await offsetOf(server.url, ticket, mediaId);
        answer = await patch(server.url, ticket, mediaId, offset, bytes.subarray(offset));
      }
      expect(answer.status).toBe(204);
      return mediaId;
    }),
  );
  const ids = await uploads.finally(() => clearInterval(watch));
  const seconds = (performance.now() - began) / 1000;
  console.log(
    `50 uploads of 32 MB: ${seconds.toFixed(1)} s, ${(1600 / seconds).toFixed(0)} MB/s, RSS at most ${peakMb.toFixed(0)} MB`,
  );
  expect(new Set(ids).size).toBe(50);
  expect(peakMb).toBeGreaterThan(0);
  expect(peakMb).toBeLessThan(300);
});

test('tus-js-client uploads through a connection that is cut again and again', async () => {
  const server = await stage.server();
  const proxy = await stage.proxy(server);
  const bytes = contentOf(8 * MB);
  const ticket = await ticketOf(server, 'ann');
  let cuts = 0;
  let next = MB;
  const url = await new Promise<string>((resolve, reject) => {
    const upload = new Upload(bytes, {
      endpoint: `http://127.0.0.1:${proxy.port}${UPLOADS}`,
      headers: { Authorization: `Bearer ${ticket}` },
      metadata: { filename: 'naïve name.bin', filetype: 'application/zip' },
      // Without pieces it says of all bytes at once that they are sent.
      chunkSize: MB,
      retryDelays: [10, 10, 10, 10, 10, 10, 10, 10],
      onProgress: (sent) => {
        if (sent < next || cuts >= 4) return;
        next = sent + MB;
        cuts += 1;
        proxy.cut();
        proxy.restore();
      },
      onError: reject,
      onSuccess: () => resolve(upload.url ?? ''),
    });
    upload.start();
  });
  expect(cuts).toBe(4);
  const mediaId = url.split('/').at(-1);
  const { body, headers } = await call(`${server.url}${MEDIA}/${mediaId}`, 'GET', ticket, {});
  expect(body.equals(bytes)).toBe(true);
  expect(headers['content-type']).toBe('application/zip');
  expect(headers['content-disposition']).toContain("filename*=UTF-8''na%C3%AFve%20name.bin");
}, 60_000);

test('days, times and the quota of an app are those of the configuration', async () => {
  const config = join(await stage.tempDir(), 'ar-rtm.json');
  const apps = [{ appId: APP, limits: { storedBytes: 1000 } }, { appId: OTHER_APP }];
  const times = { mediaUploadMs: 2 * HOUR_MS, mediaLinkMs: 20_000 };
  await writeFile(config, JSON.stringify({ apps, times, limits: { mediaDays: 3 } }));
  const server = await stage.server({ args: ['--config', config] });
  const ticket = await ticketOf(server, 'ann');
  const hoursLeft = ({ headers }: Answer) => (Date.parse(String(headers['upload-expires'])) - Date.now()) / HOUR_MS;

  const created = await call(server.url + UPLOADS, 'POST', ticket, { 'Upload-Length': '1000' });
  expect(hoursLeft(created)).toBeCloseTo(2, 2);
  const mediaId = String(created.headers.location).slice(UPLOADS.length + 1);
  const finished = await patch(server.url, ticket, mediaId, 0, contentOf(1000));
  expect(hoursLeft(finished)).toBeCloseTo(72, 2);
  const { body } = await call(`${server.url}${MEDIA}/${mediaId}/link`, 'POST', ticket, {});
  const { untilMs } = JSON.parse(body.toString()) as { untilMs: number };
  expect(untilMs - Date.now()).toBeGreaterThan(10_000);
  expect(untilMs - Date.now()).toBeLessThanOrEqual(20_000);

  const full = await call(server.url + UPLOADS, 'POST', ticket, { 'Upload-Length': '1' });
  expect([full.status, JSON.parse(full.body.toString())]).toEqual([
    507,
    expect.objectContaining({ reason: 'app-full' }),
  ]);
  await begin(server.url, await ticketOf(server, 'ann', OTHER_APP), 5000);
});

test('a backup of the running server has its files, and a server serves them where it is restored', async () => {
  const dataDir = await stage.tempDir();
  const server = await stage.server({ dataDir });
  const bytes = contentOf(3 * MB);
  const ticket = await ticketOf(server, 'ann');
  const [mediaId, unfinished] = [await begin(server.url, ticket, bytes.length), await begin(server.url, ticket, MB)];
  expect((await patch(server.url, ticket, mediaId, 0, bytes)).status).toBe(204);
  await patch(server.url, ticket, unfinished, 0, bytes.subarray(0, 1000));
  const copy = join(await stage.tempDir(), 'copy');
  const made = await run('backup', copy, '--data-dir', dataDir);
  expect([made.code, made.err]).toEqual([0, '']);
  expect(made.out).toMatch(/; 1 files of 3145728 bytes\.\n$/);
  await server.stop();

  const target = join(await stage.tempDir(), 'new');
  expect((await run('restore', copy, '--data-dir', target)).out).toMatch(/; 1 files of 3145728 bytes\.\n$/);
  const verified = await run('verify', '--data-dir', target);
  expect([verified.code, verified.out]).toEqual([
    0,
    expect.stringMatching(/is sound: .*; 1 files of 3145728 bytes\.\n$/),
  ]);
  const again = await stage.server({ dataDir: target });
  const later = await ticketOf(again, 'ann');
  expect((await call(`${again.url}${MEDIA}/${mediaId}`, 'GET', later, {})).body.equals(bytes)).toBe(true);
  // Begun anew by whoever wants it: the backup does not have its bytes.
  expect((await call(`${again.url}${UPLOADS}/${unfinished}`, 'HEAD', later, {})).status).toBe(404);
  await again.stop();

  rmSync(join(target, 'media', APP, mediaId.slice(0, 2), `${mediaId}.media`));
  const missing = await run('verify', '--data-dir', target);
  expect([missing.code, missing.err]).toEqual([2, expect.stringContaining(`file ${APP}/${mediaId}: missing\n`)]);
});

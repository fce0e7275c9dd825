/** Files over HTTP: uploads by tus, downloads, who may have which, and what senders do wrong. */
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { NodeTime } from '../../src/edge/node-time.js';
import { FileMediaBytes } from '../../src/engines/files/index.js';
import { Seals } from '../../src/engines/files/seals.js';
import { MemoryMediaBytes } from '../../src/engines/memory/memory-media-bytes.js';
import { MemoryRecords } from '../../src/engines/memory/memory-records.js';
import { BusySeals, LARGE } from '../storage/support/busy-seals.js';
import { APP, eventually } from './support/arena.js';
import { MB, OTHER_APP, useMediaArena } from './support/media-arena.js';
import { bytesOf, MEDIA, send, TUS, UPLOADS } from './support/media-client.js';

const media = useMediaArena();
const { arena } = media;

describe('uploads', () => {
  test.each([1, 1000, MB, 32 * MB])('%i bytes come back as they were', async (size) => {
    const { ann } = await media.beginInFolder();
    const bytes = bytesOf(size);
    const mediaId = await ann.upload(bytes, 'x.bin', 'application/x-thing');
    const bob = await media.client('bob');
    const { status, headers, body } = await bob.download(mediaId);
    expect([status, headers['content-length'], headers['media-type']]).toEqual([
      200,
      String(size),
      'application/x-thing',
    ]);
    expect(Buffer.compare(body, bytes)).toBe(0);
  });

  test('a creation that is repeated under its key is the same upload, also ten times at once', async () => {
    const { ann } = await media.beginInFolder({ settings: { mediaUserBytes: 1000 } });
    const key = { 'Upload-Key': 'a'.repeat(32) };
    const create = async (user = ann, size = 600, headers: Record<string, string> = key) => {
      const { status, headers: answer, reason } = await user.create(size, 'a.txt', 'text/plain', headers);
      return reason ?? [status, answer.location?.slice(UPLOADS.length + 1), answer['upload-offset']];
    };
    const [, mediaId] = (await create()) as [number, string];
    expect(await Promise.all(Array.from({ length: 10 }, () => create()))).toEqual(
      Array.from({ length: 10 }, () => [201, mediaId, '0']),
    );
    // There would be no room for two.
    expect(await create(ann, 600, {})).toBe('user-full');
    await ann.patch(mediaId, 0, bytesOf(200));
    expect(await create()).toEqual([201, mediaId, '200']);
    expect(await create(ann, 601)).toBe('other-upload');
    const bob = await media.client('bob');
    const [, other] = (await create(bob)) as [number, string];
    expect(other).not.toBe(mediaId);
    await ann.patch(mediaId, 200, bytesOf(400));
    expect(await create()).toEqual([201, mediaId, '600']);
    for (const bad of ['', 'x', 'A'.repeat(32), 'a'.repeat(33)]) {
      expect(await create(ann, 1, { 'Upload-Key': bad })).toBe('bad-request');
    }
    await ann.send('DELETE', `${UPLOADS}/${mediaId}`);
    expect(await create()).toEqual([201, mediaId, '0']);
  });

  test('the answers are those of tus', async () => {
    const ann = await media.begin();
    const options = await send(`${arena.server.url}${UPLOADS}`, 'OPTIONS', {});
    expect([options.status, options.headers['tus-version'], options.headers['tus-extension']]).toEqual([
      204,
      '1.0.0',
      'creation,expiration,termination',
    ]);
    expect(options.headers['tus-max-size']).toBe(String(32 * MB));
    const created = await ann.create(10);
    expect(created.status).toBe(201);
    expect(created.headers.location).toMatch(/^\/arapi\/v1\/artmgw\/uploadMedia\/[0-9a-f]{32}$/);
    expect([created.headers['tus-resumable'], created.headers['upload-offset']]).toEqual(['1.0.0', '0']);
    expect(Date.parse(String(created.headers['upload-expires']))).toBeGreaterThan(Date.now());
    const mediaId = String(created.headers.location).slice(UPLOADS.length + 1);
    const first = await ann.patch(mediaId, 0, bytesOf(4));
    expect([first.status, first.headers['upload-offset']]).toEqual([204, '4']);
    const head = await ann.send('HEAD', `${UPLOADS}/${mediaId}`);
    expect([head.status, head.headers['upload-offset'], head.headers['upload-length']]).toEqual([200, '4', '10']);
    expect(head.headers['cache-control']).toBe('no-store');
    const last = await ann.patch(mediaId, 4, bytesOf(6, 4));
    expect([last.status, last.headers['upload-offset']]).toEqual([204, '10']);
    expect((await ann.download(mediaId)).body.equals(Buffer.from(bytesOf(10)))).toBe(true);
    expect((await ann.patch(mediaId, 10, bytesOf(1))).reason).toBe('more-than-declared');
  });

  test('bytes also come with POST that stands for PATCH, for clients that know no PATCH', async () => {
    const ann = await media.begin();
    const mediaId = await ann.begin(10);
    const path = `${UPLOADS}/${mediaId}`;
    const headers = { 'Content-Type': 'application/offset+octet-stream', 'X-HTTP-Method-Override': 'PATCH' };
    const first = await ann.send('POST', path, { ...headers, 'Upload-Offset': 0 }, bytesOf(4));
    expect([first.status, first.headers['upload-offset']]).toEqual([204, '4']);
    for (const override of ['DELETE', 'patch', '']) {
      const more = { ...headers, 'Upload-Offset': 4, 'X-HTTP-Method-Override': override };
      expect((await ann.send('POST', path, more, bytesOf(6, 4))).reason).toBe('bad-request');
    }
    const last = await ann.send('POST', path, { ...headers, 'Upload-Offset': 4 }, bytesOf(6, 4));
    expect([last.status, last.headers['upload-offset']]).toEqual([204, '10']);
    expect((await ann.download(mediaId)).body.equals(Buffer.from(bytesOf(10)))).toBe(true);
  });

  test('an upload that was cut goes on where it stopped', async () => {
    const { ann } = await media.beginInFolder();
    const size = 3 * MB;
    const bytes = Buffer.from(bytesOf(size));
    const mediaId = await ann.begin(size);
    let offset = 0;
    let cuts = 0;
    for (; offset < size - 700_000; cuts += 1) {
      const wire = await arena.tcp();
      const head =
        `PATCH ${UPLOADS}/${mediaId} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${ann.ticket}\r\n` +
        `Tus-Resumable: 1.0.0\r\nContent-Type: application/offset+octet-stream\r\n` +
        `Upload-Offset: ${offset}\r\nContent-Length: ${size - offset}\r\n\r\n`;
      wire.write(head);
      wire.write(bytes.subarray(offset, offset + 700_000));
      const before = offset;
      if (cuts % 2 === 0) {
        // What the network has taken arrives before the end of the connection.
        wire.socket.end();
        await wire.gone;
        await eventually(() => arena.server.census()['uploads'] === 0, 'the cut is known');
      } else {
        await eventually(() => arena.server.census()['uploads'] === 1, 'the upload runs');
      }
      // The server may still believe in the connection: whoever asks goes on from here.
      offset = await ann.offset(mediaId);
      expect(offset).toBeGreaterThanOrEqual(before);
      expect(offset).toBeLessThanOrEqual(before + 700_000);
      // What was not read yet when the end came is lost, and no more.
      if (cuts % 2 === 0) expect(offset).toBeGreaterThan(before + 300_000);
    }
    expect((await ann.patch(mediaId, offset, bytes.subarray(offset))).status).toBe(204);
    expect(cuts).toBeGreaterThan(3);
    expect((await ann.download(mediaId)).body.equals(bytes)).toBe(true);
  });

  test('of two requests for an upload the newer one goes on', async () => {
    const ann = await media.begin();
    const mediaId = await ann.begin(1000);
    const older = await arena.tcp();
    older.write(
      `PATCH ${UPLOADS}/${mediaId} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${ann.ticket}\r\nTus-Resumable: 1.0.0\r\n` +
        'Content-Type: application/offset+octet-stream\r\nUpload-Offset: 0\r\nContent-Length: 1000\r\n\r\n0123456789',
    );
    await eventually(() => arena.server.census()['uploads'] === 1, 'the older one runs');
    const offset = await ann.offset(mediaId);
    expect(offset).toBe(10);
    await older.gone;
    expect((await ann.patch(mediaId, offset, bytesOf(990))).status).toBe(204);
    expect((await ann.download(mediaId)).body.subarray(0, 10).toString()).toBe('0123456789');
  });

  test('it goes on with another session of the same user, and with no other user', async () => {
    const ann = await media.begin();
    const mediaId = await ann.begin(10);
    await ann.patch(mediaId, 0, bytesOf(4));
    const [bob, stranger] = [await media.client('bob'), await media.client('ann', OTHER_APP)];
    for (const other of [bob, stranger]) {
      expect(await other.offset(mediaId)).toBe(-404);
      expect((await other.patch(mediaId, 4, bytesOf(6, 4))).reason).toBe('not-exist');
      expect((await other.send('DELETE', `${UPLOADS}/${mediaId}`)).reason).toBe('not-exist');
    }
    const again = await media.client('ann');
    expect((await again.patch(mediaId, 4, bytesOf(6, 4))).status).toBe(204);
    expect((await bob.download(mediaId)).status).toBe(200);
  });

  test('an unfinished upload cannot be downloaded; a discarded one is gone with its bytes', async () => {
    const { ann, names } = await media.beginInFolder();
    const mediaId = await ann.begin(10);
    await ann.patch(mediaId, 0, bytesOf(4));
    expect((await ann.download(mediaId)).reason).toBe('not-exist');
    expect(names()).toHaveLength(1);
    expect((await ann.send('DELETE', `${UPLOADS}/${mediaId}`)).status).toBe(204);
    expect(names()).toEqual([]);
    expect(await ann.offset(mediaId)).toBe(-404);
    expect((await ann.patch(mediaId, 4, bytesOf(6))).reason).toBe('not-exist');
  });
});

describe('what is refused', () => {
  test('without a session, with a forged ticket, or the ticket of nobody who is logged in', async () => {
    const { ann, names } = await media.beginInFolder();
    const mediaId = await ann.begin(10);
    const forged = `${ann.ticket.slice(0, -2)}AA`;
    for (const Authorization of ['', 'Bearer', 'Bearer x', `Bearer ${forged}`, `Basic ${ann.ticket}`]) {
      for (const [method, path] of [
        ['POST', UPLOADS],
        ['HEAD', `${UPLOADS}/${mediaId}`],
        ['PATCH', `${UPLOADS}/${mediaId}`],
        ['DELETE', `${UPLOADS}/${mediaId}`],
        ['GET', `${MEDIA}/${mediaId}`],
        ['POST', `${MEDIA}/${mediaId}/link`],
      ] as const) {
        const { status } = await ann.send(method, path, { Authorization, 'Upload-Length': 5, 'Upload-Offset': 0 });
        expect([method, path, status]).toEqual([method, path, 401]);
      }
    }
    expect(names()).toHaveLength(1);
  });

  test('sizes: none, 0, one byte too many, no number', async () => {
    const { ann, names } = await media.beginInFolder();
    const reasons = [];
    for (const size of [0, 32 * MB + 1, -1, '1e3', '0x10', 'ten', '99999999999999999999']) {
      const { status, reason } = await ann.create(size);
      reasons.push([status, reason]);
    }
    expect(reasons).toEqual([
      [400, 'empty'],
      [413, 'too-large'],
      [400, 'bad-request'],
      [400, 'bad-request'],
      [400, 'bad-request'],
      [400, 'bad-request'],
      [400, 'bad-request'],
    ]);
    expect((await ann.send('POST', UPLOADS)).reason).toBe('bad-request');
    expect((await ann.send('POST', UPLOADS, { 'Upload-Length': 5 }, bytesOf(5))).reason).toBe('bad-request');
    expect((await ann.create(5, 'x'.repeat(1025))).reason).toBe('bad-request');
    expect((await ann.create(5, 'a', 'b', { 'Upload-Metadata': 'filename !!!' })).reason).toBe('bad-request');
    expect(names()).toEqual([]);
  });

  test('another version of tus, another type of body, an offset that is none or another', async () => {
    const ann = await media.begin();
    expect((await ann.create(5, 'a', 'b', { 'Tus-Resumable': '0.2.2' })).status).toBe(412);
    const mediaId = await ann.begin(10);
    expect((await ann.patch(mediaId, 0, bytesOf(1), { 'Content-Type': 'text/plain' })).reason).toBe('wrong-type');
    for (const offset of ['', 'x', '-1']) {
      expect((await ann.patch(mediaId, offset, bytesOf(1))).reason).toBe('bad-request');
    }
    const ahead = await ann.patch(mediaId, 3, bytesOf(1));
    expect([ahead.reason, ahead.headers['upload-offset']]).toEqual(['wrong-offset', '0']);
    for (const id of ['x', '..', '%2e%2e%2f', '0'.repeat(32), 'A'.repeat(32)]) {
      expect((await ann.patch(id, 0, bytesOf(1))).status, id).toBe(404);
      expect((await ann.download(id)).status, id).toBe(404);
    }
  });

  test('more bytes than declared: by Content-Length at once, in chunks when they come; the upload is gone then', async () => {
    const { ann, names } = await media.beginInFolder();
    const mediaId = await ann.begin(10);
    expect((await ann.patch(mediaId, 0, bytesOf(11))).reason).toBe('more-than-declared');
    expect(await ann.offset(mediaId)).toBe(0);
    const wire = await arena.tcp();
    const answer = await wire.request(
      `PATCH ${UPLOADS}/${mediaId} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${ann.ticket}\r\nTus-Resumable: 1.0.0\r\n` +
        'Content-Type: application/offset+octet-stream\r\nUpload-Offset: 0\r\nTransfer-Encoding: chunked\r\n\r\n' +
        'b\r\n01234567890\r\n0\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
    expect(await ann.offset(mediaId)).toBe(-404);
    expect(names()).toEqual([]);
  });

  test('fewer bytes than Content-Length says: what came is kept for going on, and nothing is served', async () => {
    const ann = await media.begin({ requestTimeoutMs: 300 });
    const mediaId = await ann.begin(100);
    const wire = await arena.tcp();
    wire.write(
      `PATCH ${UPLOADS}/${mediaId} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${ann.ticket}\r\nTus-Resumable: 1.0.0\r\n` +
        'Content-Type: application/offset+octet-stream\r\nUpload-Offset: 0\r\nContent-Length: 100\r\n\r\n0123456789',
    );
    await wire.gone;
    await eventually(() => arena.server.census()['uploads'] === 0, 'the upload has ended');
    expect(wire.text === '' || /^HTTP\/1.1 408 /.test(wire.text)).toBe(true);
    expect((await ann.download(mediaId)).status).toBe(404);
    expect(await ann.offset(mediaId)).toBe(10);
  });

  test('one byte after the other, for ever: ended, and so is the rest of what was refused', async () => {
    const ann = await media.begin({ requestTimeoutMs: 300 });
    const [mediaId, other] = [await ann.begin(MB), await ann.begin(MB)];
    const head = (id: string, offset: number) =>
      `PATCH ${UPLOADS}/${id} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${ann.ticket}\r\nTus-Resumable: 1.0.0\r\n` +
      `Content-Type: application/offset+octet-stream\r\nUpload-Offset: ${offset}\r\nContent-Length: ${MB - offset}\r\n\r\n`;
    const [slow, refused] = [await arena.tcp(), await arena.tcp()];
    slow.write(head(mediaId, 0));
    refused.write(head(other, 77));
    const trickle = setInterval(() => {
      slow.write('x');
      refused.write('x');
    }, 20);
    await Promise.all([slow.gone, refused.gone]);
    clearInterval(trickle);
    // The answer may be lost with what was not read any more.
    expect(slow.text).toMatch(/^(HTTP\/1.1 408 |$)/);
    expect(refused.text).toMatch(/^HTTP\/1.1 409 /);
    await eventually(() => arena.server.census()['uploads'] === 0, 'the upload has ended');
    expect(await ann.offset(mediaId)).toBeGreaterThan(0);
  });

  test('quotas of users and apps; what is removed makes room', async () => {
    const quotas = { mediaUserBytes: 1000, mediaUserFiles: 3, mediaAppBytes: 1500 };
    const ann = await media.begin({ settings: quotas });
    const first = await ann.upload(bytesOf(900));
    expect([(await ann.create(101)).status, (await ann.create(101)).reason]).toEqual([507, 'user-full']);
    const bob = await media.client('bob');
    await bob.begin(600);
    expect((await bob.create(1)).reason).toBe('app-full');
    expect((await (await media.client('ann', OTHER_APP)).create(1000)).status).toBe(201);
    await ann.send('DELETE', `${UPLOADS}/${first}`);
    for (let i = 0; i < 3; i++) await ann.begin(1);
    expect((await ann.create(1)).reason).toBe('user-full');
    expect(arena.server.count('media_refused')).toBe(4);
  });

  test('the quota of one app is no matter of another; a lower one removes nothing', async () => {
    const app = { enabled: true, certificates: [], allowEmptyToken: true, allowWildcardUid: false };
    const apps = (storedBytes: number) => [
      { ...app, appId: APP, limits: { storedBytes } },
      { ...app, appId: OTHER_APP },
    ];
    const settings = { mediaAppBytes: 1500 };
    const mediaBytes = new MemoryMediaBytes({ capacityBytes: MB });
    let records = new MemoryRecords();
    const ann = await media.begin({ settings, apps: apps(1000), records, mediaBytes });
    // Another configuration and what is known of files, without the sessions.
    const restart = async (storedBytes: number) => {
      await media.end();
      const content = new Map([...records.content].filter(([key]) => key.startsWith('media')));
      records = new MemoryRecords({ content });
      return media.begin({ settings, apps: apps(storedBytes), records, mediaBytes });
    };
    const mediaId = await ann.upload(bytesOf(600));
    const unfinished = await ann.begin(400);
    const full = await (await media.client('bob')).create(1);
    expect([full.status, full.reason]).toEqual([507, 'app-full']);
    const other = await media.client('ann', OTHER_APP);
    await other.upload(bytesOf(1500));
    expect((await other.create(1)).reason).toBe('app-full');
    expect((await ann.send('DELETE', `${UPLOADS}/${unfinished}`)).status).toBe(204);
    expect((await ann.create(401)).reason).toBe('app-full');
    expect((await ann.create(400)).status).toBe(201);

    const less = await restart(500);
    expect((await less.create(1)).reason).toBe('app-full');
    expect((await less.download(mediaId)).body.equals(Buffer.from(bytesOf(600)))).toBe(true);
    // More than every app may have is not more.
    const more = await restart(5000);
    expect((await more.create(501)).reason).toBe('app-full');
    expect((await more.create(500)).status).toBe(201);
    const none = await restart(0);
    expect((await none.create(1)).reason).toBe('app-full');
  });

  test('uploads begun too often, by one user', async () => {
    const ann = await media.begin({ settings: { mediaUserFiles: 1000 } });
    const reasons = [];
    for (let i = 0; i < 8; i++) {
      reasons.push(...(await Promise.all(Array.from({ length: 40 }, () => ann.create(1)))).map(({ reason }) => reason));
    }
    expect(reasons.filter((reason) => reason === undefined).length).toBeLessThanOrEqual(250);
    expect(reasons).toContain('too-often');
    expect((await (await media.client('bob')).create(1)).status).toBe(201);
  });

  test('a creation that the disk refuses leaves no reservation', async () => {
    let isBroken = true;
    class Mendable extends MemoryMediaBytes {
      override create(...request: Parameters<MemoryMediaBytes['create']>): ReturnType<MemoryMediaBytes['create']> {
        return isBroken ? Promise.reject(new Error('EIO')) : super.create(...request);
      }
    }
    const ann = await media.begin({ mediaBytes: new Mendable({ capacityBytes: MB }), settings: { mediaUserFiles: 1 } });
    arena.expectedComplaints = [/a transfer of a file failed/];
    expect((await ann.create(1)).status).toBe(503);
    isBroken = false;
    expect((await ann.create(1)).status).toBe(201);
  });

  test('a disk without room', async () => {
    const { ann, names } = await media.beginInFolder({ settings: { mediaFreeBytes: 2 ** 52 } });
    expect([(await ann.create(1)).status, (await ann.create(1)).reason]).toEqual([507, 'disk-full']);
    expect(names()).toEqual([]);
  });

  test('too many transfers of one user at a time, and others go on', async () => {
    const ann = await media.begin({ settings: { mediaTransfers: 2 } });
    const ids = [await ann.begin(10), await ann.begin(10), await ann.begin(10)];
    const done = await ann.upload(bytesOf(5));
    const wires = [];
    for (const id of ids.slice(0, 2)) {
      const wire = await arena.tcp();
      wire.write(
        `PATCH ${UPLOADS}/${id} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${ann.ticket}\r\nTus-Resumable: 1.0.0\r\n` +
          'Content-Type: application/offset+octet-stream\r\nUpload-Offset: 0\r\nContent-Length: 10\r\n\r\n0',
      );
      wires.push(wire);
    }
    await eventually(() => arena.server.census()['uploads'] === 2, 'both run');
    expect((await ann.patch(ids[2] as string, 0, bytesOf(10))).status).toBe(429);
    expect((await ann.download(done)).status).toBe(429);
    expect((await (await media.client('bob')).download(done)).status).toBe(200);
    for (const wire of wires) wire.destroy();
    await eventually(() => arena.server.census()['uploads'] === 0, 'both have ended');
    expect((await ann.patch(ids[2] as string, 0, bytesOf(10))).status).toBe(204);
  });
});

describe('downloads', () => {
  test('a user of another app gets "not exist", as for what never was', async () => {
    const ann = await media.begin();
    const mediaId = await ann.upload(bytesOf(10));
    const stranger = await media.client('ann', OTHER_APP);
    const [theirs, nothing] = [await stranger.download(mediaId), await stranger.download('0'.repeat(32))];
    expect([theirs.status, theirs.reason]).toEqual([404, 'not-exist']);
    expect(theirs.body.equals(nothing.body)).toBe(true);
    expect((await stranger.send('POST', `${MEDIA}/${mediaId}/link`)).status).toBe(404);
  });

  test('ranges', async () => {
    const { ann } = await media.beginInFolder();
    const bytes = Buffer.from(bytesOf(600_000));
    const mediaId = await ann.upload(bytes);
    const part = async (Range: string) => {
      const { status, headers, body } = await ann.download(mediaId, { Range });
      return { status, range: headers['content-range'], body };
    };
    for (const [range, from, to] of [
      ['bytes=0-0', 0, 0],
      ['bytes=5-9', 5, 9],
      ['bytes=262143-262145', 262_143, 262_145],
      ['bytes=599999-', 599_999, 599_999],
      ['bytes=100-9999999', 100, 599_999],
      ['bytes=-10', 599_990, 599_999],
      ['bytes=-9999999', 0, 599_999],
    ] as const) {
      const { status, range: told, body } = await part(range);
      expect([status, told], range).toEqual([206, `bytes ${from}-${to}/600000`]);
      expect(body.equals(bytes.subarray(from, to + 1)), range).toBe(true);
    }
    for (const range of ['bytes=600000-', 'bytes=-0']) {
      expect([(await part(range)).status, (await part(range)).range]).toEqual([416, 'bytes */600000']);
    }
    for (const range of ['bytes=9-5', 'bytes=0-1,3-4', 'bytes=-', 'lines=1-2', 'bytes=a-b']) {
      expect((await part(range)).status, range).toBe(200);
    }
  });

  test('entity tags and conditions', async () => {
    const ann = await media.begin();
    const mediaId = await ann.upload(bytesOf(10));
    const { headers } = await ann.download(mediaId);
    const etag = String(headers.etag);
    expect(etag).toMatch(/^"[0-9a-f]{64}"$/);
    const status = async (more: Record<string, string>) => (await ann.download(mediaId, more)).status;
    for (const tags of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
      expect(await status({ 'If-None-Match': tags })).toBe(304);
    }
    expect(await status({ 'If-None-Match': '"x"' })).toBe(200);
    expect([await status({ 'If-Match': etag }), await status({ 'If-Match': '"x"' })]).toEqual([200, 412]);
    const Range = 'bytes=1-2';
    expect([await status({ Range, 'If-Range': etag }), await status({ Range, 'If-Range': '"x"' })]).toEqual([206, 200]);
    const head = await ann.send('HEAD', `${MEDIA}/${mediaId}`);
    expect([head.status, head.headers['content-length'], head.headers.etag]).toEqual([200, '10', etag]);
  });

  test('nothing that was uploaded runs as a page or script, and no name is more than a name', async () => {
    const ann = await media.begin();
    for (const [type, served] of [
      ['text/html', 'application/octet-stream'],
      ['image/svg+xml', 'application/octet-stream'],
      ['text/javascript', 'application/octet-stream'],
      ['image/png', 'image/png'],
      ['nonsense\r\nX: y', 'application/octet-stream'],
    ] as const) {
      const mediaId = await ann.upload(bytesOf(3), '../../"evil"\r\nSet-Cookie: a=b; 名前.html', type);
      const { headers } = await ann.download(mediaId);
      expect([headers['content-type'], headers['x-content-type-options']]).toEqual([served, 'nosniff']);
      expect(headers['content-security-policy']).toContain("default-src 'none'; sandbox");
      const encoded = '_Set-Cookie_%20a%3Db%3B%20%E5%90%8D%E5%89%8D.html';
      expect(headers['content-disposition']).toBe(
        `attachment; filename=".._..__evil___Set-Cookie_ a=b_ __.html"; filename*=UTF-8''.._..__evil__${encoded}`,
      );
      expect(headers['set-cookie']).toBeUndefined();
    }
  });

  test('a download that is broken off ends, and one whose file goes meanwhile is cut, not finished', async () => {
    const { ann } = await media.beginInFolder();
    const mediaId = await ann.upload(bytesOf(32 * MB));
    const get = async () => {
      const wire = await arena.tcp();
      await wire.request(`GET ${MEDIA}/${mediaId} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${ann.ticket}\r\n\r\n`);
      wire.pause();
      return wire;
    };
    const [broken, robbed] = [await get(), await get()];
    expect(arena.server.census()['transfers']).toBe(1);
    broken.destroy();
    await ann.send('DELETE', `${UPLOADS}/${mediaId}`);
    robbed.resume();
    await robbed.gone;
    expect(robbed.text).toMatch(/^HTTP\/1.1 200 /);
    expect(robbed.text.length).toBeLessThan(32 * MB);
    await eventually(() => arena.server.census()['transfers'] === 0, 'both have ended');
  });

  test('a link opens one file for a while, without a session', async () => {
    const ann = await media.begin({ settings: { mediaLinkMs: 400 } });
    const [mediaId, other] = [await ann.upload(bytesOf(10)), await ann.upload(bytesOf(20))];
    const { body } = await ann.send('POST', `${MEDIA}/${mediaId}/link`);
    const { path, untilMs } = JSON.parse(body.toString()) as { path: string; untilMs: number };
    const get = async (at: string) => (await send(arena.server.url + at, 'GET', {})).status;
    expect(await get(path)).toBe(200);
    for (const wrong of [
      path.replace(mediaId, other),
      path.replace(APP, OTHER_APP),
      path.replace(/until=\d+/, `until=${untilMs + 1}`),
      path.replace(/sig=.*/, `sig=${ann.ticket.split('.').at(-1)}`),
      path.replace(/&sig=.*/, ''),
      path.split('?')[0] as string,
    ]) {
      expect(await get(wrong), wrong).toBe(401);
    }
    expect((await send(arena.server.url + path.replace(MEDIA, UPLOADS), 'PATCH', TUS)).status).toBe(401);
    while ((await get(path)) === 200);
    expect(Date.now()).toBeGreaterThanOrEqual(untilMs);
    expect(await get(path)).toBe(401);
  });

  test('web pages of allowed origins may do all of it, and read what they need', async () => {
    const ann = await media.begin({ allowedOrigins: ['https://good.example'] });
    const Origin = 'https://good.example';
    const preflight = await send(`${arena.server.url}${UPLOADS}/x`, 'OPTIONS', { Origin });
    expect(preflight.headers['access-control-allow-origin']).toBe(Origin);
    expect(preflight.headers['access-control-allow-methods']).toContain('PATCH');
    for (const name of [
      'authorization',
      'tus-resumable',
      'upload-offset',
      'upload-length',
      'upload-metadata',
      'range',
    ]) {
      expect(preflight.headers['access-control-allow-headers']).toContain(name);
    }
    const created = await ann.create(5, 'a', 'b', { Origin });
    for (const name of ['Location', 'Upload-Offset', 'ETag', 'Content-Range', 'Media-Type']) {
      expect(created.headers['access-control-expose-headers']).toContain(name);
    }
    expect((await ann.create(5, 'a', 'b', { Origin: 'https://bad.example' })).status).toBe(403);
  });
});

describe('what becomes of files', () => {
  test('they go when their time is over, unfinished ones too, and give their room back', async () => {
    const { ann, names } = await media.beginInFolder({
      settings: { mediaKeepMs: 1500, mediaUploadMs: 1500, mediaSweepMs: 50, mediaUserBytes: 20 },
    });
    const mediaId = await ann.upload(bytesOf(10));
    const unfinished = await ann.begin(10);
    await ann.patch(unfinished, 0, bytesOf(5));
    expect((await ann.create(1)).reason).toBe('user-full');
    await eventually(() => names().length === 0, 'all files are gone');
    expect((await ann.download(mediaId)).status).toBe(404);
    expect(await ann.offset(unfinished)).toBe(-404);
    await eventually(() => arena.server.count('media_expired') === 2, 'both are counted');
    expect((await ann.create(20)).status).toBe(201);
  });

  test('bytes that nobody knows of are removed, others are not', async () => {
    const mediaBytes = new FileMediaBytes({ dir: media.folder(), time: new NodeTime() });
    const orphan = { appId: APP, mediaId: 'e'.repeat(32), timeoutMs: 1000 };
    await mediaBytes.create(orphan);
    const ann = await media.begin({ mediaBytes, settings: { mediaSweepMs: 50 } });
    const mediaId = await ann.upload(bytesOf(10));
    await eventually(() => arena.server.count('media_orphans') === 1, 'the orphan is gone');
    expect(await mediaBytes.size(orphan)).toBeUndefined();
    expect((await ann.download(mediaId)).status).toBe(200);
  });

  test('what the disk has damaged is refused, or the connection cut before it: never given', async () => {
    const { ann, dir, names } = await media.beginInFolder();
    arena.expectedComplaints = [/reading the file .* failed: MediaDamaged/];
    const bytes = Buffer.from(bytesOf(MB));
    const mediaId = await ann.upload(bytes);
    const path = join(dir, names()[0] ?? '');
    const flip = (at: number) => {
      const stored = readFileSync(path);
      stored[at] = (stored[at] ?? 0) ^ 1;
      writeFileSync(path, stored);
    };
    // Far behind what is read before the answer begins.
    flip(700_000);
    await expect(ann.download(mediaId)).rejects.toThrow('aborted');
    const rest = await ann.download(mediaId, { Range: 'bytes=600000-' });
    expect([rest.status, rest.reason]).toEqual([410, 'damaged']);
    const whole = await ann.download(mediaId, { Range: 'bytes=0-524287' });
    expect(whole.body.equals(bytes.subarray(0, 524_288))).toBe(true);
    flip(10);
    expect((await ann.download(mediaId)).reason).toBe('damaged');
    expect(arena.server.count('media_damaged')).toBe(3);
  });

  test('a folder that is gone has lost its uploads and files, and new ones begin', async () => {
    const { ann, dir } = await media.beginInFolder();
    const mediaId = await ann.begin(10);
    const complete = await ann.upload(bytesOf(10));
    for (const name of readdirSync(dir)) rmSync(join(dir, name), { recursive: true });
    expect((await ann.patch(mediaId, 0, bytesOf(10))).status).toBe(404);
    expect((await ann.download(complete)).reason).toBe('not-exist');
    expect((await ann.create(10)).status).toBe(201);
  });

  test('a disk that fails before a body is read: "try again", and the rest may not come for ever', async () => {
    class Broken extends MemoryMediaBytes {
      override room(): ReturnType<MemoryMediaBytes['room']> {
        return isBroken ? Promise.reject(new Error('EIO')) : super.room();
      }
    }
    let isBroken = false;
    const ann = await media.begin({ mediaBytes: new Broken({ capacityBytes: 2 * MB }), requestTimeoutMs: 300 });
    arena.expectedComplaints = [/a transfer of a file failed/];
    const mediaId = await ann.begin(MB);
    isBroken = true;
    const wire = await media.uploading(ann, mediaId, 0, `Content-Length: ${MB}`);
    const trickle = setInterval(() => wire.write('x'), 20);
    await wire.gone;
    clearInterval(trickle);
    expect(wire.text).toMatch(/^HTTP\/1.1 503 /);
  });

  test('what only looks like an upload may not take the time of one', async () => {
    const ann = await media.begin({ requestTimeoutMs: 300 });
    const wires = await Promise.all(
      ['a/b', '%zz', 'x'.repeat(200)].map((id) => media.uploading(ann, id, 0, `Content-Length: ${MB}`)),
    );
    const trickle = setInterval(() => {
      for (const wire of wires) wire.write('x');
    }, 20);
    await Promise.all(wires.map((wire) => wire.gone));
    clearInterval(trickle);
  });

  test('a file waits long to be sealed: its connection is kept, and its owner can ask, and can remove it', async () => {
    const time = new NodeTime();
    const others = new BusySeals(time);
    const dir = media.folder();
    const mediaBytes = new FileMediaBytes({ dir, time, seals: others.seals });
    const ann = await media.begin({ mediaBytes, requestTimeoutMs: 300, settings: { engineTimeoutMs: 300 } });
    const bytesOnDisk = (mediaId: string) => statSync(join(dir, APP, mediaId.slice(0, 2), `${mediaId}.part`)).size;
    const ids = [await ann.begin(LARGE), await ann.begin(LARGE), await ann.begin(LARGE)] as const;
    const [kept, asked, removed] = ids;
    const moving = setInterval(() => others.move(), 20);
    const [answer, ...taken] = ids.map((mediaId) => ann.patch(mediaId, 0, bytesOf(LARGE)));
    for (const other of taken) void other.catch(() => undefined);
    await eventually(() => ids.every((mediaId) => bytesOnDisk(mediaId) > LARGE), 'all bytes have come');
    const [offset, deleted] = [ann.offset(asked), ann.send('DELETE', `${UPLOADS}/${removed}`)];
    // Calls of the engine are rejected after 300 ms, and connections cut on which nothing comes for 600: as these two are.
    for (let n = 0; n < 2; n++) await (await arena.tcp()).gone;
    clearInterval(moving);
    others.end();
    expect((await answer)?.status).toBe(204);
    expect(await offset).toBe(LARGE);
    expect((await deleted).status).toBe(204);
    expect(await ann.offset(removed)).toBe(-404);
    expect((await ann.download(kept)).body.length).toBe(LARGE);
  });

  test('an upload whose time is over while it waits to be sealed is not answered as complete, and goes', async () => {
    const time = new NodeTime();
    const others = new BusySeals(time);
    const dir = media.folder();
    const mediaBytes = new FileMediaBytes({ dir, time, seals: others.seals });
    const ann = await media.begin({
      mediaBytes,
      settings: { mediaUploadMs: 2000, mediaSweepMs: 50, mediaUserFiles: 1 },
    });
    const mediaId = await ann.begin(LARGE);
    const endMs = Date.now() + 2000;
    const moving = setInterval(() => others.move(), 20);
    const answer = ann.patch(mediaId, 0, bytesOf(LARGE));
    await eventually(() => Date.now() > endMs, 'its time is over');
    clearInterval(moving);
    others.end();
    expect((await answer).reason).toBe('not-exist');
    await expect.poll(() => arena.server.count('media_expired')).toBe(1);
    expect(arena.server.count('media_uploaded')).toBe(0);
    expect((await ann.create(10)).status).toBe(201);
  });

  test('a file that could not be removed because it was being sealed goes later, and gives its room back', async () => {
    const time = new NodeTime();
    const others = new BusySeals(time);
    const dir = media.folder();
    const mediaBytes = new FileMediaBytes({ dir, time, seals: others.seals });
    const settings = { engineTimeoutMs: 1500, mediaSweepMs: 50, mediaUserFiles: 1 };
    const ann = await media.begin({ mediaBytes, settings });
    const mediaId = await ann.begin(LARGE);
    // Nothing moves.
    expect((await ann.patch(mediaId, 0, bytesOf(LARGE))).status).toBe(503);
    expect((await ann.send('DELETE', `${UPLOADS}/${mediaId}`)).status).toBe(503);
    others.end();
    await expect.poll(async () => (await ann.create(10)).status, { interval: 100 }).toBe(201);
    expect(await ann.offset(mediaId)).toBe(-404);
  });

  test('a file that cannot be removed keeps no other one', async () => {
    class Clinging extends MemoryMediaBytes {
      override remove(request: Parameters<MemoryMediaBytes['remove']>[0]): Promise<void> {
        return request.mediaId === kept ? Promise.reject(new Error('EACCES')) : super.remove(request);
      }
    }
    let kept = '';
    const ann = await media.begin({
      mediaBytes: new Clinging({ capacityBytes: MB }),
      settings: { mediaUploadMs: 1000, mediaSweepMs: 50 },
    });
    arena.expectedComplaints = [/removing old files failed/];
    kept = await ann.begin(10);
    for (let n = 0; n < 3; n++) await ann.begin(10);
    await eventually(() => arena.server.count('media_expired') === 3, 'the others are gone');
    kept = '';
    await eventually(() => arena.server.count('media_expired') === 4, 'mended, it goes too');
  });

  test('the first download of a file of an older release stands in line, and its connection is kept', async () => {
    const time = new NodeTime();
    const seals = new Seals(time);
    const dir = media.folder();
    const ann = await media.begin({ mediaBytes: new FileMediaBytes({ dir, time, seals }), requestTimeoutMs: 300 });
    const mediaId = await ann.upload(bytesOf(LARGE));
    const path = join(dir, APP, mediaId.slice(0, 2), `${mediaId}.media`);
    const head = Buffer.alloc(24);
    head.write('ArRTM\0m1');
    head.writeBigUInt64LE(2n ** 64n - 1n, 16);
    writeFileSync(path, Buffer.concat([head, bytesOf(LARGE)]));
    const others = new BusySeals(time, seals);
    const moving = setInterval(() => others.move(), 20);
    const answer = ann.download(mediaId);
    // Each is cut, since nothing comes on it for 600 ms.
    for (let n = 0; n < 2; n++) await (await arena.tcp()).gone;
    clearInterval(moving);
    others.end();
    expect((await answer).body.length).toBe(LARGE);
  });

  test('an upload that is complete is not read again for who goes on with it behind its end', async () => {
    const read: string[] = [];
    class Watched extends FileMediaBytes {
      override seal(request: Parameters<FileMediaBytes['seal']>[0]): ReturnType<FileMediaBytes['seal']> {
        read.push(request.mediaId);
        return super.seal(request);
      }
    }
    const ann = await media.begin({ mediaBytes: new Watched({ dir: media.folder(), time: new NodeTime() }) });
    const mediaId = await ann.upload(bytesOf(10));
    const again = await ann.patch(mediaId, 10, new Uint8Array());
    expect([again.status, again.headers['upload-offset']]).toEqual([204, '10']);
    expect(read).toEqual([mediaId]);
  });

  test('a disk that fails is "try again", and the upload goes on when it has been mended', async () => {
    let isBroken = true;
    class Mendable extends MemoryMediaBytes {
      override append(...request: Parameters<MemoryMediaBytes['append']>): ReturnType<MemoryMediaBytes['append']> {
        return isBroken ? Promise.reject(new Error('EIO')) : super.append(...request);
      }
    }
    const ann = await media.begin({ mediaBytes: new Mendable({ capacityBytes: MB }) });
    arena.expectedComplaints = [/a transfer of a file failed/];
    const mediaId = await ann.begin(10);
    const { status, reason } = await ann.patch(mediaId, 0, bytesOf(10));
    expect([status, reason]).toEqual([503, 'unavailable']);
    isBroken = false;
    expect(await ann.offset(mediaId)).toBe(0);
    expect((await ann.patch(mediaId, 0, bytesOf(10))).status).toBe(204);
  });
});

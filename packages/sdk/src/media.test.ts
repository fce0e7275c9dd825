/** Uploads and downloads of one client, against a server in memory (api.md 5.5). */
import { describe, expect, test } from 'vitest';
import { setUp } from '../test/set-up.js';
import { RtmInterruptedError, RtmLimitExceededError, RtmTimeoutError } from './errors.js';
import type { MediaOperationProgress } from './public-types.js';

const bytesOf = (size: number): Uint8Array<ArrayBuffer> => Uint8Array.from({ length: size }, (_, at) => at % 251);
const fileOf = (size: number, type = ''): Blob => new Blob([bytesOf(size)], { type });
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

async function loggedIn() {
  const all = setUp();
  await all.logIn();
  const { clock, server, client } = all;
  /** The outcome of a call, however much of what it waits for is real work; time passes in steps, when there is any. */
  async function outcome<T>(call: Promise<T>, stepMs = 0): Promise<T> {
    let isOver = false;
    const over = () => {
      isOver = true;
    };
    call.then(over, over);
    for (let turns = 0; !isOver; turns++) {
      if (turns > 2000) throw new Error('the call does not end');
      await turn();
      if (stepMs > 0) await all.idle(stepMs);
      else await clock.settle();
    }
    return call;
  }
  const upload = (size: number, params?: object, handler?: object) =>
    client.createMediaMessageByUploading(fileOf(size), params as never, handler as never);
  return { ...all, media: server.media, outcome, upload };
}

describe('uploads', () => {
  test('a file: its bytes, type and name go up, the message has what it needs', async () => {
    const { client, media, outcome } = await loggedIn();
    const thumbnail = new Blob(['small'], { type: 'image/png' });
    const params = { fileName: 'Bericht für Köln.pdf', description: 'words', thumbnail };
    const message = await outcome(client.createMediaMessageByUploading(fileOf(5000, 'application/pdf'), params));
    const [mediaId = '', file] = [...media.files][0] ?? [];
    expect(message).toEqual({ mediaId, ...params, size: 5000, messageType: 'FILE' });
    expect((message as { thumbnail: Blob }).thumbnail).toBe(thumbnail);
    expect(file?.bytes).toEqual(bytesOf(5000));
    const decode = (text = '') => Buffer.from(text, 'base64').toString();
    const metadata = Object.fromEntries(file?.metadata.split(',').map((pair) => pair.split(' ')) ?? []);
    expect([decode(metadata.filename), decode(metadata.filetype)]).toEqual(['Bericht für Köln.pdf', 'application/pdf']);
    expect(media.headers[0]).toMatchObject({ Authorization: 'Bearer ticket-1', 'Tus-Resumable': '1.0.0' });
    expect(media.requests).toEqual(['POST uploads 5000', 'PATCH uploads/1 0']);
  });

  test('without params it is a file without a name; with a size in pixels, or told so, an image', async () => {
    const { upload, outcome } = await loggedIn();
    const file = { mediaId: expect.any(String), fileName: '', description: '', thumbnail: undefined, size: 3 };
    expect(await outcome(upload(3))).toEqual({ ...file, messageType: 'FILE' });
    const image = { ...file, width: 0, height: 0, thumbnailWidth: 0, thumbnailHeight: 0, messageType: 'IMAGE' };
    expect(await outcome(upload(3, { messageType: 'IMAGE' }))).toEqual(image);
    expect(await outcome(upload(3, { width: 4, height: 5 }))).toEqual({ ...image, width: 4, height: 5 });
    expect(await outcome(upload(3, { thumbnailHeight: 0 }))).toEqual(image);
    expect(await outcome(upload(3, { width: -1, height: 0 }))).toEqual(image);
    for (const width of [Number.NaN, Infinity]) await expect(upload(3, { width })).rejects.toMatchObject({ code: 2 });
  });

  test('the size of an image and of its thumbnail is read, unless one is given', async () => {
    const { client, outcome } = await loggedIn();
    const png = (width: number, height: number) => {
      const bytes = Buffer.alloc(33);
      bytes.write('\x89PNG\r\n\x1a\n', 'latin1');
      bytes.writeUInt32BE(width, 16);
      bytes.writeUInt32BE(height, 20);
      return new Blob([bytes]);
    };
    const upload = (params: object) => outcome(client.createMediaMessageByUploading(png(640, 480), params as never));
    const thumbnail = png(64, 48);
    expect(await upload({ messageType: 'IMAGE', thumbnail })).toMatchObject({
      ...{ width: 640, height: 480, thumbnailWidth: 64, thumbnailHeight: 48 },
    });
    expect(await upload({ width: 7, thumbnailHeight: 9, thumbnail })).toMatchObject({
      ...{ width: 7, height: 0, thumbnailWidth: 0, thumbnailHeight: 9 },
    });
    expect(await upload({ messageType: 'FILE', thumbnail })).not.toHaveProperty('width');
  });

  test('behind a cut it goes on where the server is, and not before', async () => {
    const { media, upload, outcome } = await loggedIn();
    media.troubles.push(undefined, { cutAfter: 1500 }, { status: 503 }, undefined, { cutAfter: 700 });
    const reports: MediaOperationProgress[] = [];
    const onOperationProgress = (report: MediaOperationProgress) => reports.push(report);
    const { mediaId } = await outcome(upload(4000, {}, { onOperationProgress }), 100);
    expect(media.files.get(mediaId)?.bytes).toEqual(bytesOf(4000));
    expect(media.requests).toEqual([
      ...['POST uploads 4000', 'PATCH uploads/1 0', 'HEAD uploads/1', 'HEAD uploads/1', 'PATCH uploads/1 1500'],
      ...['HEAD uploads/1', 'PATCH uploads/1 2200'],
    ]);
    expect(reports.at(-1)).toEqual({ currentSize: 4000, totalSize: 4000 });
  });

  test('the answer to the last bytes is lost: nothing is sent twice', async () => {
    const { media, upload, outcome } = await loggedIn();
    media.troubles.push(undefined, 'lost answer');
    await outcome(upload(4000), 100);
    expect(media.requests).toEqual(['POST uploads 4000', 'PATCH uploads/1 0', 'HEAD uploads/1']);
  });

  test('the answer to the creation is lost: it is asked for again, and there is one upload', async () => {
    const { media, upload, outcome } = await loggedIn();
    media.troubles.push('lost answer');
    expect((await outcome(upload(10), 100)).mediaId).toMatch(/1$/);
    expect(media.requests.slice(0, 2)).toEqual(['POST uploads 10', 'POST uploads 10']);
    const [first, again] = media.headers;
    expect([first?.['Upload-Key'], media.files.size]).toEqual([again?.['Upload-Key'], 1]);
    expect((await outcome(upload(10))).mediaId).toMatch(/2$/);
  });

  test('a server that has lost the upload is given it anew, a few times', async () => {
    const { media, upload, outcome } = await loggedIn();
    media.troubles.push(undefined, { status: 404 });
    expect((await outcome(upload(10), 100)).mediaId).toMatch(/2$/);
    for (let times = 0; times < 3; times++) media.troubles.push(undefined, { status: 404 });
    await expect(outcome(upload(10), 100)).rejects.toMatchObject({ code: 1 });
  });

  test.each([
    [413, 4, 'RtmLimitExceededError'],
    [507, 1, 'RtmInternalError'],
    [400, 1, 'RtmInternalError'],
    [403, 1, 'RtmInternalError'],
    [404, 1, 'RtmInternalError'],
    [304, 1, 'RtmInternalError'],
  ])('a refusal with %d is told at once, with code %d', async (status, code, name) => {
    const { media, upload, outcome } = await loggedIn();
    media.trouble = { status, reason: 'disk-full' };
    await expect(outcome(upload(10))).rejects.toMatchObject({ code, name });
    expect(media.requests).toHaveLength(1);
    if (status === 507) {
      await expect(outcome(upload(10))).rejects.toMatchObject({
        message: 'Error Code 1 - disk-full',
        data: { serverCode: 507 },
      });
    }
  });

  test('a server that takes a part of the body at a time gets the rest', async () => {
    const { media, upload, outcome } = await loggedIn();
    media.takesAtMost = 1500;
    const { mediaId } = await outcome(upload(4000));
    expect(media.files.get(mediaId)?.bytes).toEqual(bytesOf(4000));
    expect(media.requests.map((line) => line.split(' ')[2])).toEqual(['4000', '0', '1500', '3000']);
  });

  test('success without a byte taken is tried again with pauses, and not for ever', async () => {
    const { media, upload, outcome, clock } = await loggedIn();
    media.troubles.push(undefined);
    media.trouble = 'swallow';
    const began = clock.now();
    await expect(outcome(upload(100), 500)).rejects.toMatchObject({ code: 3 });
    expect(clock.now() - began).toBeLessThan(125_000);
    expect(media.requests.length).toBeLessThan(200);
  });

  test.each(['-1', '11', '1.5', 'x', ''])('an offset of "%s" in an upload of 10 bytes is none', async (offset) => {
    const { server, upload, outcome } = await loggedIn();
    server.media.answer = (exchange) => {
      const location = `/arapi/v1/artmgw/uploadMedia/${'0'.repeat(32)}`;
      exchange.head(201, { location, 'upload-offset': offset });
      exchange.end();
    };
    await expect(outcome(upload(10))).rejects.toMatchObject({ code: 1 });
  });

  test('a file that cannot be read any more is told at once', async () => {
    const { client, media, outcome, clock } = await loggedIn();
    const gone = fileOf(10);
    gone.slice = () => {
      const part = fileOf(10);
      part.arrayBuffer = () => Promise.reject(new DOMException('it was changed', 'NotReadableError'));
      return part;
    };
    media.troubles.push(undefined, { cutAfter: 0 });
    const { carryOut } = media as unknown as { carryOut: (...all: never[]) => Promise<void> };
    // As a browser does: the request fails.
    Object.assign(media, {
      carryOut: (exchange: { request: { method: string }; fail(): void }, ...rest: never[]) =>
        exchange.request.method === 'PATCH'
          ? Promise.resolve(exchange.fail())
          : carryOut.call(media, exchange as never, ...rest),
    });
    const began = clock.now();
    const error = await outcome(client.createMediaMessageByUploading(gone), 100).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 1, message: expect.stringContaining('it was changed') });
    expect(clock.now() - began).toBeLessThan(2000);
  });

  test('a server without the header of its progress, or of the address, is no server for files', async () => {
    const { media, upload, outcome } = await loggedIn();
    media.trouble = { status: 200 };
    await expect(outcome(upload(10))).rejects.toMatchObject({ code: 1 });
    media.trouble = undefined;
    media.troubles.push(undefined, { status: 204 });
    await expect(outcome(upload(10))).rejects.toMatchObject({ code: 1 });
  });
});

describe('downloads', () => {
  test('identical bytes, with the type by content, else as uploaded', async () => {
    const { client, media, outcome } = await loggedIn();
    media.mediaType = 'text/x-own';
    const download = async (bytes: Uint8Array) => {
      const blob = await outcome(client.downloadMedia(media.add(bytes)));
      expect(new Uint8Array(await blob.arrayBuffer())).toEqual(bytes);
      return blob.type;
    };
    const begins = (text: string) => Uint8Array.from([...Buffer.from(text, 'latin1'), 1, 2, 3]);
    expect(await download(bytesOf(3500))).toBe('text/x-own');
    expect(await download(begins('\x89PNG\r\n'))).toBe('image/png');
    expect(await download(begins('GIF89a'))).toBe('image/gif');
    expect(await download(begins('\xff\xd8\xff\xe0'))).toBe('image/jpeg');
    expect(await download(begins('%PDF-1.7'))).toBe('application/pdf');
    expect(await download(begins('PK\x03\x04'))).toBe('application/zip');
    expect(await download(Uint8Array.of(0xff))).toBe('text/x-own');
    media.mediaType = '';
    expect(await download(bytesOf(1))).toBe('');
  });

  test('behind a cut it goes on where it was', async () => {
    const { client, media, outcome } = await loggedIn();
    const mediaId = media.add(bytesOf(5000));
    media.troubles.push({ cutAfter: 1700 }, { status: 500 }, { cutAfter: 2000 });
    const blob = await outcome(client.downloadMedia(mediaId), 100);
    expect(new Uint8Array(await blob.arrayBuffer())).toEqual(bytesOf(5000));
    const ranges = media.requests.map((line) => line.split(' ')[2]);
    expect(ranges).toEqual(['bytes=0-', 'bytes=1700-', 'bytes=1700-', 'bytes=3700-']);
  });

  test('somebody on the way takes no ranges: it begins anew, and the bytes are right', async () => {
    const { client, server, outcome } = await loggedIn();
    let requests = 0;
    server.media.answer = (exchange) => {
      requests += 1;
      exchange.head(200, requests === 2 ? { 'content-length': '3000' } : {});
      exchange.bytes(bytesOf(requests === 2 ? 3000 : 1200));
      if (requests === 1) exchange.fail();
      else exchange.end();
    };
    const blob = await outcome(client.downloadMedia('0'.repeat(32)), 100);
    expect(new Uint8Array(await blob.arrayBuffer())).toEqual(bytesOf(3000));
    // Without any length, what ends well is the whole.
    expect((await outcome(client.downloadMedia('0'.repeat(32)), 100)).size).toBe(1200);
  });

  test('an answer that ends early, as if all were there, is not taken for the whole', async () => {
    const { client, server, outcome } = await loggedIn();
    let requests = 0;
    server.media.answer = (exchange) => {
      requests += 1;
      const from = requests === 1 ? 0 : 1000;
      exchange.head(206, { 'content-range': `bytes ${from}-1999/2000` });
      exchange.bytes(bytesOf(2000).subarray(from, from + 1000));
      exchange.end();
    };
    const blob = await outcome(client.downloadMedia('0'.repeat(32)));
    expect([requests, new Uint8Array(await blob.arrayBuffer())]).toEqual([2, bytesOf(2000)]);
  });

  test('all bytes have come, and the end of the answer has not: that is the file', async () => {
    const { client, server, outcome } = await loggedIn();
    server.media.answer = (exchange) => {
      exchange.head(206, { 'content-range': 'bytes 0-999/1000', 'media-type': 'text/x-own' });
      exchange.bytes(bytesOf(1000));
      exchange.fail();
    };
    const blob = await outcome(client.downloadMedia('0'.repeat(32)), 100);
    expect([blob.type, new Uint8Array(await blob.arrayBuffer())]).toEqual(['text/x-own', bytesOf(1000)]);
  });

  test('answers without bytes are tried again with pauses, and not for ever', async () => {
    const { client, server, outcome, clock } = await loggedIn();
    let requests = 0;
    server.media.answer = (exchange) => {
      requests += 1;
      exchange.head(206, { 'content-range': `bytes ${requests > 1 ? 1 : 0}-999/1000` });
      if (requests === 1) exchange.bytes(bytesOf(1));
      exchange.end();
    };
    const began = clock.now();
    await expect(outcome(client.downloadMedia('0'.repeat(32)), 500)).rejects.toMatchObject({ code: 3 });
    expect([requests < 200, clock.now() - began < 125_000]).toEqual([true, true]);
  });

  test.each([
    ['an empty answer', 200, {}, [] as number[]],
    ['nothing at all', 204, {}, []],
    ['another range', 206, { 'content-range': 'bytes 400-999/1000' }, [600]],
    ['more than there is', 206, { 'content-range': 'bytes 0-9/10' }, [6, 6]],
  ])('%s is no file', async (_what, status, headers, pieces) => {
    const { client, server, outcome } = await loggedIn();
    server.media.answer = (exchange) => {
      exchange.head(status, headers);
      for (const size of pieces) exchange.bytes(bytesOf(size));
      exchange.end();
    };
    await expect(outcome(client.downloadMedia('0'.repeat(32)), 100)).rejects.toMatchObject({ code: 1 });
  });

  test('a file that is not there, or not any more', async () => {
    const { client, outcome } = await loggedIn();
    await expect(outcome(client.downloadMedia('f'.repeat(32)))).rejects.toMatchObject({
      ...{ code: 4, name: 'RtmInvalidStatusError' },
    });
  });
});

describe('limits', () => {
  test('32 MB go, one byte more does not, and what is empty does not', async () => {
    const { client, media, outcome } = await loggedIn();
    const MB = 1024 * 1024;
    media.trouble = { status: 507 };
    const blob = new Blob([new Uint8Array(32 * MB)]);
    await expect(outcome(client.createMediaMessageByUploading(blob))).rejects.toMatchObject({ code: 1 });
    const larger = new Blob([blob, 'x']);
    const refused = client.createMediaMessageByUploading(larger);
    await expect(outcome(refused)).rejects.toMatchObject({ code: 4, data: { limit: 32 * MB } });
    await expect(outcome(client.createMediaMessageByUploading(new Blob()))).rejects.toMatchObject({ code: 2 });
  });

  test('nine at a time, uploads and downloads together; the tenth is refused, and not the one behind it', async () => {
    const { client, media, upload, outcome } = await loggedIn();
    media.trouble = 'silence';
    const mediaId = media.add(bytesOf(1));
    const [one, rest] = [new AbortController(), new AbortController()];
    const handler = { cancelSignal: rest.signal };
    const first = upload(1, {}, { cancelSignal: one.signal });
    const others = Array.from({ length: 8 }, (_, at) =>
      at % 2 ? upload(1, {}, handler) : client.downloadMedia(mediaId, handler),
    );
    for (const call of others) call.catch(() => undefined);
    await expect(outcome(upload(1))).rejects.toBeInstanceOf(RtmLimitExceededError);
    await expect(outcome(client.downloadMedia(mediaId))).rejects.toMatchObject({ code: 5, data: { limit: 9 } });
    one.abort();
    await expect(outcome(first)).rejects.toMatchObject({ code: 6 });
    media.trouble = undefined;
    const taken = client.downloadMedia(mediaId);
    rest.abort();
    expect((await outcome(taken)).size).toBe(1);
  });

  test('four move at a time, and the time of those that wait does not run', async () => {
    const { client, media, upload, idle, outcome } = await loggedIn();
    media.trouble = 'silence';
    const controllers = Array.from({ length: 5 }, () => new AbortController());
    const calls = controllers.map(({ signal }) => upload(1, {}, { cancelSignal: signal }));
    const codes = calls.map((call) =>
      call.then(
        () => 0,
        ({ code }) => code,
      ),
    );
    await idle(60_000);
    // Each has begun anew after 30 s of silence.
    expect(media.requests).toHaveLength(8);
    controllers[0]?.abort();
    expect(await outcome(codes[0] as Promise<number>)).toBe(6);
    await idle(61_000);
    expect(await Promise.all(codes.slice(1, 4))).toEqual([3, 3, 3]);
    media.trouble = undefined;
    expect(await outcome(codes[4] as Promise<number>, 1000)).toBe(0);
    expect((await outcome(client.downloadMedia(media.add(bytesOf(1))))).size).toBe(1);
  });

  test('bytes that are sent again and again, and never arrive, are no movement', async () => {
    const { media, upload, outcome, clock } = await loggedIn();
    media.troubles.push(undefined, ...Array.from({ length: 400 }, (_, at) => (at % 2 ? undefined : { status: 503 })));
    const began = clock.now();
    const error = await outcome(upload(5000), 1000).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 3 });
    expect(clock.now() - began).toBeLessThan(125_000);
  });

  test('bytes that arrive are movement, though nobody saw them leave', async () => {
    const { server, upload, outcome, clock } = await loggedIn();
    // A request takes 20 s, the whole 400 s.
    let offset = 0;
    server.media.answer = (exchange) => {
      const { method } = exchange.request;
      if (method === 'POST') exchange.head(201, { location: `/arapi/v1/artmgw/uploadMedia/${'0'.repeat(32)}` });
      else {
        offset += 10;
        exchange.head(204, { 'upload-offset': `${offset}` });
      }
      clock.after(method === 'POST' ? 0 : 20_000, () => exchange.end());
    };
    expect((await outcome(upload(200), 1000)).size).toBe(200);
    expect(clock.now()).toBeGreaterThan(390_000);
  });

  test('120 s without a byte are the end; bytes begin them anew', async () => {
    const { client, media, idle, outcome } = await loggedIn();
    const mediaId = media.add(bytesOf(3000));
    media.troubles.push(...Array.from({ length: 40 }, () => ({ status: 500 })), { cutAfter: 1000 });
    media.trouble = { status: 500 };
    const began = media.requests.length;
    const call = client.downloadMedia(mediaId);
    const error = outcome(call, 1000).catch((reason: unknown) => reason);
    await idle(115_000);
    expect(media.requests.length - began).toBeGreaterThan(40);
    expect(await error).toBeInstanceOf(RtmTimeoutError);
    expect(await error).toMatchObject({ code: 3 });
  });

  test('a request of which nothing is heard for 30 s is given up, and there is another one', async () => {
    const { media, upload, outcome } = await loggedIn();
    media.troubles.push('silence', undefined, 'silence');
    await outcome(upload(100), 1000);
    expect(media.requests).toEqual([
      'POST uploads 100',
      'POST uploads 100',
      'PATCH uploads/1 0',
      'HEAD uploads/1',
      'PATCH uploads/1 0',
    ]);
  });
});

describe('progress', () => {
  test('once a second while bytes move, never less than before, and the end once', async () => {
    const { client, clock, server, idle, outcome } = await loggedIn();
    const reports: { readonly at: number; readonly size: number }[] = [];
    let isSettled = false;
    let faults = 0;
    let silence = 0;
    server.media.answer = (exchange) => {
      exchange.head(206, { 'content-range': 'bytes 0-9999/10000' });
      const step = (at: number) => {
        exchange.bytes(bytesOf(10_000).subarray(at, at + 500));
        if (at === 4000) silence = clock.now();
        if (at + 500 < 10_000) clock.after(at === 4000 ? 10_000 : 500, () => step(at + 500));
        else exchange.end();
      };
      step(0);
    };
    const call = client.downloadMedia('0'.repeat(32), {
      onOperationProgress: ({ currentSize: size, totalSize }) => {
        reports.push({ at: clock.now(), size });
        // What is thrown here is seen by nobody.
        if (isSettled || totalSize !== 10_000) faults += 1;
      },
    });
    void call.then(() => {
      isSettled = true;
    });
    await outcome(call, 250);
    const last = reports.at(-1);
    const grown = reports.map(({ size }, index) => size - (reports[index - 1]?.size ?? 0));
    expect([grown.every((bytes) => bytes > 0), last?.size]).toEqual([true, 10_000]);
    const gaps = reports.slice(1, -1).map(({ at }, index) => at - (reports[index]?.at ?? 0));
    expect(gaps.filter((ms) => ms !== 1000)).toHaveLength(1);
    const isSilent = ({ at }: { readonly at: number }) => at > silence + 1000 && at < silence + 10_000;
    expect(reports.filter(isSilent)).toEqual([]);
    await idle(5000);
    expect([reports.at(-1), faults]).toEqual([last, 0]);
  });

  test('a small file has one report', async () => {
    const { upload, outcome } = await loggedIn();
    const reports: unknown[] = [];
    await outcome(upload(1, {}, { onOperationProgress: (report: unknown) => reports.push(report) }));
    expect(reports).toEqual([{ currentSize: 1, totalSize: 1 }]);
  });

  test('what it throws is logged, and changes nothing', async () => {
    const all = await loggedIn();
    all.client.setParameters({ logFilter: 0 });
    const onOperationProgress = () => {
      throw new Error('of the application');
    };
    await all.outcome(all.upload(1, {}, { onOperationProgress }));
    expect(all.environment.logged.map(({ line }) => line)).toContainEqual(
      expect.stringContaining('of the application'),
    );
    expect(all.clock.uncaught).toEqual([]);
  });
});

describe('the end before the end', () => {
  test('a signal that is given already: nothing is sent', async () => {
    const { client, media, upload, outcome } = await loggedIn();
    const handler = { cancelSignal: AbortSignal.abort() };
    await expect(outcome(upload(1, {}, handler))).rejects.toBeInstanceOf(RtmInterruptedError);
    await expect(outcome(client.downloadMedia('0'.repeat(32), handler))).rejects.toMatchObject({ code: 6 });
    expect(media.requests).toEqual([]);
  });

  test('canceled on the way: at once, the room on the server is given back, and nothing more is reported', async () => {
    const { media, upload, outcome, idle, clock } = await loggedIn();
    const controller = new AbortController();
    const reports: unknown[] = [];
    const onOperationProgress = (report: unknown) => reports.push(report);
    media.troubles.push(undefined, { cutAfter: 10 }, 'silence');
    const call = upload(100, {}, { cancelSignal: controller.signal, onOperationProgress });
    const error = outcome(call, 100).catch((reason: unknown) => reason);
    while (media.requests.length < 3) await idle(50);
    controller.abort();
    expect(await error).toMatchObject({ code: 6, name: 'RtmInterruptedError' });
    await clock.settle();
    expect([media.requests.at(-1), media.files.size]).toEqual(['DELETE uploads/1', 0]);
    const waiting = clock.waiting;
    await idle(5000);
    expect([reports, clock.waiting]).toEqual([[], waiting]);
  });

  test.each(['cancel', 'logout', 'another login'])(
    '%s while the size of an image is read: nothing goes up',
    async (how) => {
      const { client, media, outcome, clock } = await loggedIn();
      const controller = new AbortController();
      const slow = new Blob(['x']);
      let goOn: () => void = () => undefined;
      const read = new Promise<void>((resolve) => {
        goOn = resolve;
      });
      slow.slice = () => {
        const part = new Blob(['x']);
        part.arrayBuffer = () => read.then(() => new ArrayBuffer(30));
        return part;
      };
      const params = { messageType: 'IMAGE' } as const;
      const call = client.createMediaMessageByUploading(slow, params, { cancelSignal: controller.signal });
      const code = call.then(
        () => 0,
        (error: { code: number }) => error.code,
      );
      await turn();
      if (how === 'cancel') controller.abort();
      else await outcome(client.logout());
      expect(await outcome(code)).toBe(6);
      if (how === 'another login') await outcome(client.login({ uid: 'bob' }));
      goOn();
      for (let turns = 0; turns < 10; turns++) await turn();
      await clock.advance(5000);
      expect([media.requests, media.files.size]).toEqual([[], 0]);
    },
  );

  test('canceled while the creation is under way: what it made is removed', async () => {
    const { media, upload, outcome, clock } = await loggedIn();
    const controller = new AbortController();
    media.troubles.push('held answer');
    const code = upload(100, {}, { cancelSignal: controller.signal }).catch((error: unknown) => error);
    while (media.files.size === 0) await clock.settle();
    controller.abort();
    expect(await outcome(code)).toMatchObject({ code: 6 });
    media.release();
    for (let turns = 0; turns < 5; turns++) {
      await turn();
      await clock.settle();
    }
    expect([media.requests, media.files.size]).toEqual([['POST uploads 100', 'DELETE uploads/1'], 0]);
  });

  test.each(['logout', 'another login'])('%s while the creation is under way: what it made is removed', async (how) => {
    const { client, server, media, upload, outcome, clock } = await loggedIn();
    media.troubles.push('held answer');
    const code = upload(100).catch((error: unknown) => error);
    while (media.files.size === 0) await clock.settle();
    await outcome(client.logout());
    expect(await outcome(code)).toMatchObject({ code: 6 });
    server.gateway = () => ({ code: 0, sessionid: 'ticket-2', addresses: [{ type: 0, addr: 'rtm.test', port: 9080 }] });
    if (how === 'another login') await outcome(client.login({ uid: 'bob' }));
    media.release();
    for (let turns = 0; turns < 5; turns++) {
      await turn();
      await clock.settle();
    }
    expect([media.requests, media.files.size]).toEqual([['POST uploads 100', 'DELETE uploads/1'], 0]);
    expect(media.headers.at(-1)?.Authorization).toBe('Bearer ticket-1');
  });

  test('canceled by the last report', async () => {
    const { media, upload, outcome } = await loggedIn();
    const controller = new AbortController();
    const handler = { cancelSignal: controller.signal, onOperationProgress: () => controller.abort() };
    await expect(outcome(upload(10, {}, handler))).rejects.toMatchObject({ code: 6 });
    expect(media.files.size).toBe(0);
  });

  test('a removal that nobody answers ends after 10 s', async () => {
    const { media, upload, outcome, idle, clock, environment } = await loggedIn();
    const { network } = environment;
    const http = network.http.bind(network);
    let canceled = 0;
    network.http = (request, done) => {
      const cancel = http(request, done);
      return () => {
        if (request.method === 'DELETE') canceled += 1;
        cancel();
      };
    };
    const controller = new AbortController();
    media.troubles.push(undefined, 'silence', 'silence');
    const code = upload(100, {}, { cancelSignal: controller.signal }).catch((error: unknown) => error);
    while (media.requests.length < 2) await clock.settle();
    controller.abort();
    await outcome(code);
    await idle(9000);
    expect(canceled).toBe(0);
    await idle(2000);
    expect(canceled).toBe(1);
  });

  test('afterwards a signal has no effect', async () => {
    const { media, upload, outcome, clock } = await loggedIn();
    const controller = new AbortController();
    const message = await outcome(upload(10, {}, { cancelSignal: controller.signal }));
    controller.abort();
    await clock.settle();
    expect([message.size, media.requests.length]).toEqual([10, 2]);
  });

  test('logout and a kick end transfers at once, with code 6', async () => {
    for (const end of ['logout', 'kick'] as const) {
      const { client, server, media, upload, outcome } = await loggedIn();
      media.trouble = 'silence';
      const calls = [upload(1), client.downloadMedia('0'.repeat(32))].map((call) =>
        call.catch((error: unknown) => error),
      );
      if (end === 'logout') void client.logout();
      else server.push('ForceOffline', {});
      for (const call of calls) expect(await outcome(call)).toMatchObject({ code: 6, name: 'RtmInterruptedError' });
    }
  });

  test('while the connection is cut it goes on; a ticket that is not taken any more is replaced by that of the resume', async () => {
    const { server, media, upload, outcome, idle, resumes } = await loggedIn();
    resumes();
    server.gateway = () => ({ code: 0, sessionid: 'ticket-2', addresses: [{ type: 0, addr: 'rtm.test', port: 9080 }] });
    media.troubles.push(undefined, { cutAfter: 10 }, { status: 401 }, { status: 401 });
    const call = upload(100);
    const result = outcome(call, 50);
    server.shutDoor();
    server.connection.close();
    await idle(3000);
    expect((await result).size).toBe(100);
    expect(media.headers.at(-1)?.Authorization).toBe('Bearer ticket-2');
  });
});

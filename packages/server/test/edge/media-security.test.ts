/** Files and those who must not have them, fill them up, or keep the server waiting. */
import { mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { MemoryMediaBytes } from '../../src/engines/memory/memory-media-bytes.js';
import { APP, eventually } from './support/arena.js';
import { MB, OTHER_APP, useMediaArena } from './support/media-arena.js';
import { type Answer, bytesOf, MEDIA, type MediaClient, send, TUS, UPLOADS } from './support/media-client.js';

const media = useMediaArena();
const { arena } = media;

const PATCHING = { 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': 0 };

/** Everything that can be asked of a file, its upload or its address. */
const ASKED = [
  ['GET', MEDIA, ''],
  ['HEAD', MEDIA, ''],
  ['POST', MEDIA, '/link'],
  ['HEAD', UPLOADS, ''],
  ['PATCH', UPLOADS, ''],
  ['DELETE', UPLOADS, ''],
] as const;

async function linkTo(user: MediaClient, mediaId: string): Promise<{ path: string; untilMs: number }> {
  const { body } = await user.send('POST', `${MEDIA}/${mediaId}/link`);
  return JSON.parse(body.toString()) as { path: string; untilMs: number };
}

const byLink = (path: string, method = 'GET') => send(arena.server.url + path, method, {});

describe('who may have a file', () => {
  test('ids cannot be guessed: every bit is chance, and not that of Math.random', async () => {
    const ann = await media.begin({ settings: { mediaUserFiles: 1000 } });
    const ids: string[] = [];
    const random = vi.spyOn(Math, 'random').mockReturnValue(0.5);
    try {
      for (let i = 0; i < 150; i++) ids.push(await ann.begin(1));
    } finally {
      random.mockRestore();
    }
    expect(new Set(ids).size).toBe(150);
    const numbers = ids.map((id) => BigInt(`0x${id}`));
    for (let bit = 0n; bit < 128n; bit++) {
      // 75 of 150, on average; by chance outside of these once in 10^12 times.
      const ones = numbers.filter((number) => (number >> bit) & 1n).length;
      expect(ones, `bit ${bit}`).toBeGreaterThan(30);
      expect(ones, `bit ${bit}`).toBeLessThan(120);
    }
  });

  test('for users of another app there is no such file, whatever they ask, and nothing happens to it', async () => {
    const ann = await media.begin();
    const whole = await ann.upload(bytesOf(10));
    const unfinished = await ann.begin(10);
    await ann.patch(unfinished, 0, bytesOf(4));
    const never = '0'.repeat(32);
    const strangers = [await media.client('ann', OTHER_APP), await media.client('eve', OTHER_APP)];
    const seen = ({ status, reason, headers, body }: Answer) => {
      const { date, ...others } = headers;
      return { status, reason, others, body: body.toString() };
    };
    for (const stranger of strangers) {
      for (const [method, path, behind] of ASKED) {
        const ask = async (mediaId: string) => {
          const body = method === 'PATCH' ? bytesOf(1) : undefined;
          return seen(await stranger.send(method, `${path}/${mediaId}${behind}`, PATCHING, body));
        };
        const nothing = await ask(never);
        expect([method, path, nothing.status]).toEqual([method, path, 404]);
        // Not even the headers tell that there is something.
        expect(await ask(whole)).toEqual(nothing);
        expect(await ask(unfinished)).toEqual(nothing);
      }
    }
    expect((await ann.download(whole)).body.equals(Buffer.from(bytesOf(10)))).toBe(true);
    expect(await ann.offset(unfinished)).toBe(4);
  });

  test('others of the same app read a file, and neither change nor remove it', async () => {
    const ann = await media.begin();
    const mediaId = await ann.upload(bytesOf(10));
    const bob = await media.client('bob');
    for (const method of ['HEAD', 'PATCH', 'DELETE']) {
      const body = method === 'PATCH' ? bytesOf(1) : undefined;
      expect((await bob.send(method, `${UPLOADS}/${mediaId}`, PATCHING, body)).status, method).toBe(404);
    }
    expect((await bob.download(mediaId)).status).toBe(200);
  });

  test('a link whose signature, file, app or time was changed opens nothing', async () => {
    const ann = await media.begin();
    const [mediaId, other] = [await ann.upload(bytesOf(10)), await ann.upload(bytesOf(20))];
    const { path, untilMs } = await linkTo(ann, mediaId);
    expect((await byLink(path)).body.length).toBe(10);
    expect((await byLink(path, 'HEAD')).headers['content-length']).toBe('10');
    const [base = '', signature = ''] = path.split('&sig=');
    const changed = Array.from({ length: signature.length }, (_, at) => {
      const char = signature[at] === 'A' ? 'B' : 'A';
      return `${base}&sig=${signature.slice(0, at)}${char}${signature.slice(at + 1)}`;
    });
    const theirs = await linkTo(ann, other);
    const stranger = await media.client('ann', OTHER_APP);
    const foreign = await linkTo(stranger, await stranger.upload(bytesOf(30)));
    const sigOf = (link: { path: string }) => link.path.split('&sig=')[1];
    const wrong = [
      ...changed,
      `${base}&sig=`,
      `${base}&sig=${signature}A`,
      `${base}&sig=${signature.slice(0, -1)}`,
      `${path}&sig=${signature}`,
      `${base}&sig=${sigOf(theirs)}`,
      `${base}&sig=${sigOf(foreign)}`,
      path.replace(mediaId, other),
      path.replace(`app=${APP}`, `app=${OTHER_APP}`),
      path.replace(`app=${APP}`, 'app='),
      path.replace(/until=\d+/, `until=${untilMs - 1}`),
      path.replace(/until=\d+/, `until=${untilMs + 1}`),
      path.replace(/until=\d+/, `until=${untilMs}0`),
      path.replace(/until=\d+&/, ''),
    ];
    for (const one of wrong) {
      const { status, reason, body } = await byLink(one);
      expect([one, status, reason]).toEqual([one, 401, 'no-session']);
      expect(body.length).toBeGreaterThan(30);
    }
    // A link is for reading, and a link to nothing is no reason to tell what was there.
    for (const method of ['HEAD', 'PATCH', 'DELETE']) {
      expect((await send(arena.server.url + path.replace(MEDIA, UPLOADS), method, TUS)).status).toBe(401);
    }
    await ann.send('DELETE', `${UPLOADS}/${mediaId}`);
    expect((await byLink(path)).reason).toBe('not-exist');
  });

  test('a link ends with its time, to the millisecond of the server', async () => {
    const ann = await media.begin({ settings: { mediaLinkMs: 2000 } });
    const mediaId = await ann.upload(bytesOf(10));
    const began = Date.now();
    const { path, untilMs } = await linkTo(ann, mediaId);
    expect(untilMs).toBeGreaterThanOrEqual(began + 1999);
    expect(untilMs).toBeLessThanOrEqual(Date.now() + 2000);
    expect((await byLink(path)).status).toBe(200);
    let status = 200;
    while (status === 200) ({ status } = await byLink(path));
    expect(status).toBe(401);
    expect(Date.now()).toBeGreaterThanOrEqual(untilMs);
    // The file is there still, for a new one.
    expect((await byLink((await linkTo(ann, mediaId)).path)).status).toBe(200);
  });

  test('the ticket of a session that has ended is good for a while, and then for nothing', async () => {
    const ann = await media.begin({ engineLimits: { ticketAfterSessionMs: 1000 } });
    const mediaId = await ann.upload(bytesOf(10));
    const unfinished = await ann.begin(10);
    await ann.logout();
    const ended = performance.now();
    expect((await ann.patch(unfinished, 0, bytesOf(4))).status).toBe(204);
    expect((await ann.create(1)).status).toBe(201);
    expect((await ann.download(mediaId)).status).toBe(200);
    // That it was good before is shown above; how long it is, by when this ends.
    while ((await ann.create(1)).reason !== 'no-session');
    expect(performance.now() - ended).toBeGreaterThan(900);
    for (const [method, path, behind] of ASKED) {
      const id = path === MEDIA ? mediaId : unfinished;
      const { status } = await ann.send(method, `${path}/${id}${behind}`, { ...PATCHING, 'Upload-Offset': 4 });
      expect([method, path, status]).toEqual([method, path, 401]);
    }
    const again = await media.client('ann');
    expect(await again.offset(unfinished)).toBe(4);
  });
});

describe('what is served', () => {
  test.each([
    ['text/html', 'page.html'],
    ['image/svg+xml', 'picture.svg'],
    ['application/xhtml+xml', 'page.xhtml'],
    ['text/xml', 'x.xml'],
    ['', 'page.html'],
  ])('a file of type "%s" is data for every browser, by ticket and by link, whole and in part', async (type, name) => {
    const ann = await media.begin();
    const script = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
    const mediaId = await ann.upload(script, name, type);
    const { path } = await linkTo(ann, mediaId);
    const { headers: etag } = await ann.download(mediaId);
    const answers = [
      await ann.download(mediaId),
      await ann.download(mediaId, { Range: 'bytes=0-9' }),
      await ann.send('HEAD', `${MEDIA}/${mediaId}`),
      await byLink(path),
      await byLink(path, 'HEAD'),
      await send(arena.server.url + path, 'GET', { Range: 'bytes=5-' }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 206, 200, 200, 200, 206]);
    for (const { headers } of answers) {
      expect(headers['content-type']).toBe('application/octet-stream');
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['content-disposition']).toMatch(/^attachment; /);
      expect(headers['content-security-policy']).toBe("default-src 'none'; sandbox; frame-ancestors 'none'");
      expect(headers['cache-control']).toMatch(/private/);
    }
    // Answers without content carry the rules as well.
    const unchanged = await ann.download(mediaId, { 'If-None-Match': String(etag.etag) });
    const gone = await ann.download('0'.repeat(32));
    for (const { headers } of [unchanged, gone]) {
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['content-security-policy']).toContain('sandbox');
    }
  });

  test.each([
    ['parts of a path', '../../etc/passwd', '.._.._etc_passwd'],
    ['parts of a path of Windows', 'C:\\Windows\\..\\x.exe', 'C__Windows_.._x.exe'],
    ['nothing but dots', '..', 'file'],
    ['no name', '', 'file'],
    ['quotes', `a"b'c\`d.txt`, `a_b'c\`d.txt`],
    ['what ends a parameter', 'a; filename=b.exe', 'a; filename=b.exe'],
    ['CR and LF', 'a\r\nSet-Cookie: x=1\r\n\r\n<script>', 'a__Set-Cookie_ x=1_____script_'],
    ['a NUL', 'a.exe\0.txt', 'a.exe_.txt'],
    ['an override of direction', 'photo\u202egpj.exe', 'photo_gpj.exe'],
    ['isolates and marks', '\u2066a\u2069\u200f\ufeff.txt', '_a___.txt'],
    ['a tab, and separators of lines', 'a\tb\u2028c\u2029.txt', 'a_b_c_.txt'],
    ['1 KB', 'x'.repeat(1024), 'x'.repeat(200)],
    ['1 KB of other letters', 'é'.repeat(512), 'é'.repeat(200)],
    ['escapes', '%2e%2e%2fx', '%2e%2e%2fx'],
  ])('a name with %s is a name and nothing else', async (_what, name, told) => {
    const { ann, names } = await media.beginInFolder();
    const mediaId = await ann.upload(bytesOf(3), name, 'text/html');
    expect(names()).toEqual([`${APP}/${mediaId.slice(0, 2)}/${mediaId}.media`]);
    const { path } = await linkTo(ann, mediaId);
    for (const { headers } of [await ann.download(mediaId), await byLink(path)]) {
      const header = String(headers['content-disposition']);
      // Visible ASCII, one quoted text without a quote in it, one encoded text.
      const [, plain = '', encoded = ''] =
        /^attachment; filename="([ !#-~]{1,200})"; filename\*=UTF-8''([\w.!~%-]{1,1200})$/.exec(header) ?? [];
      expect(decodeURIComponent(encoded)).toBe(told);
      expect(plain).not.toMatch(/[\\/%;:]/);
      expect(headers['set-cookie']).toBeUndefined();
    }
  });
});

describe('declared and real sizes', () => {
  test('without a length, in chunks: fewer bytes wait for the rest, the right number is a file', async () => {
    const ann = await media.begin();
    const mediaId = await ann.begin(10);
    const chunked = async (offset: number, body: string) => {
      const wire = await media.uploading(ann, mediaId, offset, 'Transfer-Encoding: chunked');
      return wire.request(body);
    };
    expect(await chunked(0, '4\r\n0123\r\n0\r\n\r\n')).toMatch(/^HTTP\/1.1 204 [\s\S]*upload-offset: 4\r\n/i);
    expect((await ann.download(mediaId)).status).toBe(404);
    expect(await chunked(4, '3\r\n456\r\n3\r\n789\r\n0\r\n\r\n')).toMatch(
      /^HTTP\/1.1 204 [\s\S]*upload-offset: 10\r\n/i,
    );
    expect((await ann.download(mediaId)).body.toString()).toBe('0123456789');
  });

  test('a body that is longer than its Content-Length adds nothing to the file', async () => {
    const ann = await media.begin();
    const mediaId = await ann.begin(10);
    const wire = await media.uploading(ann, mediaId, 0, 'Content-Length: 4');
    wire.write('0123456789');
    await wire.gone;
    // What is behind it would be the next request, and is none.
    expect(wire.text).toMatch(/^HTTP\/1.1 (204 [\s\S]*HTTP\/1.1 )?400 /);
    await eventually(() => arena.server.census().uploads === 0, 'the upload has ended');
    expect(await ann.offset(mediaId)).toBeLessThanOrEqual(4);
    expect((await ann.download(mediaId)).status).toBe(404);
  });

  test('two lengths at once, or lengths that are none, are refused before a byte is taken', async () => {
    const ann = await media.begin();
    const mediaId = await ann.begin(10);
    for (const framing of [
      'Content-Length: 4\r\nTransfer-Encoding: chunked',
      'Content-Length: 4\r\nContent-Length: 5',
      'Content-Length: -4',
      'Content-Length: 4e0',
      'Transfer-Encoding: gzip',
    ]) {
      const wire = await media.uploading(ann, mediaId, 0, framing);
      wire.write('0123');
      await wire.gone;
      expect([framing, wire.text.slice(0, 12)]).toEqual([framing, 'HTTP/1.1 400']);
    }
    await eventually(() => arena.server.census().uploads === 0, 'the uploads have ended');
    expect(await ann.offset(mediaId)).toBe(0);
  });

  test('a connection that ends before its Content-Length leaves an unfinished upload', async () => {
    const { ann, dir, names } = await media.beginInFolder();
    const mediaId = await ann.begin(10);
    const bytesOnDisk = () => statSync(join(dir, names()[0] ?? '')).size;
    const before = bytesOnDisk();
    const wire = await media.uploading(ann, mediaId, 0, 'Content-Length: 10');
    wire.write('012345678');
    // What was not read yet when the connection ends is not kept.
    await eventually(() => bytesOnDisk() === before + 9, 'the bytes are stored');
    wire.socket.end();
    await wire.gone;
    await eventually(() => arena.server.census().uploads === 0, 'the upload has ended');
    expect(await ann.offset(mediaId)).toBe(9);
    expect((await ann.download(mediaId)).reason).toBe('not-exist');
    expect(names()[0]).toMatch(/\.part$/);
  });

  test('the end of an upload counts, wherever it went on: not one byte more than was declared', async () => {
    const { ann, names } = await media.beginInFolder();
    const mediaId = await ann.begin(10);
    await ann.patch(mediaId, 0, bytesOf(4));
    expect((await ann.patch(mediaId, 4, bytesOf(7))).reason).toBe('more-than-declared');
    expect(await ann.offset(mediaId)).toBe(4);
    const wire = await media.uploading(ann, mediaId, 4, 'Transfer-Encoding: chunked');
    expect(await wire.request('7\r\n4567890\r\n0\r\n\r\n')).toMatch(/^HTTP\/1.1 413 /);
    expect(names()).toEqual([]);
  });
});

describe('no room', () => {
  test('each quota and the disk say which it is, and what to do is in the words', async () => {
    /** A disk of which others take from. */
    class Shared extends MemoryMediaBytes {
      freeBytes = MB;
      override async room(): Promise<{ readonly freeBytes: number }> {
        return { freeBytes: this.freeBytes };
      }
    }
    const mediaBytes = new Shared({ capacityBytes: MB });
    const settings = { mediaUserBytes: 1000, mediaAppBytes: 1500, mediaFreeBytes: 1000 };
    const ann = await media.begin({ mediaBytes, settings });
    const words = ({ status, body }: Answer) => {
      const told = JSON.parse(body.toString()) as { code: number; reason: string; message: string };
      expect([status, told.code]).toEqual([507, 507]);
      return [told.reason, told.message];
    };
    const mediaId = await ann.begin(1000);
    expect(words(await ann.create(1))).toEqual(['user-full', expect.stringMatching(/this user/)]);
    const bob = await media.client('bob');
    expect(words(await bob.create(501))).toEqual(['app-full', expect.stringMatching(/this app/)]);
    mediaBytes.freeBytes = 1100;
    expect(words(await bob.create(101))).toEqual(['disk-full', expect.stringMatching(/server has no room/)]);
    expect((await bob.create(100)).status).toBe(201);
    // The mark holds while bytes come, too; the upload stays for a better time.
    expect(words(await ann.patch(mediaId, 0, bytesOf(1000)))[0]).toBe('disk-full');
    expect(await ann.offset(mediaId)).toBe(0);
    mediaBytes.freeBytes = 2000;
    expect((await ann.patch(mediaId, 0, bytesOf(1000))).status).toBe(204);
    expect(arena.server.count('media_refused')).toBe(4);
  });

  test('a disk that is full in the middle of an upload: no byte is told that is not there', async () => {
    class Filling extends MemoryMediaBytes {
      override async room(): Promise<{ readonly freeBytes: number }> {
        return { freeBytes: 2 ** 40 };
      }
    }
    const ann = await media.begin({ mediaBytes: new Filling({ capacityBytes: MB }) });
    const mediaId = await ann.begin(2 * MB);
    const { status, reason } = await ann.patch(mediaId, 0, bytesOf(2 * MB));
    expect([status, reason]).toEqual([507, 'disk-full']);
    const offset = await ann.offset(mediaId);
    expect(offset).toBeGreaterThan(0);
    expect(offset).toBeLessThanOrEqual(MB);
    expect((await ann.download(mediaId)).status).toBe(404);
    await eventually(() => arena.server.census().transfers === 0, 'nothing is under way');
  });
});

describe('senders that are slow', () => {
  /** Descriptors of this process that are open in a folder. */
  const openIn = (dir: string): string[] =>
    readdirSync('/proc/self/fd').flatMap((name) => {
      try {
        const target = readlinkSync(join('/proc/self/fd', name));
        return target.startsWith(dir) ? [target] : [];
      } catch {
        return []; // gone meanwhile
      }
    });

  /** Connections that the server has. */
  const connections = (): number => {
    const port = arena.server.port.toString(16).toUpperCase().padStart(4, '0');
    const lines = readFileSync('/proc/self/net/tcp', 'utf8').split('\n');
    return lines.filter((line) => new RegExp(`^ *\\d+: [0-9A-F]{8}:${port} [0-9A-F]{8}:[0-9A-F]{4} 01 `).test(line))
      .length;
  };

  test('some bytes and then silence, or a byte at a time: ended, and nothing of them is left', async () => {
    const { ann, dir } = await media.beginInFolder({ requestTimeoutMs: 300, settings: { mediaTransfers: 5 } });
    const before = connections();
    const ids = [];
    for (let i = 0; i < 5; i++) ids.push(await ann.begin(MB));
    const [silent, mute, slow, chunked, late] = ids as [string, string, string, string, string];
    const length = `Content-Length: ${MB}`;
    const wires = [
      await media.uploading(ann, silent, 0, length),
      await media.uploading(ann, mute, 0, length),
      await media.uploading(ann, slow, 0, length),
      await media.uploading(ann, chunked, 0, 'Transfer-Encoding: chunked'),
      await media.uploading(ann, late, 0, length),
    ];
    const began = performance.now();
    wires[0]?.write('0123456789');
    // Fast, until it is believed.
    wires[4]?.write(bytesOf(200_000));
    const trickle = setInterval(() => {
      wires[2]?.write('x');
      wires[3]?.write('1\r\nx\r\n');
    }, 50);
    await eventually(() => arena.server.census().uploads === 5, 'all run');
    // No room for another one of hers meanwhile.
    expect((await ann.patch(await ann.begin(1), 0, bytesOf(1))).reason).toBe('too-many');
    await Promise.all(wires.map((wire) => wire.gone));
    clearInterval(trickle);
    expect(performance.now() - began).toBeLessThan(10_000);
    await eventually(() => arena.server.census().uploads === 0, 'no upload runs');
    await eventually(() => arena.server.census().transfers === 0, 'no transfer is counted');
    await eventually(() => openIn(dir).length === 0, 'no file is open');
    await eventually(() => connections() <= before, 'no connection is left');
    // What came is kept, and all of it goes on.
    expect(await ann.offset(silent)).toBe(10);
    expect(await ann.offset(mute)).toBe(0);
    for (const id of ids) {
      const offset = await ann.offset(id);
      expect((await ann.patch(id, offset, new Uint8Array(MB - offset))).status).toBe(204);
    }
  });

  test('heads that never end, and bodies of creations that are not asked for', async () => {
    const { ann, names } = await media.beginInFolder({ requestTimeoutMs: 300 });
    const before = connections();
    const [head, body] = [await arena.tcp(), await arena.tcp()];
    head.write(`PATCH ${UPLOADS}/${'0'.repeat(32)} HTTP/1.1\r\nHost: a\r\n`);
    body.write(
      `POST ${UPLOADS} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${ann.ticket}\r\nTus-Resumable: 1.0.0\r\n` +
        'Upload-Length: 10\r\nContent-Length: 1000\r\n\r\n',
    );
    const trickle = setInterval(() => {
      head.write('X-More: y\r\n');
      body.write('x');
    }, 50);
    await Promise.all([head.gone, body.gone]);
    clearInterval(trickle);
    expect(body.text).toMatch(/^HTTP\/1.1 400 /);
    await eventually(() => connections() <= before, 'no connection is left');
    expect(names()).toEqual([]);
  });
});

describe('what is left over', () => {
  test('an unfinished upload goes with its time, also while it runs, and gives back both quotas; whole files stay', async () => {
    const { ann, names } = await media.beginInFolder({
      settings: { mediaUploadMs: 2000, mediaSweepMs: 50, mediaUserBytes: 40, mediaAppBytes: 40 },
    });
    const began = performance.now();
    const whole = await ann.upload(bytesOf(10));
    const [idle, running] = [await ann.begin(20), await ann.begin(10)];
    await ann.patch(idle, 0, bytesOf(5));
    const wire = await media.uploading(ann, running, 0, 'Content-Length: 10');
    wire.write('01234');
    await eventually(() => arena.server.census().uploads === 1, 'the upload runs');
    expect((await ann.create(1)).reason).toBe('user-full');
    await eventually(() => names().length === 1, 'the unfinished ones are gone');
    expect(performance.now() - began).toBeGreaterThan(500);
    await eventually(() => arena.server.count('media_expired') === 2, 'both are counted');
    wire.write('56789');
    await eventually(() => /^HTTP\/1.1 404 /.test(wire.text), 'the end of the running one');
    expect([await ann.offset(idle), await ann.offset(running)]).toEqual([-404, -404]);
    expect((await ann.create(31)).reason).toBe('user-full');
    expect((await ann.create(30)).status).toBe(201);
    expect((await ann.download(whole)).status).toBe(200);
  });

  test('a file goes when its days are over, counted from its end, and an upload of longer does not', async () => {
    const { ann, names } = await media.beginInFolder({
      settings: { mediaKeepMs: 2000, mediaUploadMs: 60_000, mediaSweepMs: 50, mediaUserBytes: 30 },
    });
    const [mediaId, unfinished] = [await ann.begin(10), await ann.begin(15)];
    await ann.patch(unfinished, 0, bytesOf(5));
    // A whole one goes; the others, as old as that, do not.
    await ann.upload(bytesOf(5));
    await eventually(() => arena.server.count('media_expired') === 1, 'the time of a whole one is over');
    await ann.patch(mediaId, 0, bytesOf(10));
    const ended = performance.now();
    expect((await ann.download(mediaId)).status).toBe(200);
    await eventually(() => names().length === 1, 'the whole one is gone');
    expect(performance.now() - ended).toBeGreaterThan(500);
    expect((await ann.download(mediaId)).reason).toBe('not-exist');
    expect(await ann.offset(unfinished)).toBe(5);
    await eventually(() => arena.server.count('media_expired') === 2, 'it is counted');
    expect((await ann.create(16)).reason).toBe('user-full');
    expect((await ann.create(15)).status).toBe(201);
  });

  test('a file is gone at its time, whether or not the sweep has come by', async () => {
    const { ann, names } = await media.beginInFolder({ settings: { mediaKeepMs: 2000, mediaUploadMs: 60_000 } });
    const mediaId = await ann.upload(bytesOf(10));
    const { path } = await linkTo(ann, mediaId);
    while ((await ann.download(mediaId)).status === 200);
    expect(names()).toHaveLength(1);
    for (const [method, at, behind] of ASKED) {
      const { status } = await ann.send(method, `${at}/${mediaId}${behind}`, PATCHING);
      expect([method, at, status]).toEqual([method, at, 404]);
    }
    expect((await byLink(path)).status).toBe(404);
  });

  test('bytes without a record go, finished or not, in whatever app; what else lies in the folder does not matter', async () => {
    const { ann, dir, mediaBytes, names } = await media.beginInFolder({ settings: { mediaSweepMs: 50 } });
    for (const folder of ['lost', 'lost/found']) mkdirSync(join(dir, folder));
    for (const path of ['README.txt', 'lost/x.media', 'lost/found/README.txt', 'lost/found/..media']) {
      writeFileSync(join(dir, path), 'no file of ours');
    }
    const kept = [await ann.upload(bytesOf(10)), await ann.begin(10)];
    const timeoutMs = 1000;
    for (const [index, appId] of [APP, OTHER_APP, 'gone'].entries()) {
      const part = { appId, mediaId: `${index}`.repeat(32), timeoutMs };
      const sealed = { appId, mediaId: `${index}e`.repeat(16), timeoutMs };
      for (const ref of [part, sealed]) {
        await mediaBytes.create(ref);
        await mediaBytes.append({ ...ref, offset: 0, bytes: bytesOf(5) });
      }
      await mediaBytes.seal({ ...sealed, size: 5 });
    }
    await eventually(() => arena.server.count('media_orphans') === 6, 'all six are removed');
    // The sweep goes on, and counts nothing but what it removes.
    await mediaBytes.create({ appId: APP, mediaId: 'f'.repeat(32), timeoutMs });
    await eventually(() => arena.server.count('media_orphans') !== 6, 'a seventh is removed');
    expect(arena.server.count('media_orphans')).toBe(7);
    for (const path of ['README.txt', 'lost']) rmSync(join(dir, path), { recursive: true });
    expect(
      names()
        .map((name) => name.split('/').at(-1)?.split('.')[0])
        .sort(),
    ).toEqual([...kept].sort());
    expect((await ann.download(kept[0] as string)).status).toBe(200);
    expect((await ann.patch(kept[1] as string, 0, bytesOf(10))).status).toBe(204);
  });
});

/** Files and images, between our clients and published ones, which know texts only. */
import { request } from 'node:http';
import { MemoryRecords } from 'ar-rtm-server/testing';
import { CHROME, FIREFOX } from 'ar-rtm-testkit/published';
import { gateway, post, type RawClient, type RawContent, type RawOptions } from 'ar-rtm-testkit/raw-client';
import { describe, expect, test } from 'vitest';
import { APP, channelMessages, eventually, peerMessages, texts, useStage } from './stage.js';

const stage = useStage();

/** `Status` of a `MsgStatus`. */
const RECEIVED = 2;
const STORED = 0;
const FILES = '/arapi/v1/artmgw/media';
const UPLOADS = '/arapi/v1/artmgw/uploadMedia';
const BASE = ['reply-codes.1', 'push-offline.1', 'resume.1'];
/** Capabilities of clients of ours: with files, and of a release that knew none. */
const OURS = { fields: { Caps: [...BASE, 'types.1'] } };
const FORMER = { fields: { Caps: BASE } };
const DATA = Uint8Array.from({ length: 5000 }, (_, index) => index % 251);

const ours = (uid: string): Promise<RawClient> => stage.raw(uid, OURS, { fetch: false });
const former = (uid: string): Promise<RawClient> => stage.raw(uid, FORMER, { fetch: false });

/** A file is put on the server by tus; answers its id. */
async function upload({ sessionId }: RawClient): Promise<string> {
  const headers = { authorization: `Bearer ${sessionId}`, 'tus-resumable': '1.0.0' };
  const created = await fetch(stage.server.url + UPLOADS, {
    method: 'POST',
    headers: { ...headers, 'upload-length': String(DATA.length), 'upload-metadata': `filename ${btoa('a.bin')}` },
  });
  const location = created.headers.get('location') ?? '';
  const { status } = await fetch(stage.server.url + location, {
    method: 'PATCH',
    headers: { ...headers, 'content-type': 'application/offset+octet-stream', 'upload-offset': '0' },
    body: DATA,
  });
  expect([created.status, status]).toEqual([201, 204]);
  return location.slice(UPLOADS.length + 1);
}

function fileMessage(mediaId: string, name = 'report.pdf', description = 'the numbers of May'): RawContent {
  const body = { Id: mediaId, Name: name, Size: DATA.length, Thumb: '', ThumbType: '' };
  return { MsgType: 3, MsgBody: JSON.stringify(body), Desc: description };
}

function imageMessage(mediaId: string): RawContent {
  const body = { Id: mediaId, Name: '', Size: DATA.length, Thumb: 'AAAA', ThumbType: 'image/png' };
  const pixels = { Width: 4, Height: 3, ThumbWidth: 2, ThumbHeight: 1 };
  return { MsgType: 4, MsgBody: JSON.stringify({ ...body, ...pixels }), Desc: '' };
}

let number = 0;

async function toPeer(from: RawClient, to: string, message: RawContent, more: RawContent = {}): Promise<unknown> {
  const MsgId = ++number;
  const { Status } = await from.request('SendMsgToPeer', { MsgId, ToUId: to, ...message, ...more }, 'MsgStatus');
  return Status;
}

async function toRoom(from: RawClient, message: RawContent): Promise<void> {
  const sent = { ChanId: 'room', MsgId: ++number, ...message };
  expect(await from.request('SendChannelMsg', sent)).toMatchObject({ Code: 0 });
}

async function join(client: RawClient, more: RawContent = {}): Promise<RawContent> {
  const reply = await client.request('JoinChannel', { ChanId: 'room', ...more });
  expect(reply).toMatchObject({ Code: 0 });
  return reply;
}

const linkIn = (text: unknown): string => String(text).split('\n').at(-1) ?? '';

/** The lines before the link, and the bytes behind it, without any ticket. */
async function opened(text: string | undefined): Promise<[lines: string[], isWhole: boolean]> {
  const lines = (text ?? '').split('\n');
  const response = await fetch(lines.pop() ?? '');
  const bytes = new Uint8Array(await response.arrayBuffer());
  return [lines, response.status === 200 && Buffer.compare(bytes, DATA) === 0];
}

const FILE_LINES = ['report.pdf (4.9 KB)', 'the numbers of May'];
const IMAGE_LINES = ['image (4.9 KB)'];

describe('from a user to a user', () => {
  test.each([CHROME, FIREFOX])(
    'a published client gets a text with a link, one of ours the file',
    async (userAgent) => {
      await stage.start();
      const [amy, ben, cleo] = [await ours('amy'), await ours('ben'), await former('cleo')];
      const pia = await stage.user('pia', userAgent);
      const inbox = peerMessages(pia);
      const mediaId = await upload(amy);
      const sent = [fileMessage(mediaId), imageMessage(mediaId)];
      for (const uid of ['pia', 'ben', 'cleo'])
        for (const one of sent) expect(await toPeer(amy, uid, one)).toBe(RECEIVED);
      const heard = await inbox.atLeast(2);
      expect(await Promise.all(texts(heard).map(opened))).toEqual([
        [FILE_LINES, true],
        [IMAGE_LINES, true],
      ]);
      expect(heard.map(([, from, more]) => [from, more.isOfflineMessage])).toEqual([
        ['amy', false],
        ['amy', false],
      ]);
      expect(linkIn(texts(heard)[0])).toMatch(new RegExp(`^${stage.server.url}${FILES}/${mediaId}\\?app=`));
      expect(ben.all('RecvMsgFromPeer')).toMatchObject([
        sent[0],
        { MsgType: 4, MsgBody: sent[1]?.['MsgBody'], MsgId: expect.any(Number) },
      ]);
      // Known capabilities, but not that one: the text, in the place of the same entry.
      const pushes = cleo.all('RecvMsgFromPeer');
      expect(pushes.map(({ MsgType, Desc }) => [MsgType, Desc])).toEqual([
        [1, undefined],
        [1, undefined],
      ]);
      expect(Number(pushes[1]?.['Offset'])).toBe(Number(pushes[0]?.['Offset']) + 1);
      expect(pia.uncaught).toEqual([]);
    },
  );

  test('stored for a published client, which fetches it at its login', async () => {
    await stage.start();
    const amy = await ours('amy');
    const mediaId = await upload(amy);
    for (const one of [fileMessage(mediaId), imageMessage(mediaId), { MsgType: 1, MsgBody: 'text' }]) {
      expect(await toPeer(amy, 'pia', one, { OfflineMsg: true })).toBe(STORED);
    }
    const pia = stage.tab();
    const inbox = peerMessages(pia);
    await pia.client.login({ uid: 'pia' });
    const heard = await inbox.atLeast(3);
    const [file = '', image = '', text] = texts(heard);
    expect([await opened(file), await opened(image), text]).toEqual([[FILE_LINES, true], [IMAGE_LINES, true], 'text']);
    expect(heard.every(([, , more]) => more.isOfflineMessage)).toBe(true);
  });

  test('what is stored is the file: whoever knows files gets it, also after a restart', async () => {
    const content = new Map();
    await stage.start({ records: new MemoryRecords({ content }) });
    const amy = await ours('amy');
    const message = fileMessage(await upload(amy));
    await toPeer(amy, 'ben', message, { OfflineMsg: true });
    await toPeer(amy, 'pia', message, { OfflineMsg: true, HistoryMsg: true });
    await stage.clear();
    await stage.start({ records: new MemoryRecords({ content }) });
    const ben = await ours('ben');
    expect(await ben.next('RecvMsgFromPeer')).toMatchObject({ ...message, Offline: true });
    const pia = await stage.raw('pia');
    expect(pia.offline).toMatchObject([{ msgType: 1 }]);
    expect(pia.offline[0]).not.toHaveProperty('msgDesc');
    const page = await pia.request('GetHistory', { MsgId: 1, PeerId: 'amy' });
    expect(page['Messages']).toMatchObject([message]);
    const asked = { appId: APP, sessId: pia.sessionId, peerId: 'amy' };
    const { body } = await post(stage.server.url, '/arapi/v1/artmgw/getP2PHistoryMsg', asked);
    expect(body['data']).toMatchObject([{ msgType: 3, msgBody: message['MsgBody'] }]);
  });

  test('after a cut it comes on the next socket, once', async () => {
    await stage.start();
    const amy = await ours('amy');
    const pia = await stage.user('pia');
    const inbox = peerMessages(pia);
    const mediaId = await upload(amy);
    pia.sockets[0]?.terminate();
    expect(await toPeer(amy, 'pia', fileMessage(mediaId))).toBe(RECEIVED);
    expect(await toPeer(amy, 'pia', { MsgType: 1, MsgBody: 'text' })).toBe(RECEIVED);
    const [file = '', text, ...more] = texts(await inbox.atLeast(2));
    expect([await opened(file), text, more]).toEqual([[FILE_LINES, true], 'text', []]);
  });
});

describe('in a channel', () => {
  test('each member gets what it can show, in the same order', async () => {
    await stage.start();
    const [amy, ben, cleo] = [await ours('amy'), await ours('ben'), await former('cleo')];
    for (const client of [amy, ben, cleo]) await join(client);
    const rooms = [];
    for (const uid of ['pia', 'paul']) {
      const room = (await stage.user(uid)).client.createChannel('room');
      await room.join();
      rooms.push(channelMessages(room));
    }
    const mediaId = await upload(amy);
    const text = (MsgBody: string) => ({ MsgType: 1, MsgBody });
    const sent = [text('one'), fileMessage(mediaId), text('two'), imageMessage(mediaId), text('three')];
    // Also one of our own that knows no files is the author of some.
    await Promise.all([...sent.map((one) => toRoom(amy, one)), toRoom(cleo, text('by cleo'))]);
    for (const heard of rooms) {
      const all = await heard.atLeast(6);
      const [one, file, two, image, three] = texts(all.filter(([, from]) => from === 'amy'));
      expect([one, two, three]).toEqual(['one', 'two', 'three']);
      expect([await opened(file), await opened(image)]).toEqual([
        [FILE_LINES, true],
        [IMAGE_LINES, true],
      ]);
    }
    await ben.frames.until(() => ben.all('RecvMsgFromChan').length === 6);
    const byAmy = (client: RawClient) => client.all('RecvMsgFromChan').filter(({ FromUId }) => FromUId === 'amy');
    expect(byAmy(ben).map(({ MsgType, MsgBody }) => [MsgType, MsgBody])).toEqual(
      sent.map(({ MsgType, MsgBody }) => [MsgType, MsgBody]),
    );
    expect(byAmy(ben)[1]).toMatchObject({ Desc: 'the numbers of May' });
    await cleo.frames.until(() => cleo.all('RecvMsgFromChan').length === 5);
    expect(byAmy(cleo).map(({ MsgType }) => MsgType)).toEqual([1, 1, 1, 1, 1]);
    const places = (client: RawClient) =>
      byAmy(client).map(({ MsgId, Epoch, Offset, SvrTS }) => [MsgId, Epoch, Offset, SvrTS]);
    expect(places(cleo)).toEqual(places(ben));
    expect(await opened(String(byAmy(cleo)[1]?.['MsgBody']))).toEqual([FILE_LINES, true]);
  });

  test('what is read back for one member alone', async () => {
    await stage.start();
    const [amy, cleo, pia] = [await ours('amy'), await former('cleo'), await stage.raw('pia')];
    await join(amy);
    const { Epoch, Offset } = await join(cleo);
    await join(pia);
    const mediaId = await upload(amy);
    for (const client of [cleo, pia]) client.terminate();
    await eventually(() => stage.server.census()['connections'] === 1, 'the cuts are seen');
    await toRoom(amy, fileMessage(mediaId));
    await toRoom(amy, { MsgType: 1, MsgBody: 'text' });
    const again = await stage.raw(
      'cleo',
      { userSId: cleo.userSId, fields: { Caps: BASE, Resume: true } },
      { fetch: false },
    );
    await join(again, { Epoch, Offset });
    const back = await stage.raw('pia', { userSId: pia.userSId });
    await join(back);
    for (const client of [again, back]) {
      await client.frames.until(() => client.all('RecvMsgFromChan').length >= 2);
      const [file, text] = client.all('RecvMsgFromChan');
      expect(await opened(String(file?.['MsgBody']))).toEqual([FILE_LINES, true]);
      expect([file?.['MsgType'], text?.['MsgBody']]).toEqual([1, 'text']);
    }
  });

  test('members that reach the server at many addresses get a link to their own', async () => {
    await stage.start();
    const amy = await ours('amy');
    await join(amy);
    const members: [host: string, client: RawClient][] = [];
    for (let i = 0; i < 12; i++) {
      const host = `host-${i % 10}.example:${9000 + (i % 10)}`;
      const client = await stage.raw(`user-${i}`, {}, { host });
      await join(client);
      members.push([host, client]);
    }
    await toRoom(amy, fileMessage(await upload(amy)));
    for (const [host, client] of members) {
      const { MsgBody } = await client.next('RecvMsgFromChan');
      expect(linkIn(MsgBody).startsWith(`http://${host}${FILES}/`)).toBe(true);
    }
  });
});

describe('with `nothing`', () => {
  test.each([CHROME, FIREFOX])('a published client shows nothing, and text goes on', async (userAgent) => {
    await stage.start({ settings: { publishedMedia: 'nothing' } });
    const amy = await ours('amy');
    await join(amy);
    const pia = await stage.user('pia', userAgent);
    const room = pia.client.createChannel('room');
    await room.join();
    const [inbox, heard] = [peerMessages(pia), channelMessages(room)];
    const mediaId = await upload(amy);
    for (const one of [fileMessage(mediaId), imageMessage(mediaId), { MsgType: 1, MsgBody: 'text' }]) {
      expect(await toPeer(amy, 'pia', one)).toBe(RECEIVED);
      await toRoom(amy, one);
    }
    await Promise.all([inbox.atLeast(1), heard.atLeast(1)]);
    await pia.client.logout();
    for (const one of [imageMessage(mediaId), { MsgType: 1, MsgBody: 'stored' }]) {
      expect(await toPeer(amy, 'pia', one, { OfflineMsg: true })).toBe(STORED);
    }
    await pia.client.login({ uid: 'pia' });
    expect(texts(await inbox.atLeast(2))).toEqual(['text', 'stored']);
    expect(texts(heard.calls)).toEqual(['text']);
    expect(pia.uncaught).toEqual([]);
  });
});

describe('where the link leads', () => {
  /** The text that a published client gets which says that it connects in this way. */
  async function textFor(wss: boolean, options: RawOptions, message: RawContent, uid = 'pia'): Promise<string> {
    const { body } = await gateway(stage.server.url, { appid: APP, uid, token: '', wss });
    const client = await stage.raw(uid, { sessionId: body['sessionid'] as string }, options);
    const amy = await ours('amy');
    expect(await toPeer(amy, uid, message)).toBe(RECEIVED);
    await amy.logout();
    const { MsgBody } = await client.next('RecvMsgFromPeer');
    await client.logout();
    return String(MsgBody);
  }

  const HEX = 'ab'.repeat(16);

  test.each<[wss: boolean, host: string, address: string]>([
    [false, 'chat.example.com', 'http://chat.example.com'],
    [true, 'chat.example.com', 'https://chat.example.com'],
    [true, 'chat.example.com:443', 'https://chat.example.com'],
    [true, 'chat.example.com:9443', 'https://chat.example.com:9443'],
    [false, '[::1]:9080', 'http://[::1]:9080'],
  ])('wss %s at %s', async (wss, host, address) => {
    await stage.start();
    const text = await textFor(wss, { host }, fileMessage(HEX));
    expect(linkIn(text)).toMatch(new RegExp(`^${address.replace(/[[\].]/g, '\\$&')}${FILES}/${HEX}\\?`));
  });

  test.each([
    'evil.example/path',
    'evil.example?x=',
    'evil.example#',
    'user@evil.example',
    'user:password@evil.example',
    'evil.example:80:90',
    'evil.example:0',
    'evil.example:99999',
    'evil example',
    'evil.example" onclick="x',
    '<script>',
    'evil.example\\@chat.example.com',
    '%65vil.example',
    '[::1',
    '[evil]',
    '999.999.999.999',
    'xn--0',
    '\u00e9vil.example',
    'x'.repeat(254),
  ])('a Host header that is no host and port is not believed: %j', async (host) => {
    await stage.start();
    expect(await textFor(true, { host }, fileMessage(HEX, 'a', ''))).toBe('a (4.9 KB)');
  });

  test('the configured address goes before what a client says', async () => {
    await stage.start({ publicAddress: { host: 'rtm.example.com', port: 443 } });
    const text = await textFor(true, { host: 'evil.example' }, fileMessage(HEX));
    expect(linkIn(text).startsWith(`https://rtm.example.com${FILES}/`)).toBe(true);
  });

  test('the same for stored messages, which a request of its own fetches', async () => {
    await stage.start();
    const amy = await ours('amy');
    const fetched = async (host: string, wss: boolean) => {
      expect(await toPeer(amy, 'pia', fileMessage(HEX), { OfflineMsg: true })).toBe(STORED);
      const { body } = await gateway(stage.server.url, { appid: APP, uid: 'pia', token: '', wss });
      const sessionId = body['sessionid'] as string;
      const pia = await stage.raw('pia', { sessionId }, { fetch: false });
      const text = await offlineAt(host, { uid: 'pia', sessId: sessionId, appId: APP });
      await pia.logout();
      return linkIn(text);
    };
    expect(await fetched('other.example:9443', true)).toMatch(/^https:\/\/other\.example:9443\/arapi/);
    expect(await fetched('other.example', false)).toMatch(/^http:\/\/other\.example\/arapi/);
    expect(await fetched('user@evil.example/', true)).toBe('the numbers of May');
  });

  test('a file of another place has no link, and a link ends', async () => {
    await stage.start({ settings: { mediaTextLinkMs: 1500 } });
    const pia = await stage.user('pia');
    const inbox = peerMessages(pia);
    const amy = await ours('amy');
    await toPeer(amy, 'pia', fileMessage('https://elsewhere.example/file', 'x.bin', ''));
    await toPeer(amy, 'pia', fileMessage(await upload(amy)));
    const [elsewhere, text] = texts(await inbox.atLeast(2));
    expect(elsewhere).toBe('x.bin (4.9 KB)');
    expect(await opened(text)).toEqual([FILE_LINES, true]);
    const link = linkIn(text);
    const other = link.replace(/media\/./, (part) => `${part.slice(0, -1)}${part.endsWith('0') ? '1' : '0'}`);
    expect([other === link, (await fetch(other)).status]).toEqual([false, 401]);
    await eventually(async () => (await fetch(link)).status === 401, 'the link is over');
  });
});

/** The first message of a `getOfflineMsg` with another `Host`. */
function offlineAt(host: string, body: object): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', headers: { host }, agent: false as const };
    const call = request(`${stage.server.url}/arapi/v1/artmgw/getOfflineMsg`, options, (response) => {
      let text = '';
      response.on('data', (part) => {
        text += String(part);
      });
      response.on('end', () => resolve((JSON.parse(text) as { data: { msgBody: string }[] }).data[0]?.msgBody ?? ''));
    });
    call.on('error', reject);
    call.end(JSON.stringify(body));
  });
}

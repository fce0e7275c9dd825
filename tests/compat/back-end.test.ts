/** What a back end sends or ends, as published clients and ours see it. */
import { createHash } from 'node:crypto';
import ArRTM from 'ar-rtm-sdk';
import { record } from 'ar-rtm-testkit/recorder';
import { afterEach, expect, test } from 'vitest';
import { TcpProxy } from '../e2e/tcp-proxy.js';
import { APP, appOf, channelMessages, eventually, type Heard, peerMessages, states, texts, useStage } from './stage.js';

const SECRET = 'for the tests';
const API_KEYS = [
  { id: 'key', secretHash: `sha256:${createHash('sha256').update(SECRET).digest('base64url')}`, apps: [APP] },
];
const stage = useStage();
const start = () => stage.start({ apps: [appOf(APP)], apiKeys: API_KEYS });

type Client = ReturnType<typeof ArRTM.createInstance>;
const clients: Client[] = [];
let proxy: TcpProxy | undefined;
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.logout().catch(() => undefined)));
  await proxy?.close();
  proxy = undefined;
});

async function ours(uid: string, port = stage.server.port): Promise<Client> {
  const confPriCloudAddr = { ServerAdd: '127.0.0.1', Port: port, Wss: false };
  const client = ArRTM.createInstance(APP, { confPriCloudAddr, logFilter: ArRTM.LOG_FILTER_OFF });
  clients.push(client);
  await client.login({ uid });
  return client;
}

async function call(path: string, body: object): Promise<Record<string, unknown>> {
  const authorization = `Basic ${Buffer.from(`key:${SECRET}`).toString('base64')}`;
  const url = `${stage.server.url}/dev/v2/project/${APP}/rtm/${path}`;
  const response = await fetch(url, { method: 'POST', headers: { authorization }, body: JSON.stringify(body) });
  return (await response.json()) as Record<string, unknown>;
}

const kick = (uid: string) => call('kicking-rule', { uid, time: 0 });

test('a peer message is delivered, acknowledged and ordinary, to both kinds of clients', async () => {
  await start();
  const published = await stage.user('old');
  const inboxes = [peerMessages(published), record<Heard>(await ours('new'), 'MessageFromPeer')];
  for (const [i, uid] of ['old', 'new'].entries()) {
    const body = { destination: uid, payload: 'ping' };
    expect(await call('users/server/peer_messages?wait_for_ack=true', body)).toMatchObject({
      code: 'message_delivered',
    });
    const [[message, from, properties] = []] = (await inboxes[i]?.atLeast(1)) ?? [];
    expect([message?.text, from, properties?.isOfflineMessage]).toEqual(['ping', 'server', false]);
    expect(Math.abs((properties?.serverReceivedTs ?? 0) - Date.now())).toBeLessThan(5000);
  }
});

test('a message with the history flag is archived with the others', async () => {
  await start();
  const client = await ours('new');
  const room = client.createChannel('room');
  await room.join();
  const flag = { enable_historical_messaging: true };
  await call('users/server/peer_messages', { destination: 'new', payload: 'to you', ...flag });
  await call('users/server/peer_messages', { destination: 'new', payload: 'not kept' });
  await call('users/server/channel_messages', { channel_name: 'room', payload: 'to all', ...flag });
  await client.sendMessageToPeer({ text: 'back' }, 'server', { enableHistoricalMessaging: true });
  const shown = ({ messages }: Awaited<ReturnType<Client['getPeerHistory']>>) =>
    messages.map(({ message, senderId }) => `${senderId}: ${message.text}`);
  expect(shown(await client.getPeerHistory('server'))).toEqual(['server: to you', 'new: back']);
  expect(shown(await room.getHistory())).toEqual(['server: to all']);
});

test('a message with the offline flag waits for its receiver', async () => {
  await start();
  for (const uid of ['old', 'new']) {
    const body = { destination: uid, payload: 'kept', enable_offline_messaging: true };
    expect(await call('users/server/peer_messages?wait_for_ack=true', body)).toMatchObject({ code: 'message_offline' });
  }
  const tab = stage.tab();
  const old = peerMessages(tab);
  await tab.client.login({ uid: 'old' });
  const confPriCloudAddr = { ServerAdd: '127.0.0.1', Port: stage.server.port, Wss: false };
  const client = ArRTM.createInstance(APP, { confPriCloudAddr, logFilter: ArRTM.LOG_FILTER_OFF });
  clients.push(client);
  const young = record<Heard>(client, 'MessageFromPeer');
  await client.login({ uid: 'new' });
  for (const inbox of [old, young]) {
    const [[message, from, properties] = []] = await inbox.atLeast(1);
    expect([message?.text, from, properties?.isOfflineMessage]).toEqual(['kept', 'server', true]);
  }
});

test('a channel message comes in order between those of members', async () => {
  await start();
  const published = await stage.user('old');
  const room = published.client.createChannel('room');
  const client = await ours('new');
  const sameRoom = client.createChannel('room');
  const heard = [channelMessages(room), channelMessages(sameRoom as never)];
  await Promise.all([room.join(), sameRoom.join()]);
  for (let i = 0; i < 5; i++) {
    const body = { channel_name: 'room', payload: `no ${i}` };
    expect(await call('users/server/channel_messages', body)).toMatchObject({
      result: 'success',
      code: 'message_sent',
    });
  }
  const expected = Array.from({ length: 5 }, (_, i) => `no ${i}`);
  for (const messages of heard) expect(texts(await messages.atLeast(5))).toEqual(expected);
  expect(heard[0]?.calls[0]?.[1]).toBe('server');
});

test('put off: a published client hears REMOTE_LOGIN, ours BANNED_BY_SERVER; both may come back at once', async () => {
  await start();
  const published = await stage.user('old');
  const told = states(published);
  const client = await ours('new');
  const toldOurs = record<string[]>(client, 'ConnectionStateChanged');
  const watcher = await ours('watcher');
  const room = watcher.createChannel('room');
  const left = record<string[]>(room, 'MemberLeft');
  await room.join();
  await published.client.createChannel('room').join();
  await client.createChannel('room').join();
  expect([await kick('old'), await kick('new')]).toMatchObject([{ status: 'success' }, { status: 'success' }]);
  expect(await told.atLeast(1)).toEqual([['DISCONNECTED', 'REMOTE_LOGIN']]);
  expect(await toldOurs.atLeast(1)).toEqual([['ABORTED', 'BANNED_BY_SERVER']]);
  expect((await left.atLeast(2)).map(([uid]) => uid).sort()).toEqual(['new', 'old']);
  await eventually(() => stage.server.census().superseded !== 2, 'the close frame of the published one has come');
  await published.client.login({ uid: 'old' });
  await client.login({ uid: 'new' });
  expect([published.client.uid, client.uid]).toEqual(['old', 'new']);
});

test('put off while its connection is cut: it does not come back by itself', async () => {
  await start();
  proxy = await TcpProxy.start(stage.server.port);
  const client = await ours('alice', proxy.port);
  const told = record<string[]>(client, 'ConnectionStateChanged');
  proxy.cut();
  await eventually(() => stage.server.census().connections === 0, 'cut');
  expect(await kick('alice')).toMatchObject({ result: 'success' });
  proxy.restore();
  const calls = await told.until((all) => all.at(-1)?.[0] === 'ABORTED');
  expect(calls.at(-1)).toEqual(['ABORTED', 'BANNED_BY_SERVER']);
  await client.login({ uid: 'alice' });
  expect(client.uid).toBe('alice');
});

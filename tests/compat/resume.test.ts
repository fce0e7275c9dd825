/** Our SDK over a network that breaks: nothing is lost in silence, doubled or out of order (docs/delivery.md). */
import ArRTM from 'ar-rtm-sdk';
import { MemoryRecords, type TestServerOptions } from 'ar-rtm-server/testing';
import { type Recorder, record } from 'ar-rtm-testkit/recorder';
import { afterEach, expect, test } from 'vitest';
import { TcpProxy } from '../e2e/tcp-proxy.js';
import { APP, channelMessages, eventually, type Heard, texts, useStage } from './stage.js';

const stage = useStage();
type Client = ReturnType<typeof ArRTM.createInstance>;
type Told = [
  state: string,
  reason: string,
  details?: { recovered: boolean; gaps?: { inbox: boolean; channels: string[] } },
];

let proxy: TcpProxy | undefined;
const clients: Client[] = [];

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.logout().catch(() => undefined)));
  await proxy?.close();
  proxy = undefined;
});

interface User {
  readonly client: Client;
  readonly channel: ReturnType<Client['createChannel']>;
  readonly heard: Recorder<Heard>;
  readonly inbox: Recorder<Heard>;
  readonly told: Recorder<Told>;
  readonly members: Recorder<[string]>;
}

/** A user in the room, over a port of its own if one is given. */
async function user(uid: string, port = stage.server.port): Promise<User> {
  const confPriCloudAddr = { ServerAdd: '127.0.0.1', Port: port, Wss: false };
  const client = ArRTM.createInstance(APP, { confPriCloudAddr, logFilter: ArRTM.LOG_FILTER_OFF });
  clients.push(client);
  const inbox = record<Heard>(client, 'MessageFromPeer');
  const channel = client.createChannel('room');
  const heard = channelMessages(channel as never);
  const members = record<[string]>(channel, 'MemberLeft');
  await client.login({ uid });
  await channel.join();
  return { client, channel, heard, inbox, told: record<Told>(client, 'ConnectionStateChanged'), members };
}

/** Alice over the proxy, bob beside it. */
async function pair(options: TestServerOptions = {}): Promise<{ alice: User; bob: User; network: TcpProxy }> {
  await stage.start(options);
  const network = await TcpProxy.start(stage.server.port);
  proxy = network;
  const bob = await user('bob');
  const alice = await user('alice', network.port);
  return { alice, bob, network };
}

const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => String(from + index));

const pause = (ms: number) => new Promise<void>((resume) => setTimeout(resume, ms));

/** Sends numbered messages both ways, channel and peer, without waiting for their answers. */
function talk({ alice, bob }: { alice: User; bob: User }, from: number, to: number): Promise<unknown> {
  return Promise.all(
    numbers(from, to).flatMap((text) => [
      alice.channel.sendMessage({ text }),
      bob.channel.sendMessage({ text }),
      alice.client.sendMessageToPeer({ text }, 'bob'),
      bob.client.sendMessageToPeer({ text }, 'alice'),
    ]),
  );
}

async function heardAll({ alice, bob }: { alice: User; bob: User }, upTo: number): Promise<void> {
  const recorders = [alice.heard, alice.inbox, bob.heard, bob.inbox];
  await Promise.all(recorders.map((recorder) => recorder.atLeast(upTo)));
  for (const recorder of recorders) expect(texts(recorder.calls)).toEqual(numbers(1, upTo));
}

test('cuts of less than four seconds are invisible: everything sent meanwhile arrives once, in order, both ways', async () => {
  const { alice, bob, network } = await pair();
  const all: Promise<unknown>[] = [];
  for (let round = 0; round < 4; round++) {
    all.push(talk({ alice, bob }, 10 * round + 1, 10 * round + 5));
    if (round % 2 === 0) network.cut();
    all.push(talk({ alice, bob }, 10 * round + 6, 10 * round + 10));
    await pause(200);
    network.restore();
    await alice.inbox.atLeast(10 * round + 10);
  }
  await Promise.all(all);
  await heardAll({ alice, bob }, 40);
  expect(alice.told.calls).toEqual([]);
  expect(bob.members.calls).toEqual([]);
});

test('half-open: what was on its way in both directions when the network fell silent arrives once', async () => {
  const { alice, bob, network } = await pair({ settings: { heartbeatMs: 300 } });
  const before = talk({ alice, bob }, 1, 10);
  network.silence();
  const during = talk({ alice, bob }, 11, 20);
  await pause(1600);
  network.cut();
  network.restore();
  await Promise.all([before, during]);
  await heardAll({ alice, bob }, 20);
});

test('a cut of more than four seconds is told, and nothing is missing behind it', async () => {
  const { alice, bob, network } = await pair();
  network.cut();
  const said = talk({ alice, bob }, 1, 10);
  await alice.told.atLeast(1);
  network.restore();
  await Promise.all([said, alice.told.atLeast(2)]);
  await heardAll({ alice, bob }, 10);
  expect(alice.told.calls).toEqual([
    ['RECONNECTING', 'INTERRUPTED'],
    ['CONNECTED', 'LOGIN_SUCCESS', { recovered: true }],
  ]);
});

test('gone for longer than OFFLINE: told which logs have a gap; stored messages come, live ones do not', async () => {
  const { alice, bob, network } = await pair({ settings: { offlineMs: 600, acknowledgeMs: 200 } });
  network.cut();
  await eventually(() => bob.members.calls.length === 1, 'alice is gone');
  const stored = await bob.client.sendMessageToPeer({ text: 'stored' }, 'alice', { enableOfflineMessaging: true });
  await bob.client.sendMessageToPeer({ text: 'not stored' }, 'alice');
  await bob.channel.sendMessage({ text: 'missed' });
  network.restore();
  await alice.told.atLeast(2);
  expect(stored).toEqual({ hasPeerReceived: false });
  expect(alice.told.calls.at(-1)).toEqual([
    'CONNECTED',
    'LOGIN_SUCCESS',
    { recovered: false, gaps: { inbox: true, channels: ['room'] } },
  ]);
  await bob.channel.sendMessage({ text: 'heard' });
  await alice.heard.atLeast(1);
  await alice.inbox.atLeast(1);
  expect([texts(alice.heard.calls), texts(alice.inbox.calls)]).toEqual([['heard'], ['stored']]);
  expect(alice.inbox.calls[0]?.[2].isOfflineMessage).toBe(true);
});

test('tiny bounds, back within 200 ms: the app is told every time, and gets what is left', async () => {
  const engineLimits = { channelLogEntries: 3, inboxLiveEntries: 3 };
  const { alice, bob, network } = await pair({ engineLimits, settings: { acknowledgeMs: 100 } });
  for (let round = 1; round <= 5; round++) {
    network.cut();
    await eventually(() => stage.server.census().connections === 1, 'alice is cut');
    const said = numbers(1, 10).map((text) => `${round}/${text}`);
    await Promise.all(said.map((text) => bob.channel.sendMessage({ text })));
    await Promise.all(said.map((text) => bob.client.sendMessageToPeer({ text }, 'alice')));
    network.restore();
    await alice.told.atLeast(2 * round);
    expect(alice.told.calls.slice(-2)).toEqual([
      ['RECONNECTING', 'INTERRUPTED'],
      ['CONNECTED', 'LOGIN_SUCCESS', { recovered: false, gaps: { inbox: true, channels: ['room'] } }],
    ]);
    await alice.heard.until((calls) => texts(calls).includes(`${round}/10`));
    await alice.inbox.until((calls) => texts(calls).includes(`${round}/10`));
    const rest = said.slice(-3);
    expect(texts(alice.heard.calls).slice(-3)).toEqual(rest);
    expect(texts(alice.inbox.calls).slice(-3)).toEqual(rest);
  }
  expect(alice.heard.calls).toHaveLength(15);
});

test('a graceful restart in the middle of a conversation: every accepted message arrives once, in order', async () => {
  const content = new Map<string, string>();
  const { alice, bob } = await pair({ records: new MemoryRecords({ content }), settings: { drainMs: 200 } });
  const { port } = stage.server;
  const carol = await user('carol');
  const first = talk({ alice, bob }, 1, 20);
  const stopped = stage.server.stop();
  const second = talk({ alice, bob }, 21, 30);
  await stopped;
  const third = talk({ alice, bob }, 31, 40);
  await stage.start({ port, records: new MemoryRecords({ content }) });
  await Promise.all([first, second, third]);
  await heardAll({ alice, bob }, 40);
  const both = (await carol.heard.atLeast(80)).map(([message, from]) => `${from} ${message.text}`);
  for (const author of ['alice', 'bob']) {
    expect(both.filter((line) => line.startsWith(author))).toEqual(numbers(1, 40).map((text) => `${author} ${text}`));
  }
  for (const { told } of [alice, bob, carol]) {
    for (const [state, , details] of told.calls)
      if (state === 'CONNECTED') expect(details).toEqual({ recovered: true });
  }
});

test('a crash of the only node: the apps are told, and an unanswered send has an unknown outcome at most', async () => {
  const records = new MemoryRecords();
  const { alice, bob, network } = await pair({ records, settings: { acknowledgeMs: 200 } });
  const { port } = stage.server;
  await bob.client.sendMessageToPeer({ text: 'on disk' }, 'nobody', { enableOfflineMessaging: true });
  network.cut();
  await eventually(() => stage.server.census().connections === 1, 'alice is cut');
  await bob.channel.sendMessage({ text: 'live' });
  await bob.client.sendMessageToPeer({ text: 'kept' }, 'alice', { enableOfflineMessaging: true });
  const content = records.crash();
  await stage.server.stop().catch(() => undefined);
  stage.expectedComplaints.push(/./);
  await stage.start({ port, records: new MemoryRecords({ content }) });
  network.restore();
  await alice.told.until((calls) => calls.at(-1)?.[0] === 'CONNECTED');
  expect(alice.told.calls.at(-1)?.[2]).toEqual({ recovered: false, gaps: { inbox: true, channels: ['room'] } });
  await alice.inbox.atLeast(1);
  expect([texts(alice.inbox.calls), texts(alice.heard.calls)]).toEqual([['kept'], []]);
});

/** Tokens of a vendor's own builder, with published clients and ours. Real clock; tokens of a few seconds. */
import { createRequire } from 'node:module';
import { RtcTokenBuilder, RtmTokenBuilder } from 'agora-token';
import { MemoryRecords } from 'ar-rtm-server/testing';
import { gateway, RawClient } from 'ar-rtm-testkit/raw-client';
import { expect, test } from 'vitest';
import { APP, appOf, eventually, type Tab, useStage } from './stage.js';

const CERTIFICATE = 'b7e35d9042ac4f118d6e0f5a71c2984d';
const APPS = [appOf(APP, { certificates: [CERTIFICATE], allowEmptyToken: false })];

type Build006 = (
  appId: string,
  certificate: string,
  account: string,
  role: number,
  privilegeExpiredTs: number,
) => string;
const require = createRequire(import.meta.url);
const { RtmTokenBuilder: Builder006 } = require('agora-token/src/RtmTokenBuilder') as {
  RtmTokenBuilder: { buildToken: Build006 };
};

const nowS = () => Math.floor(Date.now() / 1000);
const made006 = (uid: string, leftS: number, certificate = CERTIFICATE) =>
  Builder006.buildToken(APP, certificate, uid, 1, nowS() + leftS);
const made007 = (uid: string, leftS: number, certificate = CERTIFICATE) =>
  RtmTokenBuilder.buildToken(APP, certificate, uid, leftS);
const FORMATS = [
  ['006', made006],
  ['007', made007],
] as const;

const stage = useStage();

/** What the application hears of its token and its connection, in order. */
function heard({ client }: Tab): string[] {
  const lines: string[] = [];
  for (const event of ['TokenWillExpired', 'TokenDidExpired']) client.on(event, () => lines.push(event));
  client.on('ConnectionStateChanged', (state: string) => lines.push(state));
  return lines;
}

async function codeOf(uid: string, token: string): Promise<unknown> {
  const { body } = await gateway(stage.server.url, { appid: APP, uid, token, wss: false });
  return body.code;
}

test.each(FORMATS)(
  '%s: of the right app, user and certificate it lets in, a published client and ours',
  async (_name, make) => {
    await stage.start({ apps: APPS });
    const { client } = stage.tab();
    await client.login({ uid: 'alice', token: make('alice', 60) });
    expect(client.uid).toBe('alice');
    const short = make('cara', 1);
    await eventually(async () => (await codeOf('cara', short)) === 109, 'a token of a second has ended');
    expect(await codeOf('bob', make('alice', 60))).toBe(110);
    expect(await codeOf('alice', make('alice', 60, '0'.repeat(32)))).toBe(110);
    await expect(stage.tab().client.login({ uid: 'bob', token: make('alice', 60) })).rejects.toMatchObject({ code: 4 });
  },
);

test('combined and foreign tokens of the builder: what has the right to log in counts', async () => {
  await stage.start({ apps: APPS });
  const both = RtcTokenBuilder.buildTokenWithRtm(APP, CERTIFICATE, 'room', 'alice', 1, 60, 60);
  const callOnly = RtcTokenBuilder.buildTokenWithUserAccount(APP, CERTIFICATE, 'room', 'alice', 1, 60, 60);
  expect([await codeOf('alice', both), await codeOf('alice', callOnly)]).toEqual([0, 110]);
});

test.each(FORMATS)(
  '%s: a published client is warned, put off at the end, and may log in again',
  async (_name, make) => {
    await stage.start({ apps: APPS });
    const tab = stage.tab();
    const lines = heard(tab);
    await tab.client.login({ uid: 'alice', token: make('alice', 3) });
    await eventually(() => lines.includes('TokenWillExpired'), 'warned at once: less than 30 s are left');
    await eventually(() => lines.includes('TokenDidExpired'), 'told of the end');
    expect(lines).toEqual(['CONNECTING', 'CONNECTED', 'TokenWillExpired', 'TokenDidExpired']);
    await eventually(() => stage.server.census().sessions === 0, 'the session is over');
    expect(tab.client.uid).toBe('');
    await tab.client.login({ uid: 'alice', token: make('alice', 60) });
    expect(tab.client.uid).toBe('alice');
  },
);

/** Resolves when a token that was made now for `leftS` seconds has ended, in the server's judgement. */
function ended(leftS: number): Promise<void> {
  const twin = made006('twin', leftS);
  return eventually(async () => (await codeOf('twin', twin)) === 109, 'the token has ended');
}

test('renewed in time, a published client stays, also over a cut and a restart with its old token', async () => {
  const content = new Map<string, string>();
  await stage.start({ apps: APPS, records: new MemoryRecords({ content }) });
  const { port } = stage.server;
  const tab = stage.tab();
  const lines = heard(tab);
  const old = made006('alice', 3);
  const oldEnds = ended(3);
  await tab.client.login({ uid: 'alice', token: old });
  await tab.client.renewToken(made006('alice', 120));
  await oldEnds;
  tab.sockets.at(-1)?.terminate();
  const connections = () => lines.filter((line) => line === 'CONNECTED').length;
  await eventually(() => connections() === 2, 'back after the cut');
  await stage.server.stop();
  await stage.start({ apps: APPS, port, records: new MemoryRecords({ content }) });
  await eventually(() => connections() === 3, 'back after the restart');
  expect(tab.posts.calls.every(([, { token = old }]) => token === old)).toBe(true);
  expect(await tab.client.sendMessageToPeer({ text: 'still here' }, 'alice')).toEqual({ hasPeerReceived: true });
  expect(lines.filter((line) => line.startsWith('Token'))).toEqual([]);
  // Nobody else comes in with it.
  const thief = stage.tab();
  const toThief = heard(thief);
  await thief.client.login({ uid: 'alice', token: old });
  await eventually(() => toThief.includes('TokenDidExpired'), 'put off');
  expect(await tab.client.sendMessageToPeer({ text: 'and here' }, 'alice')).toEqual({ hasPeerReceived: true });
});

test('a published client that comes back with a token that has ended is told, and not left in RECONNECTING', async () => {
  const content = new Map<string, string>();
  await stage.start({ apps: APPS, records: new MemoryRecords({ content }) });
  const { port } = stage.server;
  const tab = stage.tab();
  const lines = heard(tab);
  await tab.client.login({ uid: 'alice', token: made006('alice', 2) });
  await stage.server.stop();
  const endMs = (nowS() + 2) * 1000;
  await eventually(() => Date.now() > endMs, 'the token has ended');
  await stage.start({ apps: APPS, port, records: new MemoryRecords({ content }) });
  await eventually(() => lines.includes('TokenDidExpired'), 'told of the end');
  await eventually(() => stage.server.census().sessions === 0, 'the session is over');
  await tab.client.login({ uid: 'alice', token: made006('alice', 60) });
  expect(tab.client.uid).toBe('alice');
});

test('a refused renewal changes nothing for a published client, which hears nothing of it', async () => {
  await stage.start({ apps: APPS });
  const tab = stage.tab();
  const lines = heard(tab);
  await tab.client.login({ uid: 'alice', token: made007('alice', 3) });
  await tab.client.renewToken(made007('bob', 60));
  await eventually(() => stage.server.count('token_renewals_refused') === 1, 'refused');
  await eventually(() => lines.includes('TokenDidExpired'), 'the old end counts');
});

test('the answer to a renewal is on the wire for everybody', async () => {
  await stage.start({ apps: APPS });
  const token = made006('alice', 60);
  const raw = stage.keep(await RawClient.login(stage.server.url, { appId: APP, uid: 'alice', token }));
  const ExpireTs = nowS() + 90;
  raw.send('RenewAcsToken', { AcsToken: Builder006.buildToken(APP, CERTIFICATE, 'alice', 1, ExpireTs) });
  expect(await raw.next('RenewAcsToken')).toEqual({ Code: 0, ExpireTs });
  raw.send('RenewAcsToken', { AcsToken: 'x', MsgId: 3 });
  expect(await raw.next('RenewAcsToken')).toEqual({ Code: 6, MsgId: 3 });
});

/** Tokens of live sessions over several nodes (api.md 4.4; wire-protocol.md 7.5, quirks Q12 and Q13). Virtual time. */
import { CLOSE_CODE, LOGIN_CODE, RENEW_TOKEN_CODE } from 'ar-rtm-protocol';
import { afterEach, describe, expect, test } from 'vitest';
import type { App } from '../../src/domain/apps.js';
import { make006, make007, rtm } from '../edge/token-maker.js';
import { APP, Cluster, type ScriptedClient } from './cluster.js';

const CERTIFICATE = 'b7e35d9042ac4f118d6e0f5a71c2984d';
const STRICT: App = {
  appId: APP,
  enabled: true,
  certificates: [CERTIFICATE],
  allowEmptyToken: false,
  allowWildcardUid: false,
};
const TOKEN_FRAMES = ['AcsTokenWillExpire', 'AcsTokenExpired', 'AcsTokenDidExpire'];

let cluster: Cluster;
afterEach(() => expect(cluster.complaints).toEqual([]));

const start = async (nodes = 2, apps = [STRICT]) => {
  cluster = await Cluster.start({ nodes, apps });
};
const nowS = () => Math.floor(cluster.time.wallMs() / 1000);

/** A token for alice that ends `leftS` from now. */
const token = (leftS: number, uid = 'alice', certificate = CERTIFICATE) =>
  make006({ appId: APP, certificate, account: uid, ts: nowS() + leftS, privilege: 0 });

async function login(leftS: number, kind: 'ours' | 'published' = 'ours', node = 0): Promise<ScriptedClient> {
  const client = cluster.client('alice', kind);
  await client.connect(node, { token: token(leftS) });
  expect(client.contents('Login').at(-1)?.Code).toBe(0);
  return client;
}

/** The frames about tokens that the client has got. */
const told = (client: ScriptedClient) =>
  client.frames.map(({ cmd }) => cmd).filter((cmd) => TOKEN_FRAMES.includes(cmd));

async function renew(client: ScriptedClient, to: string): Promise<{ Code: number; ExpireTs?: number | undefined }> {
  const before = client.contents('RenewAcsToken').length;
  client.say('RenewAcsToken', { AcsToken: to, MsgId: 7 });
  await cluster.until(() => client.contents('RenewAcsToken').length > before, 'the renewal is answered');
  return client.contents('RenewAcsToken').at(-1) as { Code: number };
}

const isOnline = async (uid: string) => {
  const { engine } = cluster.node(0).context;
  const [state] = await engine.presence.query({ appId: APP, uids: [uid], timeoutMs: 3000 });
  return state !== 'OFFLINE';
};

describe('the time line of ours', () => {
  test('30 s before: warned. At the end: told. 10 s later: over, and the session with it', async () => {
    await start();
    const alice = await login(60);
    await cluster.time.advance(29_500);
    expect(told(alice)).toEqual([]);
    await cluster.time.advance(1000);
    expect(told(alice)).toEqual(['AcsTokenWillExpire']);
    await cluster.time.advance(29_000);
    expect(told(alice)).toEqual(['AcsTokenWillExpire']);
    await cluster.time.advance(1000);
    expect(told(alice)).toEqual(['AcsTokenWillExpire', 'AcsTokenExpired']);
    await cluster.time.advance(9000);
    expect([alice.closedWith, await isOnline('alice')]).toEqual([undefined, true]);
    await cluster.time.advance(1000);
    expect(told(alice)).toEqual(TOKEN_FRAMES);
    expect([alice.closedWith, await isOnline('alice')]).toEqual([CLOSE_CODE.NORMAL, false]);
    expect(cluster.counters.get('sessions_token_over')).toBe(1);
    expect(cluster.node(0).census.sessions).toBe(0);
  });

  test('with less than 30 s left the warning comes right behind the Login reply', async () => {
    await start();
    const alice = await login(5);
    expect(alice.frames.map(({ cmd }) => cmd).slice(0, 2)).toEqual(['Login', 'AcsTokenWillExpire']);
  });

  test.each([
    ['before the warning', 10_000, 0],
    ['behind the warning', 40_000, 1],
    ['in the grace', 65_000, 2],
  ])('renewed %s: all steps are armed for the new end', async (_when, afterMs, steps) => {
    await start();
    const alice = await login(60);
    await cluster.time.advance(afterMs);
    expect(told(alice)).toHaveLength(steps);
    expect(await renew(alice, token(120))).toEqual({ MsgId: 7, Code: 0, ExpireTs: nowS() + 120 });
    await cluster.time.advance(89_000);
    expect(told(alice)).toHaveLength(steps);
    await cluster.time.advance(32_000);
    expect(told(alice).slice(steps)).toEqual(['AcsTokenWillExpire', 'AcsTokenExpired']);
    await cluster.time.advance(10_000);
    expect(told(alice).slice(steps)).toEqual(TOKEN_FRAMES);
  });

  test('a shorter new token counts, too', async () => {
    await start();
    const alice = await login(3600);
    await renew(alice, token(20));
    await cluster.time.advance(31_000);
    expect(told(alice)).toEqual(TOKEN_FRAMES);
  });

  test('a wall clock that is set forward ends nobody early', async () => {
    await start();
    const alice = await login(60);
    cluster.time.jumpWall(3600_000);
    await cluster.time.advance(29_000);
    expect(told(alice)).toEqual([]);
    await cluster.time.advance(2000);
    expect(told(alice)).toEqual(['AcsTokenWillExpire']);
  });

  test('nothing of this where no token is needed', async () => {
    await start(1, [{ ...STRICT, certificates: [] }]);
    const alice = cluster.client('alice');
    await alice.connect(0, { token: token(1) });
    expect(await renew(alice, 'anything')).toEqual({ MsgId: 7, Code: 0 });
    await cluster.time.advance(100_000);
    expect([told(alice), alice.closedWith]).toEqual([[], undefined]);
  });
});

describe('renewals that are refused', () => {
  test('leave everything as it is', async () => {
    await start();
    const alice = await login(60);
    const now = nowS();
    const { INVALID_TOKEN, TOKEN_EXPIRED, INVALID_ARGUMENT } = RENEW_TOKEN_CODE;
    const cases: [string, number][] = [
      [token(-1), TOKEN_EXPIRED],
      [token(600, 'bob'), INVALID_TOKEN],
      [token(600, 'alice', '0'.repeat(32)), INVALID_TOKEN],
      [
        make006({ appId: 'f'.repeat(32), certificate: CERTIFICATE, account: 'alice', ts: now + 600, privilege: 0 }),
        INVALID_TOKEN,
      ],
      [token(600).slice(0, -1), INVALID_TOKEN],
      ['x'.repeat(3000), INVALID_TOKEN],
      ['', INVALID_ARGUMENT],
    ];
    for (const [refused, code] of cases) {
      expect(await renew(alice, refused)).toEqual({ MsgId: 7, Code: code });
      await cluster.time.advance(500);
    }
    await cluster.time.advance(70_000);
    expect(told(alice)).toEqual(TOKEN_FRAMES);
    expect(cluster.counters.get('token_renewals_refused')).toBe(cases.length);
  });

  test('more than twice the frequency of the SDK: too often', async () => {
    await start();
    const alice = await login(60);
    const codes = [];
    for (let i = 0; i < 5; i++) codes.push((await renew(alice, token(600))).Code);
    expect(codes).toEqual([0, 0, 0, 0, RENEW_TOKEN_CODE.TOO_OFTEN]);
  });

  test('while the engine is out of reach: failure, and the old end', async () => {
    await start();
    const alice = await login(3600);
    cluster.network.partition('node0');
    alice.say('RenewAcsToken', { AcsToken: token(7200), MsgId: 7 });
    await cluster.until(() => alice.contents('RenewAcsToken').length > 0, 'an answer');
    expect(alice.contents('RenewAcsToken')).toEqual([{ MsgId: 7, Code: RENEW_TOKEN_CODE.FAILURE }]);
  });
});

describe('ours comes back', () => {
  test('with the new token, on another node, which goes on with the time line', async () => {
    await start();
    const alice = await login(20);
    const renewed = token(100);
    await renew(alice, renewed);
    alice.breakSocket();
    await cluster.time.advance(1000);
    await alice.connect(1, { token: renewed, resume: true });
    expect(alice.contents('Login').at(-1)).toMatchObject({ Code: 0, Resumed: true });
    await cluster.time.advance(100_000);
    expect(told(alice)).toEqual(['AcsTokenWillExpire', 'AcsTokenWillExpire', 'AcsTokenExpired']);
    await cluster.time.advance(10_000);
    expect(alice.closedWith).toBe(CLOSE_CODE.NORMAL);
  });

  test('with a token that is over: refused in words; the session waits for a new one', async () => {
    await start();
    const alice = await login(60);
    const old = alice.token;
    await cluster.time.advance(55_000);
    alice.breakSocket();
    await cluster.time.advance(6000);
    await alice.connect(1, { token: old, resume: true });
    expect(alice.contents('Login').at(-1)).toMatchObject({ Code: LOGIN_CODE.TOKEN_EXPIRED });
    expect(await isOnline('alice')).toBe(true);
    await alice.connect(1, { token: token(60), resume: true });
    expect(alice.contents('Login').at(-1)).toMatchObject({ Code: 0, Resumed: true });
  });

  test('when the end reached only the server: with a new token, in a new session', async () => {
    await start();
    const alice = await login(20);
    const old = alice.token;
    await alice.join('room');
    alice.breakSocket();
    await cluster.time.advance(1000);
    await alice.connect(0, { token: old, resume: true });
    await cluster.time.advance(30_000);
    expect(await isOnline('alice')).toBe(false);
    await expect(alice.connect(1, { token: old, resume: true })).rejects.toThrow('109');
    await alice.connect(1, { token: token(60), resume: true });
    expect(alice.contents('Login').at(-1)).toMatchObject({ Code: 0, Resumed: false });
    expect(await isOnline('alice')).toBe(true);
  });

  test('on the same node nothing is told twice', async () => {
    await start();
    const alice = await login(20);
    alice.breakSocket();
    await cluster.time.advance(1000);
    await alice.connect(0, { token: alice.token, resume: true });
    await cluster.time.advance(1000);
    expect(told(alice)).toEqual(['AcsTokenWillExpire']);
  });
});

describe('published clients', () => {
  test('warned 30 s before, told at the end, and closed', async () => {
    await start();
    const alice = await login(60, 'published');
    await cluster.time.advance(59_000);
    expect(told(alice)).toEqual(['AcsTokenWillExpire']);
    await cluster.time.advance(2000);
    expect(told(alice)).toEqual(['AcsTokenWillExpire', 'AcsTokenDidExpire']);
    expect([alice.closedWith, await isOnline('alice')]).toEqual([CLOSE_CODE.NORMAL, false]);
  });

  test('go on with the old token after a renewal, on any node, until the new one ends', async () => {
    await start(3);
    const alice = await login(60, 'published');
    await alice.join('room');
    const old = alice.token;
    expect((await renew(alice, token(400))).Code).toBe(0);
    for (let node = 1; node < 4; node++) {
      await cluster.time.advance(70_000);
      alice.breakSocket();
      await cluster.time.advance(2000);
      await alice.connect(node % 3, { token: old, gatewayNode: (node + 1) % 3 });
      expect(alice.contents('Login').at(-1)?.Code).toBe(0);
    }
    await cluster.time.advance(190_000);
    expect(told(alice)).toEqual(['AcsTokenWillExpire', 'AcsTokenDidExpire']);
    await expect(alice.connect(0, { token: old })).rejects.toThrow('109');
  });

  test('away for longer than the grace: the old token is still good for that client', async () => {
    await start();
    const alice = await login(60, 'published');
    const old = alice.token;
    await renew(alice, token(400));
    alice.breakSocket();
    await cluster.time.advance(100_000);
    expect(await isOnline('alice')).toBe(false);
    await alice.connect(1, { token: old });
    expect([alice.contents('Login').at(-1)?.Code, told(alice)]).toEqual([0, []]);
    expect(await isOnline('alice')).toBe(true);
  });

  test('back with a token that has ended: let in, told, closed; no session is left', async () => {
    await start();
    const alice = await login(20, 'published');
    const old = alice.token;
    await alice.join('room');
    alice.breakSocket();
    await cluster.time.advance(21_000);
    await alice.connect(1, { token: old });
    await cluster.until(() => alice.closedWith !== undefined, 'closed');
    expect(alice.frames.slice(-2).map(({ cmd }) => cmd)).toEqual(['Login', 'AcsTokenDidExpire']);
    expect([alice.closedWith, await isOnline('alice')]).toEqual([CLOSE_CODE.NORMAL, false]);
    await cluster.time.advance(2000);
    const { engine } = cluster.node(0).context;
    expect(await engine.channels.counts({ appId: APP, channelIds: ['room'], timeoutMs: 3000 })).toEqual([0]);
    // Whoever was put off may log in at once.
    await alice.connect(0, { token: token(60) });
    expect([alice.contents('Login').at(-1)?.Code, await isOnline('alice')]).toEqual([0, true]);
  });

  test('an ended token lets no other client in, renewed or not', async () => {
    await start();
    const alice = await login(20, 'published');
    const old = alice.token;
    await renew(alice, token(400));
    await cluster.time.advance(21_000);
    const thief = cluster.client('alice', 'published');
    await thief.connect(1, { token: old });
    await cluster.until(() => thief.closedWith !== undefined, 'closed');
    expect(thief.frames.map(({ cmd }) => cmd)).toEqual(['Login', 'AcsTokenDidExpire']);
    const ours = cluster.client('alice');
    await ours.connect(1, { token: old });
    expect(ours.contents('Login')).toMatchObject([{ Code: LOGIN_CODE.TOKEN_EXPIRED }]);
    // Another token that is over, though genuine, does not even get a ticket.
    await expect(cluster.client('alice').connect(1, { token: token(-5) })).rejects.toThrow('109');
    expect([alice.closedWith, await isOnline('alice')]).toEqual([undefined, true]);
  });

  test('a logout ends what a renewal allowed', async () => {
    await start();
    const alice = await login(20, 'published');
    const old = alice.token;
    await renew(alice, token(400));
    alice.say('Logout', {});
    await cluster.time.advance(21_000);
    await expect(alice.connect(0, { token: old })).rejects.toThrow('109');
  });
});

test('tokens of the 007 format end sessions alike', async () => {
  await start();
  const alice = cluster.client('alice');
  const made = make007({
    appId: APP,
    certificate: CERTIFICATE,
    services: [rtm('alice', 0)],
    issueTs: nowS(),
    expire: 40,
  });
  await alice.connect(0, { token: made });
  await cluster.time.advance(51_000);
  expect(told(alice)).toEqual(TOKEN_FRAMES);
});

describe('straight back to the socket, without the gateway', () => {
  const OTHER = 'f'.repeat(32);
  const back = async (alice: ScriptedClient, node: number, as = alice.token) => {
    const before = alice.contents('Login').length;
    await alice.connect(node, { token: as, straight: true, resume: true });
    return { reply: alice.contents('Login').slice(before).at(-1), closedWith: alice.closedWith };
  };

  test('the ticket of the login is good for its session, also when it has expired', async () => {
    await start();
    const alice = await login(3600);
    for (const waitMs of [1000, 120_000]) {
      await cluster.time.advance(waitMs);
      alice.breakSocket();
      expect((await back(alice, 1)).reply).toMatchObject({ Code: 0, Resumed: true });
    }
  });

  test('a certificate that was changed, an app that was switched off: the gateway has to be asked, which refuses', async () => {
    const changed = { ...STRICT, certificates: [OTHER] };
    const closed = { ...STRICT, enabled: false };
    cluster = await Cluster.start({ nodes: 3, apps: [STRICT], otherApps: { 1: [changed], 2: [closed] } });
    const alice = await login(3600);
    alice.breakSocket();
    expect(await back(alice, 1)).toEqual({ reply: undefined, closedWith: CLOSE_CODE.SERVICE_RESTART });
    await expect(alice.connect(1, { token: alice.token })).rejects.toThrow('refused with 110');
    expect((await back(alice, 2)).reply).toMatchObject({ Code: LOGIN_CODE.INVALID_APP_ID });
    // Where nothing has changed it goes on.
    expect((await back(alice, 0)).reply).toMatchObject({ Code: 0, Resumed: true });
  });

  test('an expired ticket serves no other client instance, and nobody behind a logout', async () => {
    await start();
    const alice = await login(3600);
    await cluster.time.advance(120_000);
    const thief = alice.stolen();
    expect(await back(thief, 1)).toEqual({ reply: undefined, closedWith: CLOSE_CODE.SERVICE_RESTART });
    expect(alice.closedWith).toBe(undefined);
    alice.say('Logout', {});
    await cluster.until(() => alice.closedWith !== undefined, 'logged out');
    expect((await back(alice, 1)).reply?.Code).not.toBe(0);
    await cluster.time.advance(120_000);
    expect(await back(alice, 1)).toEqual({ reply: undefined, closedWith: CLOSE_CODE.SERVICE_RESTART });
  });

  test('with another token, or when the session is over: no way in', async () => {
    await start();
    const alice = await login(3600);
    const first = alice.token;
    alice.breakSocket();
    expect((await back(alice, 1, token(7200))).reply).toMatchObject({ Code: LOGIN_CODE.INVALID_TOKEN });
    await cluster.time.advance(100_000);
    expect(await isOnline('alice')).toBe(false);
    expect(await back(alice, 1, first)).toEqual({ reply: undefined, closedWith: CLOSE_CODE.SERVICE_RESTART });
  });

  test('a token that has ended meanwhile, and was not renewed', async () => {
    await start();
    const alice = await login(60);
    await cluster.time.advance(55_000);
    alice.breakSocket();
    await cluster.time.advance(10_000);
    expect((await back(alice, 1)).reply).toMatchObject({ Code: LOGIN_CODE.TOKEN_EXPIRED });
  });

  test('a token whose end does not end its session: the gateway has to be asked, which refuses it', async () => {
    cluster = await Cluster.start({ nodes: 2, apps: [STRICT], tokenPolicy: { liveSessions: '007' } });
    const alice = await login(60);
    await cluster.time.advance(55_000);
    alice.breakSocket();
    expect((await back(alice, 1)).reply).toMatchObject({ Code: 0, Resumed: true });
    await cluster.time.advance(10_000);
    expect(told(alice)).toEqual([]);
    alice.breakSocket();
    expect(await back(alice, 1)).toEqual({ reply: undefined, closedWith: CLOSE_CODE.SERVICE_RESTART });
    await expect(alice.connect(1, { token: alice.token })).rejects.toThrow('refused with 109');
    await alice.connect(1, { token: token(3600), resume: true });
    expect(alice.contents('Login').at(-1)).toMatchObject({ Code: 0, Resumed: true });
  });
});

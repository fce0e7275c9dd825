/** Logins that must not succeed, and logins that meet. */
import { gateway, type RawClient, type RawLogin, randomHex } from 'ar-rtm-testkit/raw-client';
import { expect, test } from 'vitest';
import { APP, eventually, LOBBY, OURS, useArena } from './support/arena.js';

const arena = useArena();
const OTHER_APP = 'fedcba9876543210fedcba9876543210';
const OFF_APP = 'a'.repeat(32);
const app = (appId: string, enabled = true) => ({
  appId,
  enabled,
  certificates: [],
  allowEmptyToken: true,
  allowWildcardUid: false,
});

const IDS = ['', 'x'.repeat(65), 'a/b', 'a"b', "a'b", 'null', 'a\u0000', 'é', 'a\\b', 'a`b', 'a*b', 'a\tb'];

async function ticket(uid: string, appid = APP, token = ''): Promise<string> {
  return (await gateway(arena.server.url, { appid, uid, token, wss: false })).body['sessionid'] as string;
}

/** A Login with these fields is answered with this code, and the socket closes with 1000. */
async function refused(name: string, code: number, login: Partial<RawLogin>): Promise<void> {
  for (const ours of [{}, OURS]) {
    const eve = await arena.socket();
    const fields = { ...ours, ...login.fields };
    expect(await eve.login({ appId: APP, uid: 'eve', ...login, fields }), name).toMatchObject({ Code: code });
    expect(await eve.closed, name).toBe(1000);
    expect(eve.all('Login'), name).toHaveLength(1);
  }
}

test('a ticket that is forged, changed, cut, of another user, app or token', async () => {
  await arena.start({ apps: [app(APP), app(OTHER_APP), app(OFF_APP, false)] });
  arena.expectedComplaints = [/no certificate to check them with/];
  const sound = await ticket('eve', APP, 'secret');
  const parts = sound.split('.');
  const changed = (at: number, to: string) => parts.map((part, index) => (index === at ? to : part)).join('.');
  const token = 'secret';
  const last = parts.length - 1;
  const signature = parts[last] as string;
  const tickets: Record<string, string> = {
    empty: '',
    'no ticket': 'x',
    dots: '.....',
    'many dots': '.'.repeat(500),
    'a long text': 'x'.repeat(100_000),
    'another id': changed(0, 'f'.repeat(24)),
    'a later end': changed(1, 'zzzzzzzzz'),
    'an end of the token': changed(last - 2, 'zzzzzz'),
    'another scheme': changed(last - 1, 's'),
    'no scheme': changed(last - 1, ''),
    'no signature': changed(last, ''),
    'another signature': changed(last, 'A'.repeat(43)),
    'a signature in other letters': changed(last, signature.toLowerCase().toUpperCase()),
    'half of it': sound.slice(0, 40),
    'more of it': `${sound}A`,
    __proto__: '__proto__',
    'of another user': await ticket('mallory', APP, token),
    'of another app': await ticket('eve', OTHER_APP, token),
    'of another token': await ticket('eve', APP, 'other'),
  };
  for (const [name, sessionId] of Object.entries(tickets)) await refused(name, 4, { sessionId, token });
  await refused('without the token', 4, { sessionId: sound });
  await refused('another spelling of the uid', 4, { sessionId: sound, token, uid: 'Eve' });
  await refused('an app that is not there', 3, { sessionId: sound, token, appId: 'b'.repeat(32) });
  await refused('an app that is switched off', 3, { sessionId: sound, token, appId: OFF_APP });
  for (const appId of [undefined, null, 7, '', 'short', '__proto__', {}, [APP]]) {
    await refused(`App ID ${String(appId)}`, 3, { sessionId: sound, token, appId: appId as string });
  }
  // After all this it is as good as new.
  const eve = await arena.socket();
  expect(await eve.login({ appId: APP, uid: 'eve', token, sessionId: sound })).toMatchObject({ Code: 0 });
  expect(arena.server.count('logins_refused')).toBeGreaterThan(50);
});

test('a ticket whose time is over', async () => {
  await arena.start({ settings: { ticketMs: 50 } });
  const sessionId = await ticket('eve');
  const endMs = Number.parseInt(sessionId.split('.')[1] as string, 36);
  expect(endMs).toBeLessThanOrEqual(Date.now() + 50);
  await eventually(() => Date.now() > endMs, 'the ticket says that it is over');
  const eve = await arena.socket();
  expect(await eve.login({ appId: APP, uid: 'eve', sessionId })).toMatchObject({ Code: 4 });
  // Ours is told to ask the gateway again, which has just taken its token: a clock may have been set in between.
  const ours = await arena.socket();
  void ours.login({ appId: APP, uid: 'eve', sessionId, fields: OURS }).catch(() => undefined);
  expect(await ours.closed).toBe(1012);
  expect(ours.all('Login')).toEqual([]);
});

test('a ticket may be used again by the same client, not by a second one, also not at the same instant', async () => {
  await arena.start();
  const sessionId = await ticket('eve');
  const first = await arena.intruder('eve', { sessionId });
  await refused('a second client', 4, { sessionId });
  await first.settled();
  first.terminate();
  const again = await arena.intruder('eve', { sessionId, userSId: first.userSId });
  await refused('a second client, later', 4, { sessionId });
  await again.logout();

  const contested = await ticket('mallory');
  const rivals = await Promise.all(Array.from({ length: 10 }, () => arena.socket()));
  const replies = await Promise.all(
    rivals.map((rival) => rival.login({ appId: APP, uid: 'mallory', sessionId: contested })),
  );
  expect(replies.map(({ Code }) => Code).sort()).toEqual([0, ...Array.from({ length: 9 }, () => 4)]);
});

test('ids and client instances that are none', async () => {
  await arena.start();
  const sessionId = await ticket('eve');
  for (const uid of IDS) {
    await refused(`uid ${JSON.stringify(uid)}`, 2, { sessionId, uid });
    const { status, body } = await gateway(arena.server.url, { appid: APP, uid, token: '', wss: false });
    expect([status, body['code']], uid).toEqual([200, -4]);
  }
  for (const userSId of ['', ' ', 'x'.repeat(65), 'a/b', 'a.b', 'é', '\u0000']) {
    await refused(`UserSId ${JSON.stringify(userSId)}`, 2, { sessionId, userSId });
  }
  for (const UserId of [7, true, {}, ['eve']])
    await refused('a uid that is no text', 2, { sessionId, fields: { UserId } });
  for (const UserId of [null, undefined]) await refused('no uid', 2, { sessionId, fields: { UserId } });
});

test('fields of the wrong type are answered like every refused Login, and with a notice', async () => {
  await arena.start();
  for (const fields of [
    { UserSId: 7 },
    { SessionId: null },
    { SessionId: ['x'] },
    { AcsToken: {} },
    { Caps: 'all' },
    { Caps: [7] },
  ]) {
    const eve = await arena.socket();
    expect(await eve.login({ appId: APP, uid: 'eve', fields })).toMatchObject({ Code: 2 });
    expect(eve.all('ErrorNotice')).toMatchObject([{ Cmd: 'Login', Code: 3 }]);
    expect(await eve.closed).toBe(1000);
  }
});

test('a refused Login takes the commands behind it along', async () => {
  await arena.start();
  const eve = await arena.socket();
  const refusal = eve.login({ appId: APP, uid: 'eve', sessionId: 'x' });
  for (let MsgId = 0; MsgId < 50; MsgId++) eve.send('GetChanMembers', { MsgId, ChanId: LOBBY });
  expect(await refusal).toMatchObject({ Code: 4 });
  expect(await eve.closed).toBe(1000);
  expect(eve.frames.calls).toHaveLength(1);
});

test.each([
  ['published', {}, {}],
  ['ours', OURS, OURS],
  ['one of each', {}, OURS],
])('two logins of one uid at the same instant: exactly one stays (%s)', async (_name, left, right) => {
  await arena.start();
  for (let round = 0; round < 10; round++) {
    const rivals = await Promise.all([arena.socket(), arena.socket()]);
    const tickets = await Promise.all([ticket('twin'), ticket('twin')]);
    const replies = await Promise.all(
      rivals.map((rival, index) =>
        rival.login({
          appId: APP,
          uid: 'twin',
          sessionId: tickets[index] as string,
          fields: index === 0 ? left : right,
        }),
      ),
    );
    expect(replies.some(({ Code }) => Code === 0)).toBe(true);
    const open = () => rivals.filter(({ socket }) => socket.readyState === socket.OPEN);
    await eventually(() => open().length === 1, 'one of them is gone');
    const [loser] = rivals.filter((rival) => !open().includes(rival)) as [RawClient];
    expect(await loser.closed).toBe(1000);
    const isTold = loser.all('ForceOffline').length === 1 || loser.all('Login')[0]?.['Reason'] === 'REMOTE_LOGIN';
    expect(isTold).toBe(true);
    const [winner] = open() as [RawClient];
    await winner.settled();
    expect(winner.all('ForceOffline')).toEqual([]);
    expect(arena.server.census()['sessions']).toBe(3);
  }
});

test('thirty clients that all want to be the same user', async () => {
  await arena.start();
  const rivals = await Promise.all(Array.from({ length: 30 }, () => arena.socket()));
  await Promise.all(rivals.map((rival) => rival.login({ appId: APP, uid: 'many', userSId: randomHex(32) })));
  await eventually(() => rivals.filter(({ socket }) => socket.readyState === socket.OPEN).length === 1, 'one is left');
  await eventually(() => arena.server.census()['sessions'] === 3, 'one session is left');
});

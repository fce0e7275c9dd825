/** renewToken and the way to the end of a token (api.md 3.2, 4.4). The server's clock counts; the SDK reports. */
import { expect, test } from 'vitest';
import { setUp } from '../test/set-up.js';
import { RtmErrorCode } from './error-code.js';

const { RenewTokenError } = RtmErrorCode;
const aborted = (reason: string) => `ConnectionStateChanged "ABORTED" "${reason}"`;
const INTERRUPTED = 'ConnectionStateChanged "RECONNECTING" "INTERRUPTED"';
const RECOVERED = 'ConnectionStateChanged "CONNECTED" "LOGIN_SUCCESS" {"recovered":true}';
const WARNED = ['TokenWillExpired', 'TokenPrivilegeWillExpire'];

/** A client with a token, on a server that takes those of its list. Notes how calls of renewToken end. */
async function loggedIn(...accepted: string[]) {
  const all = setUp();
  const { client, clock, recorder, server } = all;
  await Promise.all([client.login({ uid: 'alice', token: 'old' }), clock.settle()]);
  recorder.take();
  all.resumes();
  const gateway = server.gateway;
  /** What the gateway says of a token; 0 by default. */
  const says: Record<string, number> = Object.fromEntries(accepted.map((token) => [token, 0]));
  server.gateway = (body) => {
    const code = says[String(body.token)] ?? 0;
    return code === 0 ? gateway(body) : { code };
  };
  const renew = (token: unknown) => void recorder.settles('renewToken', client.renewToken(token as string));
  /** Tokens of the attempts since the last call, in order. */
  const presented = () => server.posts.splice(0).map(({ body }) => body.token);
  presented();
  /** The connection is lost, long enough to be reported. */
  const cut = async () => {
    server.isDown = true;
    server.connection.close();
    await clock.advance(5000);
    server.isDown = false;
    expect(await all.events()).toEqual([INTERRUPTED]);
    presented();
  };
  return { ...all, renew, presented, says, cut };
}

test('connected: the server is asked, and the new token is the one from then on', async () => {
  const { client, server, renew, events, presented } = await loggedIn();
  renew('new');
  expect(client.token).toBe('old');
  expect(await events()).toEqual(['renewToken resolved']);
  expect(server.commands('RenewAcsToken')).toMatchObject([{ AcsToken: 'new', MsgId: expect.any(Number) }]);
  expect(client.token).toBe('new');
  server.connection.close();
  await events();
  expect(presented()).toEqual(['new']);
  expect(server.commands('Login').at(-1)?.AcsToken).toBe('new');
});

test.each([
  [RenewTokenError.RENEW_TOKEN_ERR_TOKEN_EXPIRED, 'RtmUnauthenticatedError'],
  [RenewTokenError.RENEW_TOKEN_ERR_INVALID_TOKEN, 'RtmUnauthenticatedError'],
  [RenewTokenError.RENEW_TOKEN_ERR_TOO_OFTEN, 'RtmInvokeTooOftenError'],
])('refused with %i: the old token stays in force', async (code, name) => {
  const { client, server, renew, events, presented, clock } = await loggedIn();
  server.on.RenewAcsToken = ({ MsgId = 0 }, to) => to.send('RenewAcsToken', { MsgId, Code: code });
  renew('new');
  expect(await events()).toEqual([`renewToken rejected ${name} ${code}`]);
  server.shutDoor();
  server.connection.close();
  await clock.advance(1000);
  await events();
  expect([client.token, presented()]).toEqual(['old', ['old']]);
});

test.each([undefined, null, '', 5, {}, ['new']])('the argument %j is refused, and nothing is sent', async (token) => {
  const { server, renew, events } = await loggedIn();
  renew(token);
  expect(await events()).toEqual(['renewToken rejected RtmInvalidArgumentError 2']);
  expect(server.commands('RenewAcsToken')).toEqual([]);
});

test('without a session: 102; the argument comes first', async () => {
  const { client, recorder, events, server, clock } = setUp();
  void recorder.settles('renewToken', client.renewToken('new'));
  void recorder.settles('renewToken', client.renewToken(''));
  expect(await events()).toEqual([
    'renewToken rejected RtmInvalidStatusError 102',
    'renewToken rejected RtmInvalidArgumentError 2',
  ]);
  server.isMute = true;
  void client.login({ uid: 'alice' }).catch(() => undefined);
  await clock.settle();
  recorder.take();
  void recorder.settles('renewToken', client.renewToken('new'));
  expect(await events()).toEqual(['renewToken rejected RtmInvalidStatusError 102']);
});

test('the third call within a second: too often; refused calls do not count', async () => {
  const { server, renew, events, clock } = await loggedIn();
  for (const token of ['', 'a', 'b', 'c']) renew(token);
  expect((await events()).sort()).toEqual([
    'renewToken rejected RtmInvalidArgumentError 2',
    'renewToken rejected RtmInvokeTooOftenError 4',
    'renewToken resolved',
    'renewToken resolved',
  ]);
  await clock.advance(1000);
  renew('d');
  await events();
  expect(server.commands('RenewAcsToken').map(({ AcsToken }) => AcsToken)).toEqual(['a', 'b', 'd']);
});

test('no answer within 10 s: 1, and the old token stays', async () => {
  const { client, server, renew, idle, events } = await loggedIn();
  server.on.RenewAcsToken = () => 'silence';
  renew('new');
  await idle(9000);
  expect(await events()).toEqual([]);
  await idle(1000);
  expect(await events()).toEqual(['renewToken rejected RtmTimeoutError 1']);
  expect(client.token).toBe('old');
});

test('logout meanwhile: 201; a kick: at once', async () => {
  for (const end of ['logout', 'kick'] as const) {
    const { client, server, renew, events } = await loggedIn();
    server.on.RenewAcsToken = () => 'silence';
    renew('new');
    await events();
    if (end === 'logout') void client.logout();
    else server.push('ForceOffline', { Reason: 'REMOTE_LOGIN' });
    expect((await events())[0]).toBe('renewToken rejected RtmInterruptedError 201');
  }
});

test('warned, told, over: each once per token', async () => {
  const { server, events, renew } = await loggedIn();
  server.push('AcsTokenWillExpire', {});
  server.push('AcsTokenWillExpire', {});
  expect(await events()).toEqual(WARNED);
  server.push('AcsTokenExpired', {});
  server.push('AcsTokenWillExpire', {});
  expect(await events()).toEqual(['TokenExpired']);
  renew('new');
  expect(await events()).toEqual(['renewToken resolved']);
  server.push('AcsTokenWillExpire', {});
  server.push('AcsTokenExpired', {});
  expect(await events()).toEqual([...WARNED, 'TokenExpired']);
  server.push('AcsTokenDidExpire', {});
  expect(await events()).toEqual(['TokenDidExpired', aborted('TOKEN_EXPIRED')]);
  renew('newer');
  expect(await events()).toEqual(['renewToken rejected RtmInvalidStatusError 102']);
});

test('what the server tells of the new token right behind its answer is reported', async () => {
  const { server, events, renew } = await loggedIn();
  server.push('AcsTokenWillExpire', {});
  await events();
  server.on.RenewAcsToken = ({ MsgId = 0 }, to) =>
    to.sendTogether(['RenewAcsToken', { MsgId, Code: 0 }], ['AcsTokenWillExpire', {}]);
  renew('short');
  expect(await events()).toEqual(['renewToken resolved', ...WARNED]);
});

test('a handler of TokenExpired that renews saves the session', async () => {
  const { client, server, events, recorder } = await loggedIn();
  client.on('TokenExpired', () => void recorder.settles('renewToken', client.renewToken('new')));
  server.push('AcsTokenExpired', {});
  expect(await events()).toEqual(['TokenExpired', 'renewToken resolved']);
});

test('cut, and the token has ended: told once, and a new one restores the session at once', async () => {
  const { client, server, says, cut, events, renew, presented, clock } = await loggedIn();
  await cut();
  says.old = 109;
  await clock.advance(5000);
  expect(await events()).toEqual(['TokenExpired']);
  expect(presented()).toEqual(['old']);
  await clock.advance(10_000);
  expect(await events()).toEqual(['TokenDidExpired']);
  await clock.advance(600_000);
  expect([await events(), presented()]).toEqual([[], []]);
  renew('new');
  expect(await events()).toEqual([RECOVERED, 'renewToken resolved']);
  expect([presented(), client.token]).toEqual([['new'], 'new']);
  expect(server.commands('Login').at(-1)).toMatchObject({ AcsToken: 'new', Resume: true });
});

test('told by the server before the cut, and not again behind it', async () => {
  const { server, says, cut, events, clock } = await loggedIn();
  server.push('AcsTokenExpired', {});
  expect(await events()).toEqual(['TokenExpired']);
  await cut();
  says.old = 109;
  await clock.advance(5000);
  expect(await events()).toEqual([]);
  await clock.advance(10_000);
  expect(await events()).toEqual(['TokenDidExpired']);
});

test.each([
  [109, 5],
  [110, 6],
])(
  'cut: a new token that the gateway refuses with %i rejects %i, and the old one is tried again',
  async (code, error) => {
    const { client, says, cut, events, renew, presented, clock } = await loggedIn();
    await cut();
    says.new = code;
    renew('new');
    await clock.advance(5000);
    expect(await events()).toEqual([`renewToken rejected RtmUnauthenticatedError ${error}`, RECOVERED]);
    expect([presented(), client.token]).toEqual([['new', 'old'], 'old']);
  },
);

test('the same when the server refuses the Login', async () => {
  const { server, cut, events, renew, clock } = await loggedIn();
  await cut();
  server.on.Login = (content, to) => {
    if (content.AcsToken === 'new') to.send('Login', { Code: 4, UserId: '' });
    else server.answer({ cmd: 'Login', appId: undefined, content }, to);
  };
  renew('new');
  await clock.advance(5000);
  expect(await events()).toEqual(['renewToken rejected RtmUnauthenticatedError 6', RECOVERED]);
});

test('both refused: it waits for another one, without an end of the session', async () => {
  const { says, cut, events, renew, clock, presented } = await loggedIn();
  await cut();
  Object.assign(says, { old: 109, new: 110 });
  renew('new');
  await clock.advance(5000);
  expect(await events()).toEqual(['renewToken rejected RtmUnauthenticatedError 6', 'TokenExpired']);
  presented();
  renew('newer');
  await clock.advance(1000);
  expect(await events()).toEqual([RECOVERED, 'renewToken resolved']);
  expect(presented()).toEqual(['newer']);
});

test('an attempt with the old token that is under way is given up for the new one', async () => {
  const { server, cut, events, renew, says, clock } = await loggedIn();
  await cut();
  const gateway = server.gateway;
  server.gateway = (body) => (body.token === 'old' ? 'never' : gateway(body));
  says.new = 0;
  await clock.advance(1000);
  renew('new');
  expect(await events()).toEqual([RECOVERED, 'renewToken resolved']);
});

test('the answer is lost with the connection: the new token is presented, and the request repeated', async () => {
  const { client, server, events, renew, presented } = await loggedIn();
  server.on.RenewAcsToken = () => 'silence';
  renew('new');
  await events();
  server.on.RenewAcsToken = undefined;
  server.connection.close();
  expect(await events()).toEqual(['renewToken resolved']);
  expect([presented(), client.token]).toEqual([['new'], 'new']);
});

test('not restored within 10 s: 1; later attempts go on with the old token', async () => {
  const { server, cut, events, renew, clock, presented } = await loggedIn();
  await cut();
  server.isDown = true;
  renew('new');
  await clock.advance(10_000);
  expect(await events()).toEqual(['renewToken rejected RtmTimeoutError 1']);
  server.isDown = false;
  presented();
  await clock.advance(5000);
  expect([await events(), presented()]).toEqual([[RECOVERED], ['old']]);
});

test('nothing is left of the last session: a new login hears its own steps, timers are gone', async () => {
  const { client, server, says, cut, events, clock } = await loggedIn();
  await cut();
  says.old = 109;
  await clock.advance(5000);
  expect(await events()).toEqual(['TokenExpired']);
  void client.logout();
  await events();
  expect(clock.waiting).toBe(0);
  says.old = 0;
  void client.login({ uid: 'alice', token: 'old' });
  await events();
  server.push('AcsTokenWillExpire', {});
  expect(await events()).toEqual(WARNED);
});

test('steps that arrive with a logout are not dispatched', async () => {
  const { client, server, events } = await loggedIn();
  server.push('AcsTokenWillExpire', {});
  void client.logout();
  expect(await events()).toEqual(['ConnectionStateChanged "DISCONNECTED" "LOGOUT"']);
});

test('cut, the token has ended, renewed with the same one: 5 at once, not a time-out', async () => {
  const all = setUp();
  const { client, clock, recorder, server } = all;
  await Promise.all([client.login({ uid: 'alice', token: 'old' }), clock.settle()]);
  all.resumes();
  const { gateway } = server;
  server.gateway = (body) => (body.token === 'old' ? { code: 109 } : gateway(body));
  server.shutDoor();
  server.connection.close();
  await clock.advance(6000);
  recorder.take();
  void recorder.settles('renewToken', client.renewToken('old'));
  await clock.advance(2000);
  const said = (await all.events()).filter((line) => line.startsWith('renewToken'));
  expect(said).toEqual(['renewToken rejected RtmUnauthenticatedError 5']);
});

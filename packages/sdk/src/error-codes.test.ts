/**
 * Every code of every public enum is provoked once, but those that are reserved. A member that is added without a line here
 * fails the last test.
 */
import type { CommandName } from 'ar-rtm-protocol';
import type { HttpTrouble } from 'ar-rtm-testkit/sdk';
import { afterAll, expect, test } from 'vitest';
import { setUp } from '../test/set-up.js';
import type { RtmChannel } from './channel.js';
import { BaseClient } from './client.js';
import { RtmErrorCode } from './error-code.js';
import { RTMException } from './errors.js';
import type { RemoteInvitation } from './index.js';
import type { MediaTransferHandler } from './public-types.js';

type Stage = ReturnType<typeof setUp>;
type EnumName = keyof typeof RtmErrorCode;
/** What leads to the error; resolves or returns with nothing else. */
type Provoke = (stage: Stage) => Promise<unknown> | undefined;

/** Members that nothing produces (api.md 10.3), by enum. */
const RESERVED: Partial<Record<EnumName, readonly string[]>> = {
  GetChannelMemberCountErrCode: ['NOT_INITIALIZED'],
  GetMembersError: ['REJECTED'],
  JoinChannelError: ['REJECTED'],
  LeaveChannelError: ['REJECTED'],
  LoginError: ['GATEWAY_CONNECT_FAILED'],
  PeerMessageError: ['INCOMPATIBLE_MESSAGE'],
  PeerSubscriptionStatusError: ['REJECTED'],
  RenewTokenError: ['REJECTED'],
};
const provoked = new Set<string>();

function provokes(enumName: EnumName, member: string, provoke: Provoke): void {
  test(`${enumName}.${member}`, async () => {
    const values = RtmErrorCode[enumName] as unknown as Record<string, number>;
    const name = Object.keys(values).find((key) => key === member || key.endsWith(`_ERR_${member}`));
    if (name === undefined) throw new Error(`no such member: ${member}`);
    let caught: unknown;
    try {
      await provoke(setUp());
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(RTMException);
    expect((caught as RTMException).code).toBe(values[name]);
    provoked.add(`${enumName}.${name}`);
  });
}

/** Settles what `call` began, with all that is due within `ms`. */
async function within<T>({ clock }: Stage, ms: number, call: () => Promise<T>): Promise<T> {
  const promise = call();
  promise.catch(() => undefined);
  await clock.advance(ms);
  return promise;
}

type Call = (stage: Stage) => Promise<unknown>;

/** The usual six ways to fail of one method. */
function usual(
  enumName: EnumName,
  cmd: CommandName,
  call: Call,
  {
    timeoutMs,
    calls,
    generic = 'FAILURE',
    timeout = 'TIMEOUT',
  }: { timeoutMs: number; calls: number; generic?: string; timeout?: string },
): void {
  const prepared = async (stage: Stage) => {
    await stage.logIn();
    await stage.joined();
    return stage;
  };
  provokes(enumName, 'USER_NOT_LOGGED_IN', (stage) => call(stage));
  provokes(enumName, timeout, async (stage) => {
    await prepared(stage);
    stage.server.on[cmd] = () => 'silence';
    const promise = call(stage);
    promise.catch(() => undefined);
    await stage.idle(timeoutMs);
    await promise;
  });
  provokes(enumName, generic, async (stage) => {
    await prepared(stage);
    stage.server.on[cmd] = () => 'silence';
    const promise = call(stage);
    promise.catch(() => undefined);
    await within(stage, 0, () => stage.client.logout());
    await promise;
  });
  provokes(enumName, 'TOO_OFTEN', async (stage) => {
    await prepared(stage);
    for (let i = 0; i < calls; i++) await within(stage, 0, () => call(stage));
    await call(stage);
  });
}

/** A method of a channel; it has been joined when there is a session. */
const inRoom =
  (call: (room: RtmChannel) => Promise<unknown>): Call =>
  ({ client, channel }) =>
    call((client.channels.room?.channel as RtmChannel | undefined) ?? channel());

usual('PeerMessageError', 'SendMsgToPeer', ({ client }) => client.sendMessageToPeer({ text: 'a' }, 'bob'), {
  timeoutMs: 10_000,
  calls: 180,
});
provokes('PeerMessageError', 'INVALID_USERID', ({ client }) => client.sendMessageToPeer({ text: 'a' }, 'ä'));
provokes('PeerMessageError', 'INVALID_MESSAGE', ({ client }) => client.sendMessageToPeer({ text: '' }, 'bob'));

usual(
  'ChannelMessageError',
  'SendChannelMsg',
  inRoom((room) => room.sendMessage({ text: 'a' })),
  {
    timeoutMs: 10_000,
    calls: 180,
  },
);
provokes('ChannelMessageError', 'INVALID_MESSAGE', ({ channel }) => channel().sendMessage({ text: '' }));
provokes('ChannelMessageError', 'NOT_IN_CHANNEL', async ({ logIn, channel }) => {
  await logIn();
  await channel().sendMessage({ text: 'a' });
});

usual('HistoryError', 'GetHistory', ({ client }) => client.getPeerHistory('bob'), { timeoutMs: 5000, calls: 10 });
provokes('HistoryError', 'INVALID_ARGUMENT', ({ client }) => client.getPeerHistory('ä'));
provokes('HistoryError', 'NOT_IN_CHANNEL', async ({ logIn, channel }) => {
  await logIn();
  await channel().getHistory();
});

usual(
  'GetMembersError',
  'GetChanMembers',
  inRoom((room) => room.getMembers()),
  { timeoutMs: 5000, calls: 5 },
);
provokes('GetMembersError', 'NOT_IN_CHANNEL', async ({ logIn, channel }) => {
  await logIn();
  await channel().getMembers();
});

usual('GetChannelMemberCountErrCode', 'GetChanMemberSize', ({ client }) => client.getChannelMemberCount(['room']), {
  timeoutMs: 5000,
  calls: 1,
});
provokes('GetChannelMemberCountErrCode', 'INVALID_ARGUMENT', ({ client }) => client.getChannelMemberCount([]));
provokes('GetChannelMemberCountErrCode', 'EXCEED_LIMIT', async ({ logIn, client }) => {
  await logIn();
  await client.getChannelMemberCount(Array.from({ length: 33 }, (_, number) => `room ${number}`));
});

usual('QueryPeersOnlineStatusError', 'QueryOnlineStatus', ({ client }) => client.queryPeersOnlineStatus(['bob']), {
  timeoutMs: 10_000,
  calls: 10,
  generic: 'REJECTED',
});
provokes('QueryPeersOnlineStatusError', 'INVALID_ARGUMENT', ({ client }) => client.queryPeersOnlineStatus([]));

usual(
  'PeerSubscriptionStatusError',
  'SubscribeOnlineStatus',
  ({ client }) => client.subscribePeersOnlineStatus(['bob']),
  { timeoutMs: 10_000, calls: 10 },
);
provokes('PeerSubscriptionStatusError', 'INVALID_ARGUMENT', ({ client }) => client.subscribePeersOnlineStatus([]));
provokes('PeerSubscriptionStatusError', 'OVERFLOW', async ({ logIn, client }) => {
  await logIn();
  await client.subscribePeersOnlineStatus(Array.from({ length: 513 }, (_, number) => `user ${number}`));
});

usual(
  'QueryPeersBySubscriptionOptionError',
  'QueryOnlineSubStatus',
  ({ client }) => client.queryPeersBySubscriptionOption('ONLINE_STATUS'),
  { timeoutMs: 5000, calls: 10 },
);

usual(
  'AttributeOperationError',
  'DeleteUserAttributes',
  ({ client }) => client.deleteLocalUserAttributesByKeys(['a']),
  {
    timeoutMs: 5000,
    calls: 10,
  },
);
provokes('AttributeOperationError', 'INVALID_ARGUMENT', ({ client }) => client.getChannelAttributes('ä'));
provokes('AttributeOperationError', 'SIZE_OVERFLOW', async ({ logIn, client }) => {
  await logIn();
  await client.setLocalUserAttributes({ a: 'x'.repeat(8193) });
});
provokes('AttributeOperationError', 'USER_NOT_FOUND', async (stage) => {
  await stage.logIn();
  stage.server.on.GetUserAttributes = ({ MsgId }, to) =>
    to.send('QueryAttribKeys', { MsgId, QueryUserId: 'bob', Attribs: '{}', Code: 6 });
  await within(stage, 0, () => stage.client.getUserAttributes('bob'));
});

const joinAnswered = (Code: number) => async (stage: Stage) => {
  await stage.logIn();
  stage.server.on.JoinChannel = ({ ChanId, MsgId }, to) => to.send('JoinChannel', { ChanId, MsgId, Code });
  await within(stage, 0, () => stage.channel().join());
};
provokes('JoinChannelError', 'USER_NOT_LOGGED_IN', ({ channel }) => channel().join());
provokes('JoinChannelError', 'INVALID_ARGUMENT', joinAnswered(3));
provokes('JoinChannelError', 'FAILURE', joinAnswered(1));
provokes('JoinChannelError', 'JOIN_CHANNEL_TIMEOUT', async (stage) => {
  await stage.logIn();
  stage.server.on.JoinChannel = () => 'silence';
  const join = stage.channel().join();
  join.catch(() => undefined);
  await stage.idle(5000);
  await join;
});
provokes('JoinChannelError', 'EXCEED_LIMIT', async (stage) => {
  await stage.logIn();
  for (let number = 0; number < 20; number++) await stage.joined(`room ${number}`);
  await stage.channel('one more').join();
});
provokes('JoinChannelError', 'ALREADY_JOINED', async (stage) => {
  await stage.logIn();
  await (await stage.joined()).join();
});
provokes('JoinChannelError', 'ALREADY_JOINED_CHANNEL_OF_SAME_ID', async (stage) => {
  await stage.logIn();
  await stage.joined();
  await stage.channel().join();
});
provokes('JoinChannelError', 'ABORTED_BY_LEAVE', async (stage) => {
  await stage.logIn();
  const room = stage.channel();
  const join = room.join();
  join.catch(() => undefined);
  await within(stage, 0, () => room.leave());
  await join;
});
const comeAndGo = async (stage: Stage, id: string) => {
  const room = await stage.joined(id);
  await within(stage, 0, () => room.leave());
};
provokes('JoinChannelError', 'JOIN_SAME_CHANNEL_TOO_OFTEN', async (stage) => {
  await stage.logIn();
  for (let i = 0; i < 2; i++) await comeAndGo(stage, 'room');
  await stage.channel().join();
});
provokes('JoinChannelError', 'TOO_OFTEN', async (stage) => {
  await stage.logIn();
  for (let number = 0; number < 50; number++) await comeAndGo(stage, `room ${number}`);
  await stage.channel('one more').join();
});

provokes('LeaveChannelError', 'USER_NOT_LOGGED_IN', ({ channel }) => channel().leave());
provokes('LeaveChannelError', 'NOT_IN_CHANNEL', async ({ logIn, channel }) => {
  await logIn();
  await channel().leave();
});
provokes('LeaveChannelError', 'FAILURE', async (stage) => {
  await stage.logIn();
  const room = await stage.joined();
  stage.server.on.LeaveChannel = () => 'silence';
  const leave = room.leave();
  leave.catch(() => undefined);
  await stage.idle(5000);
  await leave;
});

const loginAnswered = (code: number) => (stage: Stage) => {
  stage.server.gateway = () => ({ code });
  return within(stage, 7000, () => stage.client.login({ uid: 'alice' }));
};
provokes('LoginError', 'INVALID_ARGUMENT', ({ client }) => client.login({ uid: '' }));
provokes('LoginError', 'INVALID_APP_ID', loginAnswered(101));
provokes('LoginError', 'INVALID_TOKEN', loginAnswered(110));
provokes('LoginError', 'TOKEN_EXPIRED', loginAnswered(109));
provokes('LoginError', 'NOT_AUTHORIZED', loginAnswered(14));
provokes('LoginError', 'UNKNOWN', loginAnswered(12_345));
provokes('LoginError', 'ALREADY_LOGIN', async ({ logIn, client }) => {
  await logIn();
  await client.login({ uid: 'alice' });
});
provokes('LoginError', 'TIMEOUT', (stage) => {
  stage.server.isMute = true;
  return within(stage, 6000, () => stage.client.login({ uid: 'alice' }));
});
provokes('LoginError', 'TOO_OFTEN', async (stage) => {
  for (let i = 0; i < 2; i++) {
    await stage.logIn();
    await within(stage, 0, () => stage.client.logout());
  }
  await stage.client.login({ uid: 'alice' });
});
provokes('LoginError', 'ABORTED_BY_LOGOUT', async (stage) => {
  const login = stage.client.login({ uid: 'alice' });
  login.catch(() => undefined);
  await within(stage, 0, () => stage.client.logout());
  await login;
});
provokes('LogoutError', 'USER_NOT_LOGGED_IN', ({ client }) => client.logout());

const renewalAnswered = (Code: number) => async (stage: Stage) => {
  await stage.logIn();
  stage.server.on.RenewAcsToken = ({ MsgId }, to) => to.send('RenewAcsToken', { MsgId, Code });
  await within(stage, 0, () => stage.client.renewToken('new'));
};
provokes('RenewTokenError', 'USER_NOT_LOGGED_IN', ({ client }) => client.renewToken('new'));
provokes('RenewTokenError', 'INVALID_ARGUMENT', ({ client }) => client.renewToken(''));
provokes('RenewTokenError', 'TOKEN_EXPIRED', renewalAnswered(5));
provokes('RenewTokenError', 'INVALID_TOKEN', renewalAnswered(6));
provokes('RenewTokenError', 'FAILURE', renewalAnswered(1));
provokes('RenewTokenError', 'TOO_OFTEN', async (stage) => {
  await stage.logIn();
  for (let i = 0; i < 2; i++) await within(stage, 0, () => stage.client.renewToken('new'));
  await stage.client.renewToken('new');
});
provokes('RenewTokenError', 'ABORTED_BY_LOGOUT', async (stage) => {
  await stage.logIn();
  stage.server.on.RenewAcsToken = () => 'silence';
  const renewal = stage.client.renewToken('new');
  renewal.catch(() => undefined);
  await within(stage, 0, () => stage.client.logout());
  await renewal;
});

provokes('BasicErrorCode', 'INVALID_OPERATION', ({ client }) => void client.createMessage(null as never));
provokes('CreateChannelError', 'INVALID_ARGUMENT', ({ client }) => void client.createChannel(''));
provokes('CreateInstanceError', 'INVALID_ARGUMENT', ({ environment }) => void new BaseClient(environment, 'short'));

provokes('InvitationApiCallError', 'INVALID_ARGUMENT', ({ client }) => void client.createLocalInvitation(''));
provokes(
  'InvitationApiCallError',
  'NOT_STARTED',
  ({ client }) => client.createLocalInvitation('bob').cancel() as never,
);
provokes('InvitationApiCallError', 'ALREADY_SENT', async ({ logIn, client }) => {
  await logIn();
  const invitation = client.createLocalInvitation('bob');
  invitation.send();
  invitation.send();
});
provokes('InvitationApiCallError', 'ALREADY_END', async ({ logIn, client }) => {
  await logIn();
  const invitation = client.createLocalInvitation('bob');
  invitation.send();
  invitation.cancel();
  invitation.cancel();
});
provokes('InvitationApiCallError', 'ALREADY_ACCEPT', async ({ logIn, client, server, clock }) => {
  await logIn();
  let received: RemoteInvitation | undefined;
  client.on('RemoteInvitationReceived', (invitation) => {
    received = invitation;
  });
  const call = { CallId: 'c'.repeat(32), FromUId: 'bob', ToUId: 'alice', Content: '', ChanId: '' };
  server.push('MakeCall', { ...call, MsgId: 1, Epoch: 1, Offset: 1 });
  await clock.settle();
  received?.accept();
  received?.accept();
});

const MEDIA_CALLS: readonly (readonly [
  EnumName,
  (stage: Stage, handler?: MediaTransferHandler) => Promise<unknown>,
])[] = [
  ['UploadMediaError', ({ client }, handler) => client.createMediaMessageByUploading(new Blob(['x']), {}, handler)],
  ['DownloadMediaError', ({ client }, handler) => client.downloadMedia('0'.repeat(32), handler)],
];

for (const [enumName, call] of MEDIA_CALLS) {
  const prepared = async (stage: Stage, trouble: HttpTrouble) => {
    stage.server.media.trouble = trouble;
    await stage.logIn();
    return stage;
  };
  provokes(enumName, 'NOT_LOGGED_IN', (stage) => call(stage));
  provokes(enumName, 'FAILURE', async (stage) => {
    const ready = await prepared(stage, { status: 400 });
    return within(ready, 1000, () => call(ready));
  });
  provokes(enumName, 'TIMEOUT', async (stage) => {
    const ready = await prepared(stage, 'silence');
    const waiting = call(ready);
    waiting.catch(() => undefined);
    await stage.idle(122_000);
    return waiting;
  });
  provokes(enumName, 'CONCURRENCY_LIMIT_EXCEEDED', async (stage) => {
    const ready = await prepared(stage, 'silence');
    for (let transfers = 0; transfers < 9; transfers++) call(ready).catch(() => undefined);
    return call(ready);
  });
  provokes(enumName, 'INTERRUPTED', async (stage) => {
    const ready = await prepared(stage, 'silence');
    return call(ready, { cancelSignal: AbortSignal.abort() });
  });
}
provokes('UploadMediaError', 'INVALID_ARGUMENT', ({ client }) => client.createMediaMessageByUploading(new Blob()));
provokes('DownloadMediaError', 'INVALID_ARGUMENT', ({ client }) => client.downloadMedia('x'));
provokes('UploadMediaError', 'SIZE_OVERFLOW', async (stage) => {
  await stage.logIn();
  return stage.client.createMediaMessageByUploading(new Blob([new Uint8Array(33_554_433)]));
});
provokes('DownloadMediaError', 'NOT_EXIST', async (stage) => {
  await stage.logIn();
  return within(stage, 1000, () => stage.client.downloadMedia('0'.repeat(32)));
});

afterAll(() => {
  const all = Object.entries(RtmErrorCode).flatMap(([enumName, values]) =>
    Object.entries(values)
      .filter(([, value]) => typeof value === 'number')
      .map(([member]) => [enumName as EnumName, member] as const),
  );
  const wanted = all.filter(([enumName, member]) => !RESERVED[enumName]?.some((name) => member.endsWith(`_${name}`)));
  const missing = wanted.map(([enumName, member]) => `${enumName}.${member}`).filter((name) => !provoked.has(name));
  expect(missing).toEqual([]);
});

/** Frames that are no sound command: the answer in words, the regular reply where there can be one, and the socket stays. */
import { COMMAND_FIELDS, type CommandName } from 'ar-rtm-protocol';
import type { RawClient } from 'ar-rtm-testkit/raw-client';
import { describe, expect, test } from 'vitest';
import { APP, LOBBY, OURS, useArena } from './support/arena.js';
import { command } from './support/wire-socket.js';

const arena = useArena();
const KB = 1024;
const MALFORMED = 1;
const UNKNOWN = 2;
const INVALID = 3;
const TOO_LARGE = 4;

/** So that a table of bad frames fits on one socket. */
const PATIENT = { settings: { malformedFrames: 10_000 } };

const envelope = (fields: object) => JSON.stringify({ Encrypt: false, ...fields });
const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
const message = { MsgId: 7, ToUId: 'right', MsgType: 1, MsgBody: 'x' };

type Case = readonly [name: string, text: string, notice: object, reply?: readonly [cmd: string, content: object]];

const CASES: readonly Case[] = [
  ['no JSON', 'hello', { Code: MALFORMED, Cmd: '' }],
  ['nothing', '', { Code: MALFORMED }],
  ['half an object', '{"Cmd":"JoinChannel"', { Code: MALFORMED }],
  ['null', 'null', { Code: MALFORMED }],
  ['an array', '[{"Cmd":"Logout","Content":""}]', { Code: MALFORMED }],
  ['a number', '7', { Code: MALFORMED }],
  ['a string', '"Logout"', { Code: MALFORMED }],
  ['true', 'true', { Code: MALFORMED }],
  ['an empty object', '{}', { Code: MALFORMED }],
  ['Cmd a number', envelope({ Cmd: 7, Content: '{}' }), { Code: MALFORMED }],
  ['Cmd null', envelope({ Cmd: null, Content: '{}' }), { Code: MALFORMED }],
  ['Cmd an array', envelope({ Cmd: ['Logout'], Content: '{}' }), { Code: MALFORMED }],
  ['no Content', envelope({ Cmd: 'JoinChannel' }), { Code: MALFORMED, Cmd: 'JoinChannel' }],
  ['Content an object', envelope({ Cmd: 'JoinChannel', Content: { ChanId: 'a' } }), { Code: MALFORMED }],
  ['Content no JSON', envelope({ Cmd: 'JoinChannel', Content: '{' }), { Code: MALFORMED }],
  ['Content null', envelope({ Cmd: 'JoinChannel', Content: 'null' }), { Code: MALFORMED }],
  ['Content an array', envelope({ Cmd: 'JoinChannel', Content: '[]' }), { Code: MALFORMED }],
  ['Content a number', envelope({ Cmd: 'JoinChannel', Content: '7' }), { Code: MALFORMED }],
  ['Encrypt', envelope({ Cmd: 'Logout', Content: '', Encrypt: true }), { Code: MALFORMED, Cmd: 'Logout' }],
  ['a prototype with fields', '{"__proto__":{"Cmd":"Logout","Content":""}}', { Code: MALFORMED }],
  ['constructor as a field', '{"constructor":{"prototype":{"Cmd":"Logout"}},"Content":""}', { Code: MALFORMED }],
  ['Cmd __proto__', command('__proto__', {}), { Code: UNKNOWN, Cmd: '__proto__' }],
  ['Cmd constructor', command('constructor', {}), { Code: UNKNOWN }],
  ['Cmd toString', command('toString', {}), { Code: UNKNOWN }],
  ['an unknown Cmd', command('Sing', { MsgId: 7 }), { Code: UNKNOWN, Cmd: 'Sing', MsgId: 7 }],
  ['a Cmd of the wrong case', command('joinchannel', { ChanId: LOBBY }), { Code: UNKNOWN }],
  ['a Cmd of 1000 characters', command('x'.repeat(1000), {}), { Code: UNKNOWN, Cmd: 'x'.repeat(64) }],
  ['a frame of the server: message', command('RecvMsgFromPeer', { MsgId: 1, FromUId: 'right' }), { Code: UNKNOWN }],
  ['a frame of the server: status', command('MsgStatus', { MsgId: 1, Status: 2 }), { Code: UNKNOWN }],
  ['a frame of the server: kick', command('ForceOffline', {}), { Code: UNKNOWN }],
  ['a frame of the server: notice', command('ErrorNotice', { Cmd: 'x' }), { Code: UNKNOWN }],
  ['the forbidden Cmd', command('connection-state-change', { curState: 'RECONNECTING' }), { Code: UNKNOWN }],
  ['10,000 levels', deep(10_000), { Code: MALFORMED }],
  ['10,000 levels, open', '['.repeat(10_000), { Code: MALFORMED }],
  ['10,000 objects', '{"a":'.repeat(10_000), { Code: MALFORMED }],
  ['200,000 levels', deep(200_000), { Code: MALFORMED }],
  ['10,000 levels in Content', envelope({ Cmd: 'JoinChannel', Content: deep(10_000) }), { Code: MALFORMED }],
  ['Cmd of 10,000 levels', `{"Cmd":${deep(10_000)},"Content":"{}"}`, { Code: MALFORMED }],
  [
    '10,000 levels in a field',
    envelope({ Cmd: 'SendMsgToPeer', Content: `{"MsgId":7,"ToUId":"right","MsgType":1,"MsgBody":${deep(10_000)}}` }),
    { Code: INVALID, Cmd: 'SendMsgToPeer', MsgId: 7 },
    ['MsgStatus', { MsgId: 7, Status: 0, Code: 7 }],
  ],
  [
    'fields in a prototype',
    envelope({ Cmd: 'SendMsgToPeer', Content: `{"__proto__":${JSON.stringify(message)},"MsgId":7}` }),
    { Code: INVALID, MsgId: 7 },
    ['MsgStatus', { MsgId: 7, Status: 0, Code: 7 }],
  ],
  ['MsgId a string', command('SendMsgToPeer', { ...message, MsgId: '7' }), { Code: INVALID, Cmd: 'SendMsgToPeer' }],
  ['MsgId a fraction', command('GetChanMembers', { MsgId: 1.5, ChanId: LOBBY }), { Code: INVALID }],
  ['MsgId above 2^53', command('GetChanMembers', { MsgId: 2 ** 53, ChanId: LOBBY }), { Code: INVALID }],
  ['MsgId infinite', envelope({ Cmd: 'GetChanMembers', Content: '{"MsgId":1e999}' }), { Code: INVALID }],
  ['no MsgId', command('SendChannelMsg', { ChanId: LOBBY, MsgType: 1, MsgBody: 'x' }), { Code: INVALID }],
  [
    'MsgType a string',
    command('SendMsgToPeer', { ...message, MsgType: '1' }),
    { Code: INVALID, MsgId: 7 },
    ['MsgStatus', { MsgId: 7, Status: 0, Code: 7 }],
  ],
  ['a number for a channel', command('JoinChannel', { ChanId: 7 }), { Code: INVALID }, ['JoinChannel', { Code: 3 }]],
];

async function answered(eve: RawClient, [name, text, notice, reply]: Case): Promise<void> {
  const noticed = eve.next('ErrorNotice');
  const replied = reply && eve.next(reply[0]);
  eve.sendText(text);
  const got = await noticed;
  expect(got, name).toMatchObject(notice);
  expect(String(got['Reason']).length, name).toBeGreaterThan(5);
  expect(JSON.stringify(got).length, name).toBeLessThan(400);
  if (reply) expect(await replied, name).toMatchObject(reply[1]);
}

describe.each([
  ['published', {}],
  ['ours', OURS],
])('%s', (_name, fields) => {
  test('every bad frame gets its answer and the socket stays', async () => {
    await arena.start(PATIENT);
    const eve = await arena.intruder('eve', { fields });
    for (const one of CASES) await answered(eve, one);
    const noticed = eve.next('ErrorNotice');
    eve.socket.send(Buffer.from(command('Logout', {})));
    expect(await noticed).toMatchObject({ Code: MALFORMED, Reason: 'the frame is not text' });
    await eve.settled();
    expect(eve.all('ErrorNotice')).toHaveLength(CASES.length + 1);
    expect(arena.server.count('malformed_frames')).toBe(CASES.length + 1);
  });
});

/** Replies with another name than their command, and commands that have none. */
const REPLIES: Partial<Record<CommandName, string | undefined>> = {
  SendMsgToPeer: 'MsgStatus',
  GetUserAttributes: 'QueryAttribKeys',
  MakeCall: 'CallReply',
  CancelCall: 'CallReply',
  AcceptCall: 'CallReply',
  RejectCall: 'CallReply',
};
const WITHOUT_REPLY = [
  'Login',
  'Logout',
  'KeepAlive',
  'RenewAcsToken',
  'RecvMsgFromPeerAck',
  'MakeCallAck',
  'AcceptCallAck',
];
const commands = Object.keys(COMMAND_FIELDS) as CommandName[];

test('a request with MsgId and ChanId whose other fields are wrong gets its regular reply, with a code', async () => {
  await arena.start(PATIENT);
  const eve = await arena.intruder();
  let MsgId = 100;
  let invalid = 0;
  for (const cmd of commands.filter((name) => !WITHOUT_REPLY.includes(name))) {
    const wrong = Object.fromEntries(Object.keys(COMMAND_FIELDS[cmd]).map((field) => [field, { not: 'this' }]));
    const ids = { MsgId: ++MsgId, ChanId: LOBBY };
    // Nothing but the ids is needed: then it is sound, and answered as any other request.
    const sound = Object.keys(COMMAND_FIELDS[cmd]).every((field) => field in ids || field.startsWith('Notify'));
    if (!sound) invalid++;
    const reply = await eve.request(cmd, { ...wrong, ...ids }, REPLIES[cmd] ?? cmd);
    if (sound) continue;
    expect(reply, cmd).toMatchObject(cmd === 'SendMsgToPeer' ? { MsgId, Status: 0 } : { MsgId });
    expect(reply['Code'], cmd).not.toBe(0);
    expect(eve.all('ErrorNotice').at(-1), cmd).toMatchObject({ Cmd: cmd, Code: INVALID, MsgId });
  }
  expect(invalid).toBeGreaterThan(8);
  await eve.settled();
});

test.each(WITHOUT_REPLY.filter((cmd) => cmd !== 'Logout' && cmd !== 'KeepAlive'))(
  '%s with wrong fields',
  async (cmd) => {
    await arena.start(PATIENT);
    const eve = await arena.intruder();
    const wrong = Object.fromEntries(Object.keys(COMMAND_FIELDS[cmd as CommandName]).map((field) => [field, 7]));
    expect(await eve.request(cmd, wrong, 'ErrorNotice')).toMatchObject({ Cmd: cmd, Code: INVALID });
    await eve.settled();
  },
);

test('ids of 0 and 65 bytes, with a slash, quotes, control characters, and the word null', async () => {
  await arena.start(PATIENT);
  const eve = await arena.intruder('eve', { fields: OURS });
  let MsgId = 1;
  for (const id of [
    '',
    'x'.repeat(65),
    'a/b',
    'a"b',
    "a'b",
    'null',
    'a\u0000b',
    'é',
    '\ud800',
    'a\nb',
    'a`b',
    'a\\b',
  ]) {
    expect(await eve.request('JoinChannel', { ChanId: id }), id).toMatchObject({ Code: 3 });
    expect(await eve.request('LeaveChannel', { ChanId: id }), id).toMatchObject({ Code: 0 });
    const to = { MsgId: ++MsgId, ToUId: id, MsgType: 1, MsgBody: 'x', OfflineMsg: true };
    expect(await eve.request('SendMsgToPeer', to, 'MsgStatus'), id).toMatchObject({ MsgId, Status: 0, Code: 6 });
    const into = { MsgId: ++MsgId, ChanId: id, MsgType: 1, MsgBody: 'x' };
    expect(await eve.request('SendChannelMsg', into), id).toMatchObject({ MsgId, Code: 5 });
    expect(await eve.request('GetChanMembers', { MsgId: ++MsgId, ChanId: id }), id).toMatchObject({ MsgId, Code: 5 });
    const counted = { MsgId: ++MsgId, ChanIds: JSON.stringify([LOBBY, id]) };
    expect(await eve.request('GetChanMemberSize', counted), id).toMatchObject({ MsgId, Code: 2 });
  }
  const sound = { MsgId: ++MsgId, ChanIds: JSON.stringify(['_'.repeat(64), '__proto__', 'constructor', ' ']) };
  expect(await eve.request('GetChanMemberSize', sound)).toMatchObject({ MsgId, Code: 0 });
});

test('numbers and types of messages: those of other types, and bodies of files that say nothing, are refused; MsgBody must be a text', async () => {
  await arena.start(PATIENT);
  const eve = await arena.intruder('eve', { fields: OURS });
  for (const wrong of [
    { MsgType: 0 },
    { MsgType: -1 },
    { MsgType: 2 ** 40 },
    { MsgType: 3, MsgBody: '{}' },
    { MsgType: 4, MsgBody: '{}' },
    { MsgBody: '' },
    { MsgBody: null },
    { MsgBody: 7 },
    { MsgBody: ['x'] },
  ]) {
    expect(await eve.request('SendMsgToPeer', { ...message, ...wrong }, 'MsgStatus')).toMatchObject({
      Status: 0,
      Code: 7,
    });
    expect(await eve.request('SendChannelMsg', { ...message, ChanId: LOBBY, ...wrong })).toMatchObject({ Code: 4 });
  }
});

test('raw messages: canonical Base64, at most 32 KB with the description; anything else is refused to its sender only', async () => {
  await arena.start(PATIENT);
  const eve = await arena.intruder('eve', { fields: OURS });
  const raw = (bytes: number, Desc = '') => ({ MsgBody: Buffer.alloc(bytes, 0xff).toString('base64'), Desc });
  let MsgId = 1;
  const codes = async (content: object) => {
    const more = { ...message, MsgType: 2, Desc: '', ...content };
    const peer = await eve.request('SendMsgToPeer', { ...more, MsgId: ++MsgId }, 'MsgStatus');
    const channel = await eve.request('SendChannelMsg', { ...more, ChanId: LOBBY, MsgId: ++MsgId });
    return [peer['Code'], channel['Code']];
  };
  for (const sound of [{ MsgBody: '' }, raw(1), raw(32 * KB), raw(32 * KB - 2, '\u00e4')]) {
    expect(await codes(sound)).toEqual([0, 0]);
  }
  const bodies = ['x', 'QQ', 'QR==', 'QQ==\n', 'QU-_', '=', '\u0000', '\ud800', 'é', 'A'.repeat(400_000)];
  for (const wrong of [
    ...bodies.map((MsgBody) => ({ MsgBody })),
    raw(32 * KB + 1),
    raw(32 * KB - 1, '\u00e4'),
    raw(0, 'x'.repeat(32 * KB + 1)),
    { MsgBody: 7 },
    { MsgBody: 'QQ==', Desc: 7 },
    { MsgType: 1, MsgBody: 'x', Desc: 'x'.repeat(32 * KB + 1) },
  ]) {
    expect(await codes(wrong), JSON.stringify(wrong).slice(0, 60)).toEqual([7, 4]);
  }
});

const OFTEN = { calls: 1000, windowMs: 1000 };

test('attributes: keys, values, ids and sizes; nothing is changed', async () => {
  await arena.start({ settings: { ...PATIENT.settings, userAttributeWrites: OFTEN, channelAttributeWrites: OFTEN } });
  const eve = await arena.intruder('eve', { fields: OURS });
  let MsgId = 1;
  const code = async (cmd: string, content: object, replyCmd = cmd) =>
    (await eve.request(cmd, { MsgId: ++MsgId, ...content }, replyCmd))['Code'];
  const many = Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`k${i}`, 'v']));
  const large = Object.fromEntries(Array.from({ length: 5 }, (_, i) => [`k${i}`, 'x'.repeat(8 * KB)]));
  for (const [values, expected] of [
    [{ '': 'v' }, 3],
    [{ ' \u2003': 'v' }, 3],
    [{ 'a\u0000b': 'v' }, 3],
    [{ ['x'.repeat(33)]: 'v' }, 3],
    [{ ['é'.repeat(17)]: 'v' }, 3],
    [{ a: '' }, 3],
    [{ a: 7 }, 3],
    [{ a: { deep: 'er' } }, 3],
    [{ a: 'x'.repeat(8 * KB + 1) }, 4],
    [many, 4],
    [large, 4],
  ] as const) {
    const Attributes = JSON.stringify(values);
    for (const isSet of [true, false]) {
      expect(await code('AddOrUpdateUserAttributes', { Attributes, SetLocal: isSet }), Attributes).toBe(expected);
      const channel = { ChanId: LOBBY, Attributes, SetChan: isSet, Notify: true };
      expect(await code('AddOrUpdateChanAttributes', channel), Attributes).toBe(expected);
    }
  }
  for (const keys of [[], [''], ['a', ' '], ['x'.repeat(33)]]) {
    const Keys = JSON.stringify(keys);
    expect(await code('DeleteUserAttributes', { Keys }), Keys).toBe(3);
    expect(await code('DeleteChanAttributes', { ChanId: LOBBY, Keys }), Keys).toBe(3);
    expect(await code('GetChanAttributesByKeys', { ChanId: LOBBY, Keys }), Keys).toBe(3);
    expect(await code('GetUserAttributes', { UserId: 'eve', Keys: keys }, 'QueryAttribKeys'), Keys).toBe(3);
  }
  for (const id of ['', 'null', 'a/b', 'x'.repeat(65)]) {
    expect(await code('ClearChanAttributes', { ChanId: id }), id).toBe(3);
    expect(await code('GetChanAttributes', { ChanId: id }), id).toBe(3);
    expect(await code('GetUserAttributes', { UserId: id }, 'QueryAttribKeys'), id).toBe(3);
  }
  const own = await eve.request('GetUserAttributes', { MsgId: ++MsgId, UserId: 'eve' }, 'QueryAttribKeys');
  expect(own).toMatchObject({ Code: 0, Attribs: '{}' });
  const room = await eve.request('GetChanAttributes', { MsgId: ++MsgId, ChanId: LOBBY });
  expect(room).toMatchObject({ Code: 0, Attributes: '[]' });
  expect(eve.all('ChanAttribChanged')).toEqual([]);
  expect(eve.all('ErrorNotice')).toEqual([]);
});

describe('sizes', () => {
  test.each([
    ['published', {}],
    ['ours', OURS],
  ])('texts above the message limit up to 512 KB get a reply (%s)', async (_name, fields) => {
    await arena.start(PATIENT);
    const eve = await arena.intruder('eve', { fields });
    for (const size of [32 * KB + 1, 100 * KB, 500 * KB]) {
      const MsgBody = 'x'.repeat(size);
      const status = await eve.request('SendMsgToPeer', { ...message, MsgBody }, 'MsgStatus');
      expect(status).toMatchObject({ MsgId: 7, Status: 0 });
      if (fields === OURS) expect(status).toMatchObject({ Code: 7 });
      expect(await eve.request('SendChannelMsg', { ...message, ChanId: LOBBY, MsgBody })).toMatchObject({ Code: 4 });
    }
    expect(eve.all('ErrorNotice')).toEqual([]);
  });

  test('frames above 512 KB get an ErrorNotice, above 1 MB a close with 1009', async () => {
    await arena.start(PATIENT);
    const eve = await arena.intruder();
    for (const size of [512 * KB + 1, 1024 * KB]) {
      const noticed = eve.next('ErrorNotice');
      eve.sendText('x'.repeat(size));
      expect(await noticed).toMatchObject({ Code: TOO_LARGE });
    }
    await eve.settled();
    eve.sendText('x'.repeat(1024 * KB + 1));
    expect(await eve.closed).toBe(1009);
  });

  test('a frame that looks like a KeepAlive or an acknowledgement is no way around the limit', async () => {
    await arena.start(PATIENT);
    const eve = await arena.intruder();
    const padding = 'x'.repeat(600 * KB);
    for (const text of [
      `{"Cmd":"KeepAlive","Content":"${padding}"}`,
      `{"Cmd":"RecvMsgFromPeerAck","Encrypt":false,"Content":"{\\"MsgId\\":7,\\"FromUId\\":\\"${padding}\\"}"}`,
    ]) {
      const noticed = eve.next('ErrorNotice');
      eve.sendText(text);
      expect(await noticed).toMatchObject({ Code: TOO_LARGE });
    }
  });
});

describe('how much is tolerated', () => {
  test('20 malformed frames in 10 s close with 4002, 19 do not', async () => {
    await arena.start();
    const eve = await arena.intruder();
    for (let i = 0; i < 19; i++) eve.sendText('x');
    await eve.settled();
    expect(eve.all('ErrorNotice')).toHaveLength(19);
    eve.sendText('x');
    expect(await eve.closed).toBe(4002);
    expect(arena.server.count('closed_protocol_abuse')).toBe(1);
  });

  test('number and window are configurable; frames of another window do not count', async () => {
    await arena.start({ settings: { malformedFrames: 3, malformedWindowMs: 300 } });
    const eve = await arena.intruder();
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 2; i++) expect(await eve.request('x', {}, 'ErrorNotice')).toMatchObject({ Code: UNKNOWN });
      await new Promise((resume) => setTimeout(resume, 700));
    }
    for (let i = 0; i < 3; i++) eve.socket.send(Buffer.alloc(3));
    expect(await eve.closed).toBe(4002);
  });

  test('also before Login', async () => {
    await arena.start();
    const eve = await arena.socket();
    for (let i = 0; i < 20; i++) eve.sendText('{}');
    expect(await eve.closed).toBe(4002);
    expect(eve.all('ErrorNotice')).toHaveLength(20);
  });
});

describe('commands at the wrong time', () => {
  test('before Login they wait, and are carried out behind its reply', async () => {
    await arena.start();
    const eve = await arena.socket();
    eve.send('JoinChannel', { ChanId: LOBBY });
    eve.send('SendChannelMsg', { ...message, ChanId: LOBBY });
    eve.send('GetChanMembers', { MsgId: 8, ChanId: LOBBY });
    expect(await eve.login({ appId: APP, uid: 'eve' })).toMatchObject({ Code: 0 });
    expect(await eve.next('GetChanMembers')).toMatchObject({ MsgId: 8, Code: 0 });
    expect(await eve.next('SendChannelMsg')).toMatchObject({ MsgId: 7, Code: 0 });
    const replies = eve.frames.calls.map(([cmd]) => cmd).filter((cmd) => cmd === 'Login' || cmd === 'JoinChannel');
    expect(replies).toEqual(['Login', 'JoinChannel']);
  });

  test('not more of them than the limit: the others get ErrorNotice 102, and count as malformed', async () => {
    await arena.start({ settings: { waitingFrames: 10 } });
    const eve = await arena.socket();
    for (let MsgId = 0; MsgId < 15; MsgId++) eve.send('GetChanMembers', { MsgId, ChanId: LOBBY });
    await eve.frames.until(() => eve.all('ErrorNotice').length === 5);
    expect(eve.all('ErrorNotice')[0]).toMatchObject({ Cmd: 'GetChanMembers', Code: 102 });
    expect(await eve.login({ appId: APP, uid: 'eve' })).toMatchObject({ Code: 0 });
    await eve.frames.until(() => eve.all('GetChanMembers').length === 10);
    for (let i = 0; i < 40; i++) eve.send('x');
    expect(await eve.closed).toBe(4002);
  });

  test('not more bytes than 1 MB', async () => {
    await arena.start();
    const eve = await arena.socket();
    const MsgBody = 'x'.repeat(400 * KB);
    for (let MsgId = 0; MsgId < 4; MsgId++) eve.send('SendMsgToPeer', { ...message, MsgId, MsgBody });
    await eve.frames.until(() => eve.all('ErrorNotice').length === 2);
    expect(eve.all('ErrorNotice')[0]).toMatchObject({ Cmd: 'SendMsgToPeer', Code: 102 });
    expect(await eve.login({ appId: APP, uid: 'eve' })).toMatchObject({ Code: 0 });
    await eve.frames.until(() => eve.all('MsgStatus').length === 2);
  });

  test('a second Login on a socket is refused in words and changes nothing', async () => {
    await arena.start();
    const eve = await arena.intruder();
    for (const uid of ['eve', 'mallory']) {
      eve.sendText(
        JSON.stringify({
          Cmd: 'Login',
          AppId: APP,
          Content: JSON.stringify({ UserId: uid, UserSId: eve.userSId, SessionId: eve.sessionId }),
        }),
      );
      expect(await eve.next('ErrorNotice')).toMatchObject({ Cmd: 'Login', Code: 7 });
    }
    expect(await eve.request('SendChannelMsg', { ...message, ChanId: LOBBY })).toMatchObject({ Code: 0 });
    expect(eve.all('Login')).toHaveLength(1);
  });

  test('commands behind a Logout are not carried out; the Logout is answered, the socket closes with 1000', async () => {
    await arena.start();
    const eve = await arena.intruder();
    const mail = await arena.intruder('mail');
    eve.send('Logout');
    for (let MsgId = 0; MsgId < 50; MsgId++) eve.send('SendMsgToPeer', { ...message, MsgId, ToUId: 'mail' });
    eve.send('JoinChannel', { ChanId: 'other' });
    eve.send('Logout');
    expect(await eve.closed).toBe(1000);
    expect(eve.all('Logout')).toEqual([{ Code: 0 }]);
    expect(eve.all('MsgStatus')).toEqual([]);
    await mail.settled();
    expect(mail.all('RecvMsgFromPeer')).toEqual([]);
  });
});

test("another user's FromUId, and other fields that only the server sets, are overwritten", async () => {
  await arena.start();
  const eve = await arena.intruder();
  const mail = await arena.intruder('mail');
  const forged = {
    FromUId: 'left',
    SvrTS: 1,
    Epoch: 9,
    Offset: 9,
    UserId: 'left',
    Offline: true,
    session: 1,
    generation: 9,
  };
  eve.send('SendMsgToPeer', { ...message, ToUId: 'mail', ...forged });
  expect(await mail.next('RecvMsgFromPeer')).toMatchObject({ FromUId: 'eve', ToUId: 'mail' });
  eve.send('SendChannelMsg', { ...message, ChanId: LOBBY, MsgBody: 'forged', ...forged });
  await mail.frames.until(() => mail.all('RecvMsgFromChan').some(({ MsgBody }) => MsgBody === 'forged'));
  expect(mail.all('RecvMsgFromChan').find(({ MsgBody }) => MsgBody === 'forged')).toMatchObject({ FromUId: 'eve' });
  // Acknowledgements of messages that one never got, and of other people's.
  for (const MsgId of [0, 1, -1, 2 ** 53 - 1, 2 ** 36, 2 ** 36 + 1])
    eve.send('RecvMsgFromPeerAck', { MsgId, FromUId: 'left' });
  await eve.settled();
});

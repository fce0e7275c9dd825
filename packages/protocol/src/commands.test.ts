import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { COMMAND_FIELDS, type CommandName, decodeCommand, encodeCommand, encodeList } from './commands.js';

const frame = (cmd: unknown, content: unknown, more: object = {}): string =>
  JSON.stringify({
    Cmd: cmd,
    Encrypt: false,
    Content: typeof content === 'string' ? content : JSON.stringify(content),
    ...more,
  });

describe('frames of the published client, to the letter (wire-protocol.md appendix D)', () => {
  test.each([
    [
      'Login',
      '{"Cmd":"Login","AppId":"0123456789abcdef0123456789abcdef","Encrypt":false,"Content":"{\\"UserId\\":\\"alice\\",\\"UserSId\\":\\"e84c66ebc5ed3848ba454128805dd072\\",\\"AcsToken\\":\\"tok\\",\\"SdkVer\\":\\"1.0.15\\",\\"SessionId\\":\\"sess-1\\",\\"SvrKeepAlive\\":true}"}',
      {
        UserId: 'alice',
        UserSId: 'e84c66ebc5ed3848ba454128805dd072',
        AcsToken: 'tok',
        SdkVer: '1.0.15',
        SessionId: 'sess-1',
        SvrKeepAlive: true,
        Resume: false,
      },
    ],
    ['Logout', '{"Cmd":"Logout","Encrypt":false,"Content":""}', {}],
    [
      'JoinChannel',
      '{"Cmd":"JoinChannel","Encrypt":false,"Content":"{\\"ChanId\\":\\"room1\\"}"}',
      { ChanId: 'room1' },
    ],
    ['RenewAcsToken', '{"Cmd":"RenewAcsToken","Content":"{\\"AcsToken\\":\\"tok2\\"}"}', { AcsToken: 'tok2' }],
    [
      'SendMsgToPeer',
      '{"Cmd":"SendMsgToPeer","Encrypt":false,"Content":"{\\"MsgId\\":9627976524336,\\"FromUId\\":\\"alice\\",\\"ToUId\\":\\"bob\\",\\"MsgType\\":1,\\"MsgBody\\":\\"hello\\",\\"OfflineMsg\\":true,\\"HistoryMsg\\":false,\\"Desc\\":\\"\\"}"}',
      {
        MsgId: 9627976524336,
        ToUId: 'bob',
        MsgType: 1,
        MsgBody: 'hello',
        OfflineMsg: true,
        HistoryMsg: false,
        Desc: '',
      },
    ],
    [
      'GetChanMemberSize',
      '{"Cmd":"GetChanMemberSize","Encrypt":false,"Content":"{\\"MsgId\\":9423601725344,\\"ChanIds\\":\\"[\\\\\\"room1\\\\\\",\\\\\\"r2\\\\\\"]\\"}"}',
      { MsgId: 9423601725344, ChanIds: ['room1', 'r2'] },
    ],
    [
      'GetUserAttributes',
      '{"Cmd":"GetUserAttributes","Encrypt":false,"Content":"{\\"MsgId\\":1029305511455,\\"UserId\\":\\"bob\\",\\"Keys\\":[\\"x\\",\\"y\\"]}"}',
      { MsgId: 1029305511455, UserId: 'bob', Keys: ['x', 'y'] },
    ],
  ])('%s', (cmd, text, content) => {
    const decoded = decodeCommand(text);
    expect(decoded).toMatchObject({ ok: true, command: { cmd, content } });
  });

  test('attributes are read as a Map, so that __proto__ and constructor are data', () => {
    const text = frame('AddOrUpdateUserAttributes', {
      MsgId: 1,
      SetLocal: true,
      Attributes: '{"__proto__":"a","constructor":"b"}',
    });
    const decoded = decodeCommand(text);
    if (!decoded.ok || decoded.command.cmd !== 'AddOrUpdateUserAttributes') throw new Error('not decoded');
    expect([...decoded.command.content.Attributes]).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ]);
  });
});

describe('what is no command', () => {
  const deep = `${'['.repeat(10_000)}${']'.repeat(10_000)}`;
  test.each([
    ['not JSON', 'hello', 'malformed'],
    ['empty', '', 'malformed'],
    ['null', 'null', 'malformed'],
    ['an array', '[]', 'malformed'],
    ['a number', '7', 'malformed'],
    ['10,000 levels deep', deep, 'malformed'],
    ['no Cmd', '{"Content":"{}"}', 'malformed'],
    ['Cmd is a number', frame(7, {}), 'malformed'],
    ['Cmd from the prototype', '{"__proto__":{"Cmd":"Logout"},"Content":""}', 'malformed'],
    ['Content is an object', '{"Cmd":"Logout","Content":{}}', 'malformed'],
    ['Content is missing', '{"Cmd":"Logout"}', 'malformed'],
    ['Content is not JSON', frame('JoinChannel', 'x'), 'malformed'],
    ['Content is an array', frame('JoinChannel', '[]'), 'malformed'],
    ['Content is null', frame('JoinChannel', 'null'), 'malformed'],
    ['Content is 10,000 levels deep', frame('JoinChannel', deep), 'malformed'],
    ['Encrypt is true', frame('Logout', {}, { Encrypt: true }), 'malformed'],
    ['an unknown Cmd', frame('DropTables', { MsgId: 1 }), 'unknown-command'],
    ['a Cmd of Object.prototype', frame('constructor', {}), 'unknown-command'],
    ['the forbidden Cmd', frame('connection-state-change', {}), 'unknown-command'],
    ['a number as a string', frame('GetChanMembers', { MsgId: '1', ChanId: 'a' }), 'invalid-field'],
    ['a fraction as id', frame('GetChanMembers', { MsgId: 1.5, ChanId: 'a' }), 'invalid-field'],
    ['an id beyond 2^53', frame('GetChanMembers', { MsgId: 2 ** 53, ChanId: 'a' }), 'invalid-field'],
    ['a channel that is null', frame('JoinChannel', { ChanId: null }), 'invalid-field'],
    [
      'a body that is an object',
      frame('SendMsgToPeer', { MsgId: 1, ToUId: 'b', MsgType: 1, MsgBody: {} }),
      'invalid-field',
    ],
    ['a field from the prototype', frame('JoinChannel', '{"__proto__":{"ChanId":"a"}}'), 'invalid-field'],
    ['a list that is no list', frame('GetChanMemberSize', { MsgId: 1, ChanIds: '{"0":"a"}' }), 'invalid-field'],
    ['a list with a number', frame('GetChanMemberSize', { MsgId: 1, ChanIds: '[1]' }), 'invalid-field'],
  ])('%s', (_what, text, kind) => {
    expect(decodeCommand(text)).toMatchObject({ ok: false, problem: { kind } });
  });

  test('the ids that a reply needs are kept', () => {
    const text = frame('SendChannelMsg', { MsgId: 5, ChanId: 'room', MsgType: 'x' });
    expect(decodeCommand(text)).toMatchObject({ problem: { cmd: 'SendChannelMsg', msgId: 5, chanId: 'room' } });
  });

  test('any text is answered, never thrown at', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.object().map((value) => JSON.stringify(value)),
        ),
        (text) => {
          expect(typeof decodeCommand(text).ok).toBe('boolean');
        },
      ),
    );
  });

  test('any content of any known command is answered, never thrown at', () => {
    const names = Object.keys(COMMAND_FIELDS) as CommandName[];
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.oneof(fc.json(), fc.string()), (cmd, content) => {
        expect(typeof decodeCommand(frame(cmd, content)).ok).toBe('boolean');
      }),
    );
  });
});

test('what is encoded is decoded again, whatever the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.array(fc.string()), (body, ids) => {
      const sent = {
        MsgId: 1,
        ToUId: 'bob',
        MsgType: 1,
        MsgBody: body,
        OfflineMsg: false,
        HistoryMsg: false,
        Desc: '',
      };
      expect(decodeCommand(encodeCommand('SendMsgToPeer', sent))).toEqual({
        ok: true,
        command: { cmd: 'SendMsgToPeer', appId: undefined, content: { ...sent, Again: '' } },
      });
      const list = { MsgId: 2, ChanIds: encodeList(ids) };
      expect(decodeCommand(encodeCommand('GetChanMemberSize', list))).toMatchObject({
        command: { content: { ChanIds: ids } },
      });
    }),
  );
});

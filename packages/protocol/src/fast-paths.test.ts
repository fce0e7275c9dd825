import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeCommand, encodeCommand } from './commands.js';
import {
  acknowledgedId,
  encodeMsgStatus,
  encodePeerPush,
  encodePresence,
  encodePresencePush,
  quickChannelMessage,
  quickPeerMessage,
} from './fast-paths.js';
import { encodeServerFrame } from './server-frames.js';

const uid = fc.stringMatching(/^[a-zA-Z0-9 !#$%&()+\-:;<=.>?@[\]^_{}|~,]{1,64}$/);

test('an acknowledgement as clients write it takes the short cut', () => {
  fc.assert(
    fc.property(fc.nat(2 ** 31), uid, (id, from) => {
      expect(acknowledgedId(encodeCommand('RecvMsgFromPeerAck', { MsgId: id, FromUId: from }))).toBe(id);
    }),
  );
});

test('the short cut never answers anything else than the general decoder', () => {
  const base = encodeCommand('RecvMsgFromPeerAck', { MsgId: 1234567890, FromUId: 'alice' });
  const mutated = fc
    .tuple(
      fc.nat(base.length),
      fc.nat(3),
      fc.constantFrom('', '"', '\\', '0', '1', '-', '.', 'e', ',', '{', '}', ' ', 'x', '\n', '\u0000', 'é'),
    )
    .map(([at, cut, put]) => base.slice(0, at) + put + base.slice(at + cut));
  fc.assert(
    fc.property(mutated, (text) => {
      const short = acknowledgedId(text);
      if (short === undefined) return;
      const decoded = decodeCommand(text);
      expect(decoded).toMatchObject({ ok: true, command: { cmd: 'RecvMsgFromPeerAck', content: { MsgId: short } } });
    }),
    { numRuns: 2000 },
  );
});

test('a status is written as the general encoder writes it', () => {
  fc.assert(
    fc.property(
      fc.maxSafeNat(),
      fc.constantFrom(0, 2),
      fc.option(fc.nat(200), { nil: undefined }),
      (MsgId, Status, Code) => {
        const content = Code === undefined ? { MsgId, Status } : { MsgId, Status, Code };
        expect(encodeMsgStatus(content)).toBe(encodeServerFrame('MsgStatus', content));
      },
    ),
  );
});

const plain = fc.string({ unit: 'grapheme' }).filter((text) => JSON.stringify(text).length === text.length + 2);
const peerContent = { MsgType: 1, OfflineMsg: false, HistoryMsg: false, Desc: '' };
const channelContent = { MsgType: 1, HistoryMsg: false, Desc: '' };
const peerText = (MsgId: number, from: string, ToUId: string, MsgBody: string): string => {
  const { MsgType, ...flags } = peerContent;
  return encodeCommand('SendMsgToPeer', { MsgId, FromUId: from, ToUId, MsgType, MsgBody, ...flags });
};
const channelText = (MsgId: number, from: string, ChanId: string, MsgBody: string): string => {
  const { MsgType, ...flags } = channelContent;
  return encodeCommand('SendChannelMsg', { ChanId, FromUId: from, MsgId, MsgType, MsgBody, ...flags });
};
const id = uid.filter((text) => text !== 'null');

test('messages as clients write them take the short cut', () => {
  fc.assert(
    fc.property(fc.nat(1e13), id, id, plain, (MsgId, from, to, MsgBody) => {
      expect(quickPeerMessage(peerText(MsgId, from, to, MsgBody))).toEqual({
        MsgId,
        ToUId: to,
        MsgBody,
        ...peerContent,
        Again: '',
      });
      expect(quickChannelMessage(channelText(MsgId, from, to, MsgBody))).toEqual({
        MsgId,
        ChanId: to,
        MsgBody,
        ...channelContent,
        Again: '',
      });
    }),
  );
});

test('bodies with quotes, backslashes and control characters go the long way', () => {
  for (const body of ['"', '\\', '\n', '\u0000', 'a"b', '\\"']) {
    expect(quickPeerMessage(peerText(1, 'a', 'b', body))).toBeUndefined();
    expect(quickChannelMessage(channelText(1, 'a', 'b', body))).toBeUndefined();
  }
});

test('whatever a message looks like, the short cuts answer what the general decoder does', () => {
  const bases = [
    peerText(123456789, 'alice', 'bob', 'hello, world'),
    channelText(123456789, 'alice', 'room', 'hello, world'),
  ];
  const pieces = [
    '',
    '"',
    '\\',
    '\\"',
    '0',
    '1',
    '-',
    '.',
    'e5',
    ',',
    '{',
    '}',
    ' ',
    'x',
    '\n',
    'é',
    '\\\\',
    'true',
    '\\",\\"',
  ];
  const mutated = fc
    .tuple(fc.constantFrom(...bases), fc.nat(400), fc.nat(4), fc.constantFrom(...pieces))
    .map(([base, at, cut, put]) => base.slice(0, at) + put + base.slice(at + cut));
  fc.assert(
    fc.property(mutated, (text) => {
      const short = quickPeerMessage(text) ?? quickChannelMessage(text);
      if (short === undefined) return;
      const decoded = decodeCommand(text);
      expect(decoded.ok && decoded.command.content).toEqual(short);
    }),
    { numRuns: 20_000 },
  );
});

test('a peer message is written as the general encoder writes it', () => {
  const any = fc.string({ unit: 'binary' });
  fc.assert(
    fc.property(
      fc.maxSafeNat(),
      id,
      id,
      any,
      fc.option(any, { nil: undefined }),
      fc.boolean(),
      (MsgId, from, to, body, desc, off) => {
        const push = {
          MsgId,
          FromUId: from,
          ToUId: to,
          MsgType: 1,
          MsgBody: body,
          SvrTS: 5,
          Epoch: 1,
          Offset: 2,
          ...(desc === undefined ? {} : { Desc: desc }),
          ...(off ? { Offline: true } : {}),
        };
        expect(encodePeerPush(push)).toBe(encodeServerFrame('RecvMsgFromPeer', push));
      },
    ),
  );
});

test('presence is written as the general encoder writes it', () => {
  const peer = fc.tuple(uid, fc.constantFrom('ONLINE' as const, 'UNREACHABLE' as const, 'OFFLINE' as const));
  fc.assert(
    fc.property(fc.array(peer), (peers) => {
      const Status = peers.map(([UserId, State]) => ({ UserId, Online: State === 'OFFLINE' ? 0 : 1, State }));
      const parts = peers.map(([user, state]) => encodePresence(user, state));
      expect(encodePresencePush(parts)).toBe(encodeServerFrame('PeerOnlineStatus', { Status }));
    }),
  );
});

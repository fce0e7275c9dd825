import type { Dice } from './dice.js';
import { damaged, oddObject, oddValue } from './mutations.js';

const CALL = { CallId: 'c'.repeat(32), FromUId: 'eve', ToUId: 'calm', MsgId: 1 };
const FILE = JSON.stringify({ Id: '0'.repeat(32), Name: 'a', Size: 1, Thumb: '', ThumbType: '' });

/** A good frame of every command. */
const GOOD: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  SendMsgToPeer: {
    MsgId: 1,
    FromUId: 'eve',
    ToUId: 'eve',
    MsgType: 1,
    MsgBody: 'x',
    OfflineMsg: true,
    HistoryMsg: true,
    Desc: '',
  },
  SendChannelMsg: { ChanId: 'den', FromUId: 'eve', MsgId: 1, MsgType: 3, MsgBody: FILE, HistoryMsg: false, Desc: 'd' },
  RecvMsgFromPeerAck: { MsgId: 2 ** 36 + 1, FromUId: 'eve' },
  JoinChannel: { ChanId: 'den', MsgId: 1, Epoch: 1, Offset: 1, AttrVersion: 1 },
  LeaveChannel: { ChanId: 'den', MsgId: 1 },
  GetChanMembers: { ChanId: 'den', MsgId: 1 },
  GetChanMemberSize: { MsgId: 1, ChanIds: '["den"]' },
  AddOrUpdateUserAttributes: { MsgId: 1, SetLocal: true, Attributes: '{"a":"b"}' },
  DeleteUserAttributes: { MsgId: 1, Keys: '["a"]' },
  GetUserAttributes: { MsgId: 1, UserId: 'eve', Keys: ['a'] },
  AddOrUpdateChanAttributes: { MsgId: 1, SetChan: true, ChanId: 'den', Attributes: '{"a":"b"}', Notify: true },
  DeleteChanAttributes: { MsgId: 1, ChanId: 'den', Keys: '["a"]', Notify: true },
  GetChanAttributes: { MsgId: 1, ChanId: 'den' },
  GetChanAttributesByKeys: { MsgId: 1, ChanId: 'den', Keys: '["a"]' },
  QueryOnlineStatus: { MsgId: 1, UserIds: '["eve","calm"]' },
  SubscribeOnlineStatus: { MsgId: 1, UserIds: '["eve"]' },
  UnSubscribeOnlineStatus: { MsgId: 1, UserIds: '["eve"]' },
  QueryOnlineSubStatus: { MsgId: 1 },
  GetHistory: { MsgId: 1, PeerId: 'eve', After: 0, StartTs: 0, EndTs: 0, Limit: 10, Order: 'asc' },
  MakeCall: { ...CALL, Content: 'x', ChanId: 'den' },
  CancelCall: { ...CALL, Reason: '', Content: '' },
  AcceptCall: { ...CALL, Response: 'x' },
  RejectCall: { ...CALL, Response: 'x', Reason: 'TimeOut' },
  MakeCallAck: CALL,
  AcceptCallAck: CALL,
  RenewAcsToken: { MsgId: 1, AcsToken: 'x' },
  KeepAlive: { time: '1' },
  Login: { UserId: 'eve', UserSId: 'e'.repeat(32), AcsToken: '', SdkVer: '2.0.0', SessionId: 'x', SvrKeepAlive: true },
};
const NAMES = Object.keys(GOOD);

/** The text of a frame: most of them nearly good, since what is nonsense from the first byte on gets nowhere. */
export function oddFrame(dice: Dice): Buffer {
  const name = dice.pick(NAMES);
  const good = GOOD[name] as Readonly<Record<string, unknown>>;
  const content = JSON.stringify(dice.once(5) ? good : oddObject(dice, good));
  const app = dice.once(3) && { AppId: 'f'.repeat(32) };
  const text = JSON.stringify({ Cmd: name, ...app, Encrypt: false, Content: content });
  switch (dice.below(8)) {
    case 0:
      return damaged(dice, Buffer.from(text));
    case 1:
      return Buffer.from(JSON.stringify(oddObject(dice, JSON.parse(text) as Record<string, unknown>)));
    case 2:
      return Buffer.from(JSON.stringify(oddValue(dice)) ?? '');
    default:
      return Buffer.from(text);
  }
}

/** A masked WebSocket frame around it; `isOdd`: with wrong bits, lengths or masks now and then. */
export function framed(dice: Dice, payload: Buffer, isOdd: boolean): Buffer {
  const head = Buffer.alloc(payload.length < 126 ? 6 : payload.length < 65_536 ? 8 : 14);
  head[0] = 0x81;
  if (head.length === 6) head[1] = 0x80 | payload.length;
  else if (head.length === 8) {
    head[1] = 0xfe;
    head.writeUInt16BE(payload.length, 2);
  } else {
    head[1] = 0xff;
    head.writeBigUInt64BE(BigInt(payload.length), 2);
  }
  const mask = Buffer.from([1, 2, 3, 4].map(() => dice.below(256)));
  mask.copy(head, head.length - 4);
  const body = Buffer.from(payload.map((byte, at) => byte ^ (mask[at % 4] as number)));
  const whole = Buffer.concat([head, body]);
  return isOdd ? damaged(dice, whole) : whole;
}

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeServerFrame, encodeServerFrame } from './server-frames.js';

test('a frame has exactly the form that published clients parse (appendix D)', () => {
  expect(encodeServerFrame('SendChannelMsg', { Code: 0, ChanId: 'room1', MsgId: 2015746911250 })).toBe(
    '{"Cmd":"SendChannelMsg","Encrypt":false,"Content":"{\\"Code\\":0,\\"ChanId\\":\\"room1\\",\\"MsgId\\":2015746911250}"}',
  );
  expect(encodeServerFrame('ReqKeepAlive', {})).toBe('{"Cmd":"ReqKeepAlive","Encrypt":false,"Content":"{}"}');
});

test('every text survives the double encoding', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(), (body, ts) => {
      const text = encodeServerFrame('RecvMsgFromChan', {
        ChanId: 'c',
        FromUId: 'a',
        MsgId: 7,
        MsgType: 1,
        MsgBody: body,
        SvrTS: ts,
      });
      expect(decodeServerFrame(text)).toMatchObject({
        ok: true,
        frame: { cmd: 'RecvMsgFromChan', content: { MsgBody: body, SvrTS: ts, Desc: '' } },
      });
    }),
  );
});

test('a frame of a newer server is reported, not thrown at', () => {
  const newer = '{"Cmd":"NewThing","Content":"{}"}';
  expect(decodeServerFrame(newer)).toEqual({ ok: false, reason: 'unknown Cmd "NewThing"' });
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => typeof decodeServerFrame(text).ok === 'boolean'));
});

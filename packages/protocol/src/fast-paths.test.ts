import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeCommand, encodeCommand } from './commands.js';
import { acknowledgedId, encodeMsgStatus } from './fast-paths.js';
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

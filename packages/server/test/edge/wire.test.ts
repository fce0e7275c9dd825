/** Bytes that break the rules of WebSocket itself, or stretch them. */
import { expect, test } from 'vitest';
import { eventually, LOBBY, useArena } from './support/arena.js';
import { closeFrame, command, frame, OPCODE, type WireSocket } from './support/wire-socket.js';

const arena = useArena();
const { CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG } = OPCODE;
const KB = 1024;

async function asks(wire: WireSocket, MsgId: number, write: (text: string) => void): Promise<void> {
  const reply = wire.next('GetChanMembers');
  write(command('GetChanMembers', { MsgId, ChanId: 'elsewhere' }));
  expect(await reply).toMatchObject({ MsgId, Code: 5 });
}

const VIOLATIONS: readonly (readonly [name: string, bytes: Buffer, code: number])[] = [
  ['an unmasked frame', frame('{}', { masked: false }), 1002],
  ['reserved bit 1 (compression, which was not agreed)', frame('{}', { rsv: 4 }), 1002],
  ['reserved bit 2', frame('{}', { rsv: 2 }), 1002],
  ['reserved bit 3', frame('{}', { rsv: 1 }), 1002],
  ['opcode 3', frame('{}', { opcode: 3 }), 1002],
  ['opcode 15', frame('', { opcode: 15 }), 1002],
  ['a continuation of nothing', frame('{}', { opcode: CONTINUATION }), 1002],
  ['a new text within a fragmented one', Buffer.concat([frame('{', { fin: false }), frame('}')]), 1002],
  ['a fragmented ping', frame('', { opcode: PING, fin: false }), 1002],
  ['a ping of 126 bytes', frame('x'.repeat(126), { opcode: PING }), 1002],
  ['invalid UTF-8', frame(Buffer.from([0xff, 0xfe])), 1007],
  ['an overlong encoding', frame(Buffer.from([0xc0, 0xaf])), 1007],
  ['a surrogate in UTF-8', frame(Buffer.from([0xed, 0xa0, 0x80])), 1007],
  ['a character cut off', frame(Buffer.from([0xe2, 0x82])), 1007],
  ['a length of 2^62', frame('', { claims: 2n ** 62n }), 1009],
  ['a length of 1 MB and 1 byte', frame('', { claims: 1024n * 1024n + 1n }), 1009],
  ['2 MB in fragments of 64 KB', fragments(32, 64 * KB), 1009],
  ['20,000 fragments of one byte', fragments(20_000, 1), 1008],
  ['a close frame of one byte', frame('x', { opcode: CLOSE }), 1002],
  ['a close code that may not be sent', closeFrame(1006), 1002],
  ['a close code of 7', closeFrame(7), 1002],
  ['a close reason that is no UTF-8', closeFrame(1000, Buffer.from([0xff])), 1007],
];

function fragments(count: number, size: number): Buffer {
  const part = (index: number) =>
    frame('x'.repeat(size), { opcode: index === 0 ? TEXT : CONTINUATION, fin: index === count - 1 });
  return Buffer.concat(Array.from({ length: count }, (_, index) => part(index)));
}

test('every violation is answered by its close code, before and behind the Login', async () => {
  await arena.start();
  let number = 0;
  for (const [name, bytes, code] of VIOLATIONS) {
    for (const wire of [await arena.wire(), await arena.loggedInWire(`eve ${number++}`)]) {
      wire.write(bytes);
      expect(await wire.closeCode(), name).toBe(code);
      wire.write(closeFrame(code));
      wire.socket.end();
      await wire.gone;
    }
  }
});

test('what is allowed works: fragments, pings between them, masks, empty frames, bytes one by one', async () => {
  await arena.start({ settings: { malformedFrames: 100 } });
  const wire = await arena.loggedInWire();
  await asks(wire, 1, (text) => {
    const bytes = Buffer.from(text);
    bytes.forEach((byte, index) => {
      wire.write(frame(Buffer.from([byte]), { opcode: index === 0 ? TEXT : CONTINUATION, fin: false }));
      if (index % 10 === 5) wire.write(frame('mid', { opcode: PING }));
    });
    wire.write(frame('', { opcode: CONTINUATION }));
  });
  await eventually(() => wire.frames.calls.some(([opcode]) => opcode === PONG), 'a pong');
  await asks(wire, 2, (text) => {
    const whole = frame(text);
    const mask = Buffer.from([1, 2, 3, 4]);
    mask.copy(whole, whole.length - Buffer.byteLength(text) - 4);
    for (let i = 0; i < text.length; i++) {
      const at = whole.length - text.length + i;
      whole[at] = (whole[at] as number) ^ (mask[i % 4] as number);
    }
    for (const byte of whole) wire.write(Buffer.from([byte]));
  });
  wire.write(frame(''));
  wire.write(frame('', { opcode: BINARY }));
  await eventually(() => wire.all('ErrorNotice').length === 2, 'a notice for each empty frame');
  wire.write(frame('nobody asked', { opcode: PONG }));
  await asks(wire, 3, (text) => wire.write(frame(text)));
});

test('10,000 tiny frames in one segment: 20 notices, then 4002', async () => {
  await arena.start();
  for (const wire of [await arena.wire(), await arena.loggedInWire()]) {
    wire.write(Buffer.concat(Array.from({ length: 10_000 }, () => frame(''))));
    expect(await wire.closeCode()).toBe(4002);
    expect(wire.all('ErrorNotice')).toHaveLength(20);
  }
});

test('5,000 sound commands in one segment are all carried out, once each and in order', async () => {
  await arena.start();
  const wire = await arena.loggedInWire();
  const ask = (MsgId: number) => frame(command('GetChanMembers', { MsgId, ChanId: 'elsewhere' }));
  wire.write(Buffer.concat(Array.from({ length: 5000 }, (_, MsgId) => ask(MsgId))));
  const count = () => wire.frames.calls.length;
  await eventually(() => count() >= 5000, 'all answers');
  expect(wire.all('GetChanMembers').map(({ MsgId }) => MsgId)).toEqual(Array.from({ length: 5000 }, (_, i) => i));
});

test('pings without end from a client that does not read: it is cut, and costs no memory', async () => {
  await arena.start();
  for (const wire of [await arena.wire(), await arena.loggedInWire()]) {
    wire.pause();
    const many = Buffer.concat(Array.from({ length: 2000 }, () => frame('x'.repeat(125), { opcode: PING })));
    let isGone = false;
    wire.socket.once('error', () => {
      isGone = true;
    });
    await eventually(() => {
      wire.resume();
      wire.write(many);
      wire.pause();
      return isGone || wire.isGone;
    }, 'the end of the socket');
  }
});

test('a client that closes with any allowed code, or with none, or goes on behind it', async () => {
  await arena.start();
  for (const code of [1000, 1001, 1011, 3000, 4999]) {
    const wire = await arena.loggedInWire(`eve ${code}`);
    wire.write(Buffer.concat([closeFrame(code), frame(command('JoinChannel', { ChanId: LOBBY })), frame('x')]));
    expect(await wire.closeCode()).toBe(code);
    expect(wire.all('JoinChannel')).toEqual([]);
    expect(wire.all('ErrorNotice')).toEqual([]);
  }
  const wire = await arena.loggedInWire();
  wire.write(frame('', { opcode: CLOSE }));
  expect(await wire.closeCode()).toBe(1005);
});

test('half a frame and then silence: the session ends when its time is over', async () => {
  await arena.start();
  const wire = await arena.loggedInWire();
  wire.write(frame(command('JoinChannel', { ChanId: LOBBY })).subarray(0, 30));
  expect(await wire.closeCode()).toBe(4000);
});

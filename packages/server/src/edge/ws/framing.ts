import type { Frames, Framing } from '../../ports/transport.js';

const TEXT = 0x81;
const PING = 0x89;

/** RFC 6455 framing of what the server sends: unfragmented, unmasked, uncompressed. */
export const webSocketFraming: Framing = {
  ping: Buffer.from([PING, 0]),

  text(text: string): Frames {
    const length = Buffer.byteLength(text);
    const head = length < 126 ? 2 : length < 65536 ? 4 : 10;
    const frame = Buffer.allocUnsafe(head + length);
    frame[0] = TEXT;
    if (head === 2) frame[1] = length;
    else if (head === 4) {
      frame[1] = 126;
      frame.writeUInt16BE(length, 2);
    } else {
      frame[1] = 127;
      frame.writeBigUInt64BE(BigInt(length), 2);
    }
    frame.write(text, head, 'utf8');
    return frame;
  },

  join(parts: readonly Frames[]): Frames {
    return Buffer.concat(parts);
  },
};

import { createHash, randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

/**
 * A WebSocket client that costs as little as possible, so that the generator is not what is measured: it sends text
 * frames and hands over the text of each frame that comes. Pings are answered.
 */
export class Wire {
  onText: (text: string) => void = () => undefined;
  /** Sees the bytes of each text frame first: from `start` to `end`. True: it has been dealt with, and is no text any more. */
  onFrame: ((data: Buffer, start: number, end: number) => boolean) | undefined;
  onClose: () => void = () => undefined;
  /** Code of the close frame that came, if one did. */
  closeCode: number | undefined;
  private rest: Buffer | undefined;
  private pending: Buffer[] | undefined;

  private constructor(private readonly socket: Socket) {
    socket.on('data', (chunk) => this.read(chunk));
    socket.on('close', () => this.onClose());
    socket.on('error', () => undefined);
  }

  static open(host: string, port: number, path: string, localAddress?: string): Promise<Wire> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port, noDelay: true, ...(localAddress === undefined ? {} : { localAddress }) });
      const key = randomBytes(16).toString('base64');
      const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
      let head = '';
      socket.once('error', reject);
      socket.on('connect', () => {
        socket.write(
          `GET ${path} HTTP/1.1\r\nHost: ${host}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
            `Sec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
        );
      });
      const onHead = (chunk: Buffer): void => {
        head += chunk.toString('latin1');
        const end = head.indexOf('\r\n\r\n');
        if (end < 0) return;
        socket.off('data', onHead);
        socket.off('error', reject);
        if (!head.startsWith('HTTP/1.1 101') || !head.includes(accept)) {
          socket.destroy();
          reject(new Error(`no upgrade: ${head.slice(0, 80)}`));
          return;
        }
        const wire = new Wire(socket);
        resolve(wire);
        const more = Buffer.from(head.slice(end + 4), 'latin1');
        if (more.length > 0) queueMicrotask(() => wire.read(more));
      };
      socket.on('data', onHead);
    });
  }

  /** Sends what is sent in one turn in one write. */
  send(text: string): void {
    const frame = masked(text);
    if (this.pending) {
      this.pending.push(frame);
      return;
    }
    this.pending = [frame];
    setImmediate(() => {
      const frames = this.pending ?? [];
      this.pending = undefined;
      this.socket.write(frames.length === 1 ? (frames[0] as Buffer) : Buffer.concat(frames));
    });
  }

  /** Reads nothing any more. */
  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  close(): void {
    this.socket.destroy();
  }

  private read(chunk: Buffer): void {
    let data = this.rest ? Buffer.concat([this.rest, chunk]) : chunk;
    this.rest = undefined;
    for (;;) {
      if (data.length < 2) break;
      const opcode = (data[0] as number) & 0x0f;
      let length = (data[1] as number) & 0x7f;
      let at = 2;
      if (length === 126) {
        if (data.length < 4) break;
        length = data.readUInt16BE(2);
        at = 4;
      } else if (length === 127) {
        if (data.length < 10) break;
        length = Number(data.readBigUInt64BE(2));
        at = 10;
      }
      if (data.length < at + length) break;
      if (opcode === 1) {
        if (!this.onFrame?.(data, at, at + length)) this.onText(data.toString('latin1', at, at + length));
      } else if (opcode === 9) this.socket.write(Buffer.from([0x8a, 0x80, 0, 0, 0, 0]));
      else if (opcode === 8) {
        this.closeCode = length >= 2 ? data.readUInt16BE(at) : undefined;
        this.socket.end();
      }
      data = data.subarray(at + length);
    }
    if (data.length > 0) this.rest = data;
  }
}

/** A masked text frame; the mask is not zero, as from a browser. */
function masked(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const head = length < 126 ? 6 : 8;
  if (length > 65_535) throw new Error('the benchmark sends no longer frames');
  const frame = Buffer.allocUnsafe(head + length);
  frame[0] = 0x81;
  if (head === 6) frame[1] = 0x80 | length;
  else {
    frame[1] = 0xfe;
    frame.writeUInt16BE(length, 2);
  }
  frame.writeUInt32BE(0x0a0b0c0d, head - 4);
  frame.write(text, head, 'utf8');
  for (let i = 0; i < length; i++) {
    const index = head + i;
    frame[index] = (frame[index] as number) ^ (0x0a + (i & 3));
  }
  return frame;
}

/** A TCP connection to the server of which the test writes every byte, with just enough of a reader for the answers. */
import { connect, type Socket } from 'node:net';
import { Recorder } from 'ar-rtm-testkit/recorder';

export const OPCODE = { CONTINUATION: 0, TEXT: 1, BINARY: 2, CLOSE: 8, PING: 9, PONG: 10 } as const;

export interface FrameOptions {
  readonly opcode?: number;
  readonly fin?: boolean;
  /** The three reserved bits as a number. */
  readonly rsv?: number;
  readonly masked?: boolean;
  /** What the length field claims. */
  readonly claims?: bigint;
}

/** One frame of a client (RFC 6455). */
export function frame(payload: string | Uint8Array, options: FrameOptions = {}): Buffer {
  const { opcode = OPCODE.TEXT, fin = true, rsv = 0, masked = true, claims } = options;
  const body = Buffer.from(payload as string);
  const length = claims ?? BigInt(body.length);
  const extended = length < 126n ? 0 : length < 65_536n ? 2 : 8;
  const head = Buffer.alloc(2 + extended);
  head[0] = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  head[1] = (masked ? 0x80 : 0) | (extended === 0 ? Number(length) : extended === 2 ? 126 : 127);
  if (extended === 2) head.writeUInt16BE(Number(length), 2);
  if (extended === 8) head.writeBigUInt64BE(length, 2);
  // A mask of zeros changes nothing.
  return Buffer.concat([head, Buffer.alloc(masked ? 4 : 0), body]);
}

/** A close frame. */
export function closeFrame(code: number, reason: string | Uint8Array = ''): Buffer {
  const body = Buffer.concat([Buffer.alloc(2), Buffer.from(reason as string)]);
  body.writeUInt16BE(code);
  return frame(body, { opcode: OPCODE.CLOSE });
}

/** The text of one command, as clients write it. */
export function command(Cmd: string, content: unknown): string {
  return JSON.stringify({ Cmd, Encrypt: false, Content: JSON.stringify(content) });
}

export class WireSocket {
  /** Frames of the server. */
  readonly frames = new Recorder<[opcode: number, payload: Buffer]>();
  /** The socket is gone. */
  readonly gone: Promise<void>;
  isGone = false;
  private buffer = Buffer.alloc(0);
  private upgraded = false;
  private onHead: (() => void) | undefined;

  private constructor(readonly socket: Socket) {
    socket.on('error', () => undefined);
    this.gone = new Promise((resolve) => {
      socket.on('close', () => {
        this.isGone = true;
        this.onHead?.();
        resolve();
      });
    });
    // Half open as long as the server lets us: only a write tells whether it closed all of the socket or its half.
    socket.on('end', () => {
      this.onHead?.();
      const poke = setInterval(() => socket.write('\n'), 20);
      socket.on('close', () => clearInterval(poke));
    });
    socket.on('data', (data) => {
      this.buffer = Buffer.concat([this.buffer, data]);
      if (this.upgraded) this.read();
      else this.onHead?.();
    });
  }

  static async connect(port: number, localAddress?: string): Promise<WireSocket> {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, ...(localAddress ? { localAddress } : {}) });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new WireSocket(socket);
  }

  /** What came before any upgrade. */
  get text(): string {
    return this.buffer.toString('latin1');
  }

  write(data: string | Uint8Array): void {
    this.socket.write(data);
  }

  /** Sends a request and answers the whole head of the response, and as much of the body as there is. */
  async request(text: string): Promise<string> {
    this.buffer = Buffer.alloc(0);
    this.write(text);
    await this.head();
    return this.text;
  }

  async upgrade(headers = ''): Promise<void> {
    const head = await this.request(upgradeRequest(headers));
    if (!head.startsWith('HTTP/1.1 101')) throw new Error(`no upgrade: ${head}`);
    this.upgraded = true;
    this.buffer = this.buffer.subarray(this.buffer.indexOf('\r\n\r\n') + 4);
    this.read();
  }

  /** The code of the server's close frame; 1006 when the socket went without one. */
  async closeCode(limitMs = 30_000): Promise<number> {
    const closing = () => this.frames.calls.find(([opcode]) => opcode === OPCODE.CLOSE);
    const seen = this.frames.until(() => closing() !== undefined, limitMs);
    await Promise.race([seen, this.gone]);
    seen.catch(() => undefined);
    const payload = closing()?.[1];
    return payload === undefined ? 1006 : payload.length < 2 ? 1005 : payload.readUInt16BE();
  }

  /** The server's text frames with this Cmd. */
  all(cmd: string): Record<string, unknown>[] {
    return this.frames.calls
      .filter(([opcode]) => opcode === OPCODE.TEXT)
      .map(([, payload]) => JSON.parse(payload.toString()) as { Cmd: string; Content: string })
      .filter(({ Cmd }) => Cmd === cmd)
      .map(({ Content }) => JSON.parse(Content) as Record<string, unknown>);
  }

  async next(cmd: string): Promise<Record<string, unknown>> {
    const count = this.all(cmd).length;
    await this.frames.until(() => this.all(cmd).length > count);
    return this.all(cmd)[count] as Record<string, unknown>;
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  destroy(): void {
    this.socket.destroy();
  }

  /** Logs out if it can, and is gone. */
  async leave(): Promise<void> {
    if (this.upgraded && !this.isGone && !this.socket.isPaused() && this.all('Login').length > 0) {
      this.write(frame(JSON.stringify({ Cmd: 'Logout', Content: '' })));
      await Promise.race([this.closeCode(500).catch(() => undefined), this.gone]);
    }
    this.socket.destroy();
  }

  private head(): Promise<void> {
    return new Promise((resolve) => {
      this.onHead = () => {
        if (this.isGone || this.socket.readableEnded || this.buffer.includes('\r\n\r\n')) resolve();
      };
      this.onHead();
    });
  }

  private read(): void {
    for (;;) {
      const { buffer } = this;
      if (buffer.length < 2) return;
      const short = (buffer[1] as number) & 0x7f;
      const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
      if (buffer.length < 2 + extended) return;
      const length =
        extended === 0 ? short : extended === 2 ? buffer.readUInt16BE(2) : Number(buffer.readBigUInt64BE(2));
      const end = 2 + extended + length;
      if (buffer.length < end) return;
      this.buffer = buffer.subarray(end);
      this.frames.add([(buffer[0] as number) & 0x0f, buffer.subarray(2 + extended, end)]);
    }
  }
}

export function upgradeRequest(headers = ''): string {
  return (
    'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
    `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${headers}\r\n`
  );
}

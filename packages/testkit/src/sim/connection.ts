import type { Transport, TransportEvents } from 'ar-rtm-server/ports';
import { textsOf } from '../websocket-texts.js';
import { Lane } from './lane.js';
import type { SimProcess } from './process.js';
import type { ClientSocket, SocketHandlers } from './product.js';
import type { Scheduler } from './scheduler.js';

/** A close frame that nobody answers ends the socket after this time, as `ws` does it. */
const CLOSE_PATIENCE_MS = 5000;

interface Ends {
  readonly client: SimProcess;
  readonly server: SimProcess;
  readonly handlers: SocketHandlers;
}

/** How a connection breaks. An end that has no time finds out by itself, if at all. */
export interface Cut {
  readonly clientSeesMs?: number | undefined;
  readonly serverSeesMs?: number | undefined;
  /** What the client had sent before arrives after this time, behind what it sends on other connections. */
  readonly lateMs?: number | undefined;
}

/** One WebSocket between an app and a node, seen from both ends. */
export class SimConnection implements Transport {
  readonly remoteAddress = 'simulated';
  readonly reachedHost = undefined;
  readonly clientEnd: ClientSocket = { send: (text) => this.send(text), close: () => this.closeByClient() };
  readonly up: Lane;
  readonly down: Lane;
  private events: TransportEvents | undefined;
  private isClientOver = false;
  private isServerClosing = false;
  private isPaused = false;
  private readonly unread: (() => void)[] = [];

  constructor(
    private readonly scheduler: Scheduler,
    readonly ends: Ends,
    delayMs: () => number,
    private readonly over: (connection: SimConnection) => void,
    private readonly heard: () => void,
    private readonly trace: (text: () => string) => void,
  ) {
    this.up = new Lane(scheduler, delayMs);
    this.down = new Lane(scheduler, delayMs, () => ends.server.enter(() => this.events?.drained()));
  }

  get isOver(): boolean {
    return this.isClientOver && this.events === undefined;
  }

  /** The node has taken the socket: the client is told. */
  open(events: TransportEvents): void {
    this.events = events;
    this.down.carry(0, () => this.toClient(() => this.ends.handlers.onOpen()));
  }

  // --- the client's end ---

  private send(text: string): void {
    if (this.isClientOver) return;
    this.trace(() => `> ${text.slice(0, 200)}`);
    this.up.carry(text.length, () =>
      this.toServer(() => {
        // A Login that a node cannot carry out, cut off from the engine, keeps no session alive.
        if (!text.startsWith('{"Cmd":"Login"')) this.heard();
        this.events?.received(text, text.length);
      }),
    );
  }

  /** Everything sent before still arrives, and then the close frame. */
  closeByClient(code = 1000): void {
    if (this.isClientOver) return;
    this.trace(() => `> close ${code}`);
    this.isClientOver = true;
    this.up.carry(0, () => this.toServer(() => this.serverSees(code, true)));
    this.down.cut();
  }

  // --- the server's end ---

  write(frames: Uint8Array): boolean {
    if (this.isServerClosing) return true;
    let isFree = true;
    for (const { text, bytes } of textsOf(frames)) {
      this.trace(() => `< ${text.slice(0, 300)}`);
      isFree = this.down.carry(bytes, () => this.toClient(() => this.ends.handlers.onText(text)));
    }
    return isFree;
  }

  get bufferedBytes(): number {
    return this.down.bufferedBytes;
  }

  close(code: number): void {
    if (this.isServerClosing) return;
    this.trace(() => `< close ${code}`);
    this.isServerClosing = true;
    this.down.carry(0, () =>
      this.toClient(() => {
        this.isClientOver = true;
        this.up.carry(0, () => this.toServer(() => this.serverSees(code, true)));
        this.ends.handlers.onClose();
      }),
    );
    this.ends.server.after(CLOSE_PATIENCE_MS, () => this.serverSees(1006, false));
  }

  terminate(): void {
    this.trace(() => '< terminate');
    this.isServerClosing = true;
    this.ends.server.after(0, () => this.serverSees(1006, false));
    this.down.carry(0, () => this.clientSees());
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
    for (const read of this.unread.splice(0)) this.ends.server.after(0, read);
  }

  // --- the network ---

  cut({ clientSeesMs, serverSeesMs, lateMs }: Cut): void {
    this.trace(() => `cut ${JSON.stringify({ clientSeesMs, serverSeesMs, lateMs })}`);
    this.up.cut(lateMs);
    this.down.cut();
    const { nowMs } = this.scheduler;
    if (clientSeesMs !== undefined) this.scheduler.at(nowMs + clientSeesMs, () => this.clientSees());
    if (serverSeesMs === undefined) return;
    const seenMs = nowMs + serverSeesMs + (lateMs ?? 0) + 1000 * (lateMs === undefined ? 0 : 1);
    this.scheduler.at(seenMs, () => this.ends.server.enter(() => this.serverSees(1006, false)));
  }

  private toClient(task: () => void): void {
    this.ends.client.enter(() => {
      if (!this.isClientOver) task();
    });
  }

  private toServer(task: () => void): void {
    this.ends.server.enter(() => {
      if (this.isPaused) this.unread.push(task);
      else task();
    });
  }

  private clientSees(): void {
    this.toClient(() => {
      this.isClientOver = true;
      this.up.cut();
      this.ends.handlers.onClose();
      this.over(this);
    });
  }

  private serverSees(code: number, byClient: boolean): void {
    const { events } = this;
    if (!events) return;
    this.events = undefined;
    this.isServerClosing = true;
    events.closed(code, byClient);
    this.over(this);
  }
}

import {
  CHANNEL_FRAMES,
  type CommandName,
  encodeEnvelope,
  PEER_FRAMES,
  SESSION_FRAMES,
  type ServerFrame,
  serverFrameDecoder,
  TIMES,
} from 'ar-rtm-protocol';
import type { Cancel, Clock, Environment, Socket } from '../ports.js';
import type { Logger } from './logger.js';

/** Frames of the features that this SDK has. */
const decodeFrame = serverFrameDecoder({ ...SESSION_FRAMES, ...PEER_FRAMES, ...CHANNEL_FRAMES });

/** Who is told what comes over a link; it changes hands once the login is accepted. */
export interface LinkHandlers {
  onOpen?(): void;
  onFrame(frame: ServerFrame): void;
  /** The connection has ended. Nothing follows. `silentMs`: time since the server was last heard. */
  onDown(silentMs: number): void;
}

/** A timer this late was held up with everything else: what has arrived meanwhile is read before judging. */
const LATE_MS = 500;

/** One socket, as frames, with the liveness check of design 4. */
export class Link {
  handlers: LinkHandlers;
  private readonly clock: Clock;
  private readonly socket: Socket;
  private lastHeard: number;
  private limitMs = Number.POSITIVE_INFINITY;
  private timer: Cancel | undefined;

  constructor(
    environment: Environment,
    private readonly logger: Logger,
    url: string,
    handlers: LinkHandlers,
  ) {
    this.handlers = handlers;
    this.clock = environment.clock;
    this.lastHeard = this.clock.now();
    this.socket = environment.network.openSocket(url, {
      onOpen: () => this.handlers.onOpen?.(),
      onText: (text) => this.receive(text),
      // Every close code is a cut for us, 1000 included (api.md 7.3).
      onClose: () => this.down(),
    });
  }

  send(cmd: CommandName, content: object, appId?: string): void {
    this.socket.send(encodeEnvelope(cmd, content, appId));
  }

  /** From now on, silence of the server for more than its heartbeat is a cut. */
  watch(heartbeatMs: number): void {
    this.limitMs = heartbeatMs + TIMES.HEARTBEAT_SLACK_MS;
    this.checkAfter(this.limitMs);
  }

  /** Ends the connection without telling the handlers. */
  close(): void {
    this.timer?.();
    this.socket.close();
  }

  private receive(text: string): void {
    this.lastHeard = this.clock.now();
    const result = decodeFrame(text);
    if (!result.ok) {
      this.logger.warn(`frame ignored: ${result.reason}`);
      return;
    }
    // Answered here, at once: the server's clock must not depend on timers, which browsers slow down in hidden pages.
    if (result.frame.cmd === 'ReqKeepAlive') this.send('KeepAlive', { time: String(this.clock.wallTime()) });
    else this.handlers.onFrame(result.frame);
  }

  private checkAfter(delayMs: number): void {
    const due = this.clock.now() + delayMs;
    this.timer = this.clock.after(delayMs, () => {
      const now = this.clock.now();
      const restMs = this.lastHeard + this.limitMs - now;
      if (restMs > 0) this.checkAfter(restMs);
      else if (now - due > LATE_MS) this.checkAfter(LATE_MS);
      else this.down();
    });
  }

  private down(): void {
    this.close();
    this.handlers.onDown(this.clock.now() - this.lastHeard);
  }
}

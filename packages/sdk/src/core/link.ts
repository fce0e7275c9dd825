import { type CommandName, encodeEnvelope, TIMES } from 'ar-rtm-protocol';
import type { Cancel, Environment } from '../ports.js';
import { readFrame, type ServerFrame } from './frames.js';
import type { Logger } from './logger.js';

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
export interface Link {
  handlers: LinkHandlers;
  send(cmd: CommandName, content: object, appId?: string): void;
  /** From now on, silence of the server for more than its heartbeat is a cut. */
  watch(heartbeatMs: number): void;
  /** The page or the network is back: whether the connection has outlived that is found out soon. */
  wake(): void;
  /** Ends the connection without telling the handlers. */
  close(): void;
}

export function openLink(
  { clock, network }: Pick<Environment, 'clock' | 'network'>,
  logger: Logger,
  url: string,
  handlers: LinkHandlers,
): Link {
  let lastHeard = clock.now();
  let lastHeardWall = clock.wallTime();
  /** None while nobody watches. */
  let limitMs = Infinity;
  let stopTimer: Cancel | undefined;

  const link: Link = {
    handlers,
    send: (cmd, content, appId) => socket.send(encodeEnvelope(cmd, content, appId)),
    watch(heartbeatMs) {
      limitMs = heartbeatMs + TIMES.HEARTBEAT_SLACK_MS;
      checkAfter(limitMs);
    },
    wake() {
      // While a machine sleeps, `now` may stand still, and all timers with it.
      const heardAt = lastHeardWall;
      if (clock.wallTime() - heardAt <= limitMs) return;
      stopTimer?.();
      stopTimer = clock.after(LATE_MS, () => {
        if (lastHeardWall === heardAt) down();
        else checkAfter(limitMs);
      });
    },
    close() {
      stopTimer?.();
      socket.close();
    },
  };

  const down = () => {
    link.close();
    link.handlers.onDown(clock.now() - lastHeard);
  };

  const checkAfter = (delayMs: number) => {
    const due = clock.now() + delayMs;
    stopTimer = clock.after(delayMs, () => {
      const now = clock.now();
      const restMs = lastHeard + limitMs - now;
      if (restMs > 0) checkAfter(restMs);
      else if (now - due > LATE_MS) checkAfter(LATE_MS);
      else down();
    });
  };

  const socket = network.openSocket(url, {
    onOpen: () => link.handlers.onOpen?.(),
    onText(text) {
      lastHeard = clock.now();
      lastHeardWall = clock.wallTime();
      // One that is not sound, or not as its reader expects it, harms nothing else.
      try {
        const frame = readFrame(text);
        logger.debug(`frame: ${frame.cmd}`);
        // Answered here, at once: the server's clock must not depend on timers, which browsers slow down in hidden pages.
        if (frame.cmd === 'ReqKeepAlive') link.send('KeepAlive', { time: String(clock.wallTime()) });
        else link.handlers.onFrame(frame);
      } catch (error) {
        logger.warn(`frame ignored: ${error}`);
      }
    },
    // Every close code is a cut for us, 1000 included (api.md 7.3).
    onClose: down,
  });
  return link;
}

import type { Counters, Engine, Logger } from 'ar-rtm-server/ports';
import type { SimConnection } from './connection.js';
import { bound } from './engine-tap.js';
import type { Reachable } from './network.js';
import type { SimProcess } from './process.js';

/** The servers of one world, and what can happen to them. */
export interface Servers {
  /** Nodes whose process runs. */
  readonly nodes: readonly Reachable[];
  start(): void;
  /** Does something bad to a server, chosen by chance. */
  hurt(): void;
  /** Ends everything bad, and starts what is not running. */
  heal(): void;
  /** Live objects by kind, of nodes and engine. */
  census(): Readonly<Record<string, number>>;
}

export const COUNTERS: Counters = { add: () => undefined };

/** Complains about every line of level `error`, as long as the process that logs it lives. */
export function complainingLogger(
  process: SimProcess,
  complaints: string[],
  trace: (who: string, text: () => string) => void,
): Logger {
  const line = (fields: Readonly<Record<string, unknown>>, text: string): string => {
    const { err } = fields;
    return `${process.name}: ${text}${err instanceof Error ? `: ${err.stack ?? err.message}` : ''}`;
  };
  const logger: Logger = {
    error: (fields, text) => {
      if (process.isAlive) complaints.push(line(fields, text));
    },
    warn: (fields, text) => trace(process.name, () => line(fields, text)),
    info: (fields, text) => trace(process.name, () => line(fields, text)),
    debug: () => undefined,
    child: () => logger,
  };
  return logger;
}

/**
 * An engine outside the process of its node: answers, feeds and notices reach the node as events, later when it stalls and
 * never when it is dead.
 */
export function throughProcess(engine: Engine, process: SimProcess): Engine {
  return {
    nodes: entering(engine.nodes, process),
    registry: entering(engine.registry, process),
    inboxes: entering(engine.inboxes, process),
    channels: entering(engine.channels, process),
    attributes: entering(engine.attributes, process),
    presence: entering(engine.presence, process),
    history: entering(engine.history, process),
    calls: entering(engine.calls, process),
    media: entering(engine.media, process),
    directory: entering(engine.directory, process),
  };
}

function entering<P extends object>(port: P, process: SimProcess): P {
  const methods = bound(port) as Record<string, (argument: unknown) => unknown>;
  const entries = Object.entries(methods).map(([name, method]) => {
    if (name.startsWith('on')) {
      const register = (handler: (pushed: unknown) => void) =>
        method((pushed: unknown) => process.enter(() => handler(pushed)));
      return [name, register];
    }
    const call = (request: unknown) =>
      new Promise((resolve, reject) => {
        (method(request) as Promise<unknown>).then(
          (result) => process.after(0, () => resolve(result)),
          (error: unknown) => process.after(0, () => reject(error)),
        );
      });
    return [name, call];
  });
  return Object.fromEntries(entries) as P;
}

/** The process ends: its sockets break, which the apps see soon or, when the whole machine is gone, not at all. */
export function breakSockets(
  connections: Set<SimConnection>,
  seenWithinMs: (connection: SimConnection) => number | undefined,
): void {
  for (const connection of [...connections]) connection.cut({ clientSeesMs: seenWithinMs(connection) });
  connections.clear();
}

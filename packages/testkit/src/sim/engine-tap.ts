import type { Channels, Engine, History as HistoryPort, Inboxes } from 'ar-rtm-server/ports';
import { type History, type InboxFact, listIn } from './history.js';
import type { Scheduler } from './scheduler.js';

type Position = Awaited<ReturnType<Channels['subscribe']>>['end'];

const READ_LIMIT = 500;

/**
 * Sits right at the engine and notes what it accepts: the truth that apps are compared with. It only reads, over the same
 * port as nodes do.
 */
export class EngineTap {
  /** End of what was noted, by app and channel. */
  readonly #noted = new Map<string, Position>();

  constructor(
    private readonly scheduler: Scheduler,
    private readonly history: History,
    private readonly silentMsOf: (uid: string) => number,
    private readonly trace: (who: string, text: () => string) => void,
  ) {}

  wrap(engine: Engine): Engine {
    const { inboxes, channels, history } = engine;
    return {
      ...engine,
      inboxes: this.#inboxes(inboxes),
      channels: this.#channels(channels),
      history: this.#archive(history),
    };
  }

  #inboxes(inboxes: Inboxes): Inboxes {
    return {
      ...bound(inboxes),
      send: async (request) => {
        const { from, body: text, offline } = request.message;
        const facts = listIn(this.history.inboxes, request.to);
        const fact: InboxFact = { atMs: this.scheduler.nowMs, from, text, offline, outcome: 'unanswered', place: 0 };
        facts.push(fact);
        const result = await inboxes.send(request);
        this.trace('engine', () => `inbox ${request.to}: "${text.slice(0, 20)}" of ${from} ${JSON.stringify(result)}`);
        const place = 'position' in result ? result.position.epoch * 2 ** 36 + result.position.offset : 0;
        const isRepeated = facts.some((one) => one !== fact && (place > 0 ? one.place === place : one.text === text));
        // A repeated request that was recognised adds nothing.
        if (isRepeated || result.outcome === 'unknown' || result.outcome === 'acknowledged') {
          facts.splice(facts.indexOf(fact), 1);
        } else Object.assign(fact, { outcome: result.outcome, place });
        return result;
      },
    };
  }

  #archive(port: HistoryPort): HistoryPort {
    return {
      ...bound(port),
      append: async (request) => {
        const result = await port.append(request);
        if (result.outcome !== 'kept') return result;
        const { body } = request.message;
        const offsets = this.history.archived.get(body) ?? new Set();
        this.history.archived.set(body, offsets.add(result.offset));
        return result;
      },
    };
  }

  #channels(channels: Channels): Channels {
    const noting =
      <A extends { readonly appId: string; readonly channelId: string }, R>(method: (request: A) => Promise<R>) =>
      async (request: A): Promise<R> => {
        const atMs = this.scheduler.nowMs;
        const result = await method(request);
        await this.#note(channels, request.appId, request.channelId, atMs);
        return result;
      };
    return {
      ...bound(channels),
      join: noting((request) => channels.join(request)),
      leave: noting((request) => channels.leave(request)),
      publish: noting((request) => channels.publish(request)),
    };
  }

  /** Notes what was written to a channel's log since the last time. */
  async #note(channels: Channels, appId: string, channelId: string, atMs: number): Promise<void> {
    const key = `${appId}/${channelId}`;
    const facts = listIn(this.history.channels, channelId);
    for (;;) {
      const after = this.#noted.get(key) ?? { epoch: 0, offset: 0 };
      const answer = await channels.read({ appId, channelId, after, limit: READ_LIMIT, timeoutMs: 1000 });
      const known = this.#noted.get(key);
      for (const { position, entry } of answer.entries) {
        if (
          known &&
          (position.epoch < known.epoch || (position.epoch === known.epoch && position.offset <= known.offset))
        ) {
          continue;
        }
        const uid = entry.kind === 'message' ? entry.from : entry.uid;
        const text = entry.kind === 'message' ? entry.body : '';
        const silentMs = this.silentMsOf(uid);
        this.trace(
          'engine',
          () => `channel ${channelId} ${position.epoch}/${position.offset}: ${entry.kind} ${uid} ${text.slice(0, 20)}`,
        );
        facts.push({ atMs, kind: entry.kind, uid, session: entry.session, text, silentMs });
        this.#noted.set(key, position);
      }
      if (!answer.more) return;
    }
  }
}

/** The methods of a port as functions, so that they can be spread. */
export function bound<P extends object>(port: P): P {
  const methods: Record<string, unknown> = {};
  for (let type = port; type && type !== Object.prototype; type = Object.getPrototypeOf(type)) {
    for (const name of Object.getOwnPropertyNames(type)) {
      const value = (port as Record<string, unknown>)[name];
      if (typeof value === 'function' && name !== 'constructor') methods[name] ??= value.bind(port);
    }
  }
  return methods as P;
}

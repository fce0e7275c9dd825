import { messageIdOf, type Position, positionOfMessageId } from 'ar-rtm-protocol';
import type {
  InboxEntry,
  Inboxes,
  InboxFeed,
  MessageEntry,
  PeerMessage,
  RecordChange,
  RequestKey,
  SendResult,
  SessionRef,
} from '../../ports/index.js';
import type { Core } from './core.js';
import { appendLive, hasMessage } from './inbox-feed.js';
import type { Origin } from './inbox-log.js';
import type { Handlers, UserSlot } from './state.js';

interface UserRef {
  readonly appId: string;
  readonly uid: string;
  readonly timeoutMs: number;
}

/** A message on its way, and who waits for what becomes of it. */
interface Sending {
  readonly appId: string;
  readonly to: string;
  readonly message: PeerMessage;
  readonly origin: Origin;
  readonly request?: RequestKey;
  readonly onlyIfKnown?: boolean;
  readonly timeoutMs: number;
}

const OFFLINE: SendResult = { outcome: 'offline' };
const UNKNOWN: SendResult = { outcome: 'unknown' };
const ACKNOWLEDGED: SendResult = { outcome: 'acknowledged' };

/** {@link Inboxes} in memory, durable entries in the records. Feeds are delivered before the call that caused them answers. */
export class LocalInboxes implements Inboxes {
  readonly #core: Core;
  readonly #handlers: Handlers;

  constructor(core: Core, handlers: Handlers) {
    this.#core = core;
    this.#handlers = handlers;
  }

  async send(sending: Sending): Promise<SendResult> {
    const core = this.#core;
    core.mustBeOpen();
    const { appId, to, message, request } = sending;
    const slot = core.users.findOrLoad(appId, to);
    if (request && slot?.requests.isLate(request.session, request.msgId)) return this.#repeated(slot, sending, request);
    if (sending.onlyIfKnown) return UNKNOWN;
    if (!slot?.session) return message.offline ? this.#store(sending) : OFFLINE;
    const entry = appendLive(core, slot, { message }, sending.origin, request);
    this.#remember(slot, request, entry);
    core.deliveries.flush();
    return { outcome: 'accepted', position: entry.position, ts: entry.ts };
  }

  async keep(request: UserRef & { readonly position: Position }): Promise<'kept' | 'acknowledged' | 'gone'> {
    const core = this.#core;
    core.mustBeOpen();
    const { appId, uid, position } = request;
    const slot = core.users.findOrLoad(appId, uid);
    const held = slot?.inbox.find(position);
    if (!slot) return 'gone';
    if (!held || !hasMessage(held)) return slot.inbox.wasRemoved(position) ? 'acknowledged' : 'gone';
    // Written again when it is durable already: that write may still be under way, and this one ends behind it.
    held.origin = undefined;
    await core.durability.flush(core.boxes.keep(slot, held), request.timeoutMs);
    if (slot.inbox.find(position)) return 'kept';
    return slot.inbox.wasRemoved(position) ? 'acknowledged' : 'gone';
  }

  async acknowledge(request: SessionRef & { readonly positions: readonly Position[] }): Promise<'ok' | 'stale'> {
    const core = this.#core;
    const slot = this.#slotOf(request);
    if (!slot) return 'stale';
    for (const position of request.positions) {
      const held = slot.inbox.find(position);
      if (!held) continue;
      slot.inbox.remove(held);
      if (held.entry.durable) core.durability.behind([core.boxes.erase(slot, held)]);
      if (held.origin) core.notify(held.origin.nodeId, { kind: 'acknowledged', ref: held.origin.ref });
    }
    core.deliveries.flush();
    return 'ok';
  }

  async read(request: SessionRef & { readonly after?: Position; readonly limit: number }) {
    const slot = this.#slotOf(request);
    return slot ? slot.inbox.read(request.after, Math.max(1, request.limit)) : 'stale';
  }

  async ends(request: {
    readonly appId: string;
    readonly sessions: readonly { readonly uid: string; readonly generation: number }[];
  }): Promise<readonly (Position | undefined)[]> {
    this.#core.mustBeOpen();
    const { appId } = request;
    return request.sessions.map(({ uid, generation }) => this.#core.sessionOf({ appId, uid, generation })?.inbox.end);
  }

  async stored(request: UserRef & { readonly upTo?: Position }): Promise<readonly MessageEntry[]> {
    this.#core.mustBeOpen();
    const slot = this.#core.users.findOrLoad(request.appId, request.uid);
    return slot ? slot.inbox.durable(request.upTo).map(({ entry }) => entry) : [];
  }

  async discard(request: UserRef & { readonly positions: readonly Position[] }): Promise<void> {
    const core = this.#core;
    core.mustBeOpen();
    const slot = core.users.findOrLoad(request.appId, request.uid);
    if (!slot) return;
    const changes: RecordChange[] = [];
    for (const position of request.positions) {
      const held = slot.inbox.find(position);
      if (!held?.entry.durable) continue;
      slot.inbox.remove(held);
      changes.push(core.boxes.erase(slot, held));
    }
    if (changes.length > 0) await core.durability.flush(changes, request.timeoutMs);
  }

  onFeed(handler: (feed: InboxFeed) => void): void {
    this.#handlers.inbox = handler;
  }

  async #store({ appId, to, message, request, timeoutMs }: Sending): Promise<SendResult> {
    const core = this.#core;
    const slot = core.users.load(appId, to);
    const held = slot.inbox.append({ message }, undefined, core.outside.time.wallMs(), request);
    this.#remember(slot, request, held.entry);
    if (hasMessage(held)) await core.durability.flush(core.boxes.keep(slot, held), timeoutMs);
    return { outcome: 'stored', position: held.entry.position, ts: held.entry.ts };
  }

  #remember(slot: UserSlot, request: RequestKey | undefined, { position }: InboxEntry): void {
    if (!request) return;
    const { session, msgId } = request;
    slot.requests.remember(session, msgId, messageIdOf(position), this.#core.clock.nowMs());
  }

  /**
   * What has become of the entry that the same request made before; whoever asks now waits for it from now on. `unknown` when
   * it made none, and a later one of its session did.
   */
  async #repeated(slot: UserSlot, { origin, timeoutMs }: Sending, request: RequestKey): Promise<SendResult> {
    const id = slot.requests.find(request.session, request.msgId);
    if (id === undefined) return UNKNOWN;
    const position = positionOfMessageId(Math.abs(id));
    const held = position && slot.inbox.find(position);
    if (!position) return OFFLINE;
    // A restart does not know any more what was acknowledged before it: the sign says so.
    if (!held || !hasMessage(held)) return id < 0 || slot.inbox.wasRemoved(position) ? ACKNOWLEDGED : OFFLINE;
    if (!held.entry.durable) {
      held.origin = origin;
      return { outcome: 'accepted', position, ts: held.entry.ts };
    }
    // Written again: the first write may still be under way, and this one ends behind it.
    await this.#core.durability.flush(this.#core.boxes.keep(slot, held), timeoutMs);
    return { outcome: 'stored', position, ts: held.entry.ts };
  }

  #slotOf(request: SessionRef): UserSlot | undefined {
    this.#core.mustBeOpen();
    return this.#core.sessionOf(request);
  }
}

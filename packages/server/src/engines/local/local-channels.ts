import { messageIdOf, type Position, positionOfMessageId } from 'ar-rtm-protocol';
import type {
  ChannelEntry,
  ChannelFeed,
  ChannelRef,
  Channels,
  MemberCount,
  PlacedChannelEntry,
} from '../../ports/index.js';
import type { Core } from './core.js';
import type { ChannelSlot, Handlers } from './state.js';

type Message = Extract<ChannelEntry, { kind: 'message' }>;
type PublishResult = Awaited<ReturnType<Channels['publish']>>;

const NOT_MEMBER: PublishResult = { outcome: 'not-member' };
const UNKNOWN: PublishResult = { outcome: 'unknown' };
const NO_MEMBERS: MemberCount = { count: 0, version: 0 };

/** {@link Channels} in memory. Feeds are delivered before the call that caused them answers, the caller's own included. */
export class LocalChannels implements Channels {
  readonly #core: Core;
  readonly #handlers: Handlers;

  constructor(core: Core, handlers: Handlers) {
    this.#core = core;
    this.#handlers = handlers;
  }

  async subscribe(request: ChannelRef & { readonly nodeId: string }) {
    const core = this.#core;
    core.mustBeOpen();
    const lease = core.leases.require(request.nodeId);
    const slot = core.channels.open(request.appId, request.channelId);
    slot.subscribers.add(lease);
    lease.subscriptions.add(slot);
    return { end: slot.log.end, members: slot.count, attributes: slot.attributes?.version ?? 0 };
  }

  async unsubscribe(request: ChannelRef & { readonly nodeId: string }): Promise<void> {
    const core = this.#core;
    core.mustBeOpen();
    const lease = core.leases.find(request.nodeId);
    const slot = core.channels.find(request.appId, request.channelId);
    if (!lease || !slot?.subscribers.delete(lease)) return;
    lease.subscriptions.delete(slot);
    core.channels.letGo(slot);
  }

  async join(request: ChannelRef & { readonly uid: string; readonly session: number; readonly generation: number }) {
    const core = this.#core;
    core.mustBeOpen();
    const { uid, session, generation } = request;
    const slot = core.channels.open(request.appId, request.channelId);
    const member = slot.members.get(uid);
    // A call of an older session that comes late changes nothing: the newer one is the member.
    const already = member !== undefined && member.session >= session;
    if (member?.session === session) member.generation = Math.max(member.generation, generation);
    if (!already) {
      const entries: PlacedChannelEntry[] = [];
      if (member !== undefined) entries.push(...this.#remove(slot, uid, member.session));
      slot.members.set(uid, { session, generation });
      core.channels.recount(slot);
      if (slot.members.size <= core.limits.membersReported) {
        entries.push(this.#append(slot, { kind: 'joined', uid, session }));
      }
      this.#feed(slot, entries, true);
    }
    return { already, position: slot.log.end, members: slot.count };
  }

  async leave(request: ChannelRef & { readonly uid: string; readonly session: number; readonly generation?: number }) {
    const core = this.#core;
    core.mustBeOpen();
    const { uid, session, generation } = request;
    const slot = core.channels.find(request.appId, request.channelId);
    const member = slot?.members.get(uid);
    if (!slot || member?.session !== session) return { wasMember: false };
    // A late call: its client has been cut since, and has joined again.
    if (generation !== undefined && generation < member.generation) return { wasMember: false };
    this.#feed(slot, this.#remove(slot, uid, session), true);
    core.channels.letGo(slot);
    core.channelAttributes.used(slot);
    return { wasMember: true };
  }

  async publish(
    request: ChannelRef & {
      readonly uid: string;
      readonly message: Omit<Message, 'kind' | 'from'>;
      readonly onlyIfKnown?: boolean;
      readonly byBackEnd?: boolean;
    },
  ): Promise<PublishResult> {
    const core = this.#core;
    core.mustBeOpen();
    const { uid, message } = request;
    const slot = core.channels.find(request.appId, request.channelId);
    const { session, type, body, description, origin, msgId } = message;
    if (msgId !== undefined && slot?.requests.isLate(session, msgId)) {
      const known = slot.requests.find(session, msgId);
      const position = known === undefined ? undefined : positionOfMessageId(known);
      return position ? { outcome: 'known', position } : UNKNOWN;
    }
    if (request.onlyIfKnown) return UNKNOWN;
    if (request.byBackEnd && !slot?.members.size) {
      return {
        outcome: 'accepted',
        position: slot?.log.end ?? core.channels.emptyEnd(),
        ts: core.outside.time.wallMs(),
      };
    }
    if (!slot || (!request.byBackEnd && slot.members.get(uid)?.session !== session)) return NOT_MEMBER;
    const placed = this.#append(slot, {
      kind: 'message',
      from: uid,
      session,
      type,
      body,
      description,
      origin,
      ...(msgId !== undefined && { msgId }),
    });
    if (msgId !== undefined) {
      slot.requests.remember(session, msgId, messageIdOf(placed.position), core.clock.nowMs());
    }
    this.#feed(slot, [placed], false);
    return { outcome: 'accepted', position: placed.position, ts: placed.ts };
  }

  async members(request: ChannelRef & { readonly uid: string; readonly limit: number }) {
    this.#core.mustBeOpen();
    const uids: string[] = [];
    const members = this.#core.channels.find(request.appId, request.channelId)?.members;
    if (!members) return { isMember: false, uids };
    for (const uid of members.keys()) {
      if (uids.length >= request.limit) break;
      uids.push(uid);
    }
    return { isMember: members.has(request.uid), uids };
  }

  async counts(request: {
    readonly appId: string;
    readonly channelIds: readonly string[];
  }): Promise<readonly number[]> {
    this.#core.mustBeOpen();
    return request.channelIds.map((id) => this.#core.channels.find(request.appId, id)?.members.size ?? 0);
  }

  async read(request: ChannelRef & { readonly after: Position; readonly limit: number }) {
    const core = this.#core;
    core.mustBeOpen();
    const slot = core.channels.find(request.appId, request.channelId);
    if (slot) return slot.log.read(request.after, request.limit);
    const end = core.channels.emptyEnd();
    const { epoch, offset } = request.after;
    return { entries: [], end, more: false, gap: epoch !== end.epoch || offset !== end.offset };
  }

  async ends(request: { readonly appId: string; readonly channelIds: readonly string[] }) {
    this.#core.mustBeOpen();
    const { channels } = this.#core;
    return request.channelIds.map((channelId) => {
      const slot = channels.find(request.appId, channelId);
      if (!slot) return { end: channels.emptyEnd(), members: NO_MEMBERS, attributes: 0 };
      return { end: slot.log.end, members: slot.count, attributes: slot.attributes?.version ?? 0 };
    });
  }

  onFeed(handler: (feed: ChannelFeed) => void): void {
    this.#handlers.channel = handler;
  }

  #append(slot: ChannelSlot, entry: ChannelEntry): PlacedChannelEntry {
    const { clock, channels, outside } = this.#core;
    const placed = slot.log.append(entry, clock.nowMs(), outside.time.wallMs());
    channels.watch(slot);
    return placed;
  }

  /** Takes a member out; the entry of it, if there is one. */
  #remove(slot: ChannelSlot, uid: string, session: number): PlacedChannelEntry[] {
    const isReported = slot.members.size <= this.#core.limits.membersReported;
    slot.members.delete(uid);
    this.#core.channels.recount(slot);
    return isReported ? [this.#append(slot, { kind: 'left', uid, session })] : [];
  }

  #feed(slot: ChannelSlot, entries: readonly PlacedChannelEntry[], withCount: boolean): void {
    const { deliveries } = this.#core;
    const { appId, channelId } = slot;
    const feed: ChannelFeed = { kind: 'entries', appId, channelId, entries };
    for (const { handlers } of slot.subscribers) {
      if (entries.length > 0) deliveries.post(() => handlers.channel(feed));
      if (withCount) {
        const count: ChannelFeed = { kind: 'count', appId, channelId, members: slot.count };
        deliveries.post(() => handlers.channel(count));
      }
    }
    deliveries.flush();
  }
}

import type {
  AnnouncedAttributes,
  Attribute,
  AttributeBounds,
  AttributeChange,
  AttributeOutcome,
  Attributes,
  ChannelFeed,
  ChannelRef,
  RequestKey,
  SessionRef,
} from '../../ports/index.js';
import { AttributeSet } from './attribute-set.js';
import type { Core } from './core.js';
import type { ChannelSlot } from './state.js';

interface Change {
  readonly change: AttributeChange;
  readonly bounds: AttributeBounds;
  readonly request?: RequestKey;
}

/** {@link Attributes} in memory. A change is one turn; that of a channel is then written and awaited. */
export class LocalAttributes implements Attributes {
  readonly #core: Core;

  constructor(core: Core) {
    this.#core = core;
  }

  async changeUser(request: SessionRef & Change): Promise<AttributeOutcome | 'stale'> {
    const core = this.#core;
    core.mustBeOpen();
    const session = core.sessionOf(request)?.session;
    if (!session) return 'stale';
    const { change, bounds } = request;
    session.attributes ??= new AttributeSet(core.limits);
    const nowMs = core.clock.nowMs();
    const make = ({ key, value }: Attribute) => ({ key, value });
    const outcome = session.attributes.apply({ change, bounds, request: request.request, nowMs, make });
    if (outcome === 'known') return 'done';
    core.sessionRecords.touch(session);
    return outcome;
  }

  async ofUser(request: { readonly appId: string; readonly uid: string }) {
    this.#core.mustBeOpen();
    const session = this.#core.users.find(request.appId, request.uid)?.session;
    return { isOnline: session !== undefined, attributes: session?.attributes?.all() ?? [] };
  }

  async changeChannel(
    request: ChannelRef & Change & { readonly uid: string; readonly announce: boolean },
  ): Promise<AttributeOutcome> {
    const core = this.#core;
    core.mustBeOpen();
    const slot = core.channels.open(request.appId, request.channelId);
    const outcome = core.channelAttributes.change(slot, request.uid, core.outside.time.wallMs(), request);
    if (outcome === 'too-large' || outcome === 'unknown') return outcome;
    if (outcome === 'done' && request.announce) this.#announce(slot);
    // A repeated one too: the flush of the first may have failed.
    const changes = core.channelAttributes.recordOf(slot);
    if (changes.length > 0) await core.durability.flush(changes, request.timeoutMs);
    return 'done';
  }

  async ofChannel(request: ChannelRef): Promise<AnnouncedAttributes> {
    this.#core.mustBeOpen();
    const slot = this.#core.channels.find(request.appId, request.channelId);
    return announcedOf(slot);
  }

  #announce(slot: ChannelSlot): void {
    const { deliveries } = this.#core;
    const { appId, channelId } = slot;
    const feed: ChannelFeed = { kind: 'attributes', appId, channelId, attributes: announcedOf(slot) };
    for (const { handlers } of slot.subscribers) deliveries.post(() => handlers.channel(feed));
    deliveries.flush();
  }
}

function announcedOf(slot: ChannelSlot | undefined): AnnouncedAttributes {
  return { version: slot?.attributes?.version ?? 0, attributes: slot?.attributes?.set.all() ?? [] };
}

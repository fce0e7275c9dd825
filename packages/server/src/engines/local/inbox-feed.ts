import type { Counters, InboxEntry, InboxFeed, RequestKey, Time } from '../../ports/index.js';
import type { Deliveries } from './deliveries.js';
import type { HeldEntry, HeldMessage, InboxContent, Origin } from './inbox-log.js';
import type { LocalLimits } from './limits.js';
import type { UserSlot } from './state.js';

/** What an append needs of the engine. */
interface Engine {
  readonly limits: LocalLimits;
  readonly outside: { readonly time: Time; readonly counters: Counters };
  readonly deliveries: Deliveries;
}

/** Appends a live entry to the inbox of a session and feeds it to the host. The caller flushes the deliveries. */
export function appendLive(
  engine: Engine,
  slot: UserSlot,
  content: InboxContent,
  origin?: Origin,
  request?: RequestKey,
): InboxEntry {
  const { entry } = slot.inbox.append(content, origin, engine.outside.time.wallMs(), request);
  boundInbox(engine, slot);
  const { appId, uid, session } = slot;
  if (session?.host.isHeld) {
    const feed: InboxFeed = { appId, uid, generation: session.generation, entries: [entry] };
    const { handlers } = session.host;
    engine.deliveries.post(() => handlers.inbox(feed));
  }
  return entry;
}

/** Drops the oldest live entries beyond the bounds. The newest one stays. */
function boundInbox({ limits, outside }: Engine, { inbox }: UserSlot): void {
  const { inboxLiveEntries, inboxLiveBytes } = limits;
  while (inbox.liveCount > inboxLiveEntries || (inbox.liveBytes > inboxLiveBytes && inbox.liveCount > 1)) {
    const oldest = inbox.oldest(false);
    if (!oldest) return;
    inbox.lose(oldest);
    outside.counters.add('live_entries_dropped_bound');
  }
}

export function hasMessage(held: HeldEntry): held is HeldMessage {
  return held.entry.message !== undefined;
}

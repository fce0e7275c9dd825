import type {
  AttributeBounds,
  AttributeChange,
  ChannelAttribute,
  RecordChange,
  Records,
  RequestKey,
} from '../../ports/index.js';
import { AttributeSet, type ChannelAttributeState } from './attribute-set.js';
import type { ChannelTable } from './channel-table.js';
import type { LocalLimits } from './limits.js';
import type { SerialNumbers } from './numbers.js';
import { keyParts, RECORD_KEYS } from './record-keys.js';
import { numberOf } from './record-values.js';
import type { ChannelSlot } from './state.js';

/** Requests that a record remembers: far more than clients repeat. */
const RECORDED_REQUESTS = 64;

/** Attributes of channels: in memory with their channels, and on disk. */
export class ChannelAttributes {
  readonly #channels: ChannelTable;
  readonly #versions: SerialNumbers;
  readonly #limits: LocalLimits;
  readonly #now: () => number;
  readonly #at: (dueMs: number, task: () => void) => void;
  readonly #write: (changes: readonly RecordChange[]) => void;

  constructor(options: {
    readonly channels: ChannelTable;
    readonly versions: SerialNumbers;
    readonly limits: LocalLimits;
    readonly now: () => number;
    readonly at: (dueMs: number, task: () => void) => void;
    /** Writes what no answer waits for. */
    readonly write: (changes: readonly RecordChange[]) => void;
  }) {
    this.#channels = options.channels;
    this.#versions = options.versions;
    this.#limits = options.limits;
    this.#now = options.now;
    this.#at = options.at;
    this.#write = options.write;
  }

  /** Brings back what is on disk, when the memberships are back. Time in which the server was down does not count. */
  open(records: Records): void {
    for (const { key, value } of records.scan(RECORD_KEYS.attributes)) {
      const [appId, channelId] = keyParts(key);
      if (!appId || !channelId) continue;
      const state = this.#newState((value.attributes ?? []) as readonly ChannelAttribute[]);
      state.version = numberOf(value, 'version');
      state.lastTs = numberOf(value, 'lastTs');
      for (const { session, msgId } of (value.requests ?? []) as readonly RequestKey[]) {
        state.set.requests.remember(session, msgId, 0, this.#now());
      }
      const slot = this.#channels.open(appId, channelId);
      slot.attributes = state;
      this.used(slot);
    }
  }

  change(
    slot: ChannelSlot,
    by: string,
    wallMs: number,
    request: {
      readonly change: AttributeChange;
      readonly bounds: AttributeBounds;
      readonly announce: boolean;
      readonly request?: RequestKey;
    },
  ) {
    const state = slot.attributes ?? this.#newState([]);
    const ts = Math.max(wallMs, state.lastTs);
    const { change, bounds } = request;
    const make = ({ key, value }: { readonly key: string; readonly value: string }) => ({ key, value, by, ts });
    const outcome = state.set.apply({ change, bounds, request: request.request, nowMs: this.#now(), make });
    if (outcome === 'done') {
      state.lastTs = ts;
      // Above every version before, should the epoch have been lost.
      if (request.announce) state.version = Math.max(this.#versions.next(), state.version + 1);
      // Nothing to keep and nobody to tell: no record is made of it.
      if (state.set.size > 0 || request.announce) slot.attributes = state;
    }
    this.used(slot);
    return outcome;
  }

  /** What has to be on disk before anyone is answered. */
  recordOf({ appId, channelId, attributes }: ChannelSlot): RecordChange[] {
    if (!attributes) return [];
    const { set, version, lastTs } = attributes;
    const requests = set.requests
      .all()
      .flatMap(({ session, msgIds }) => msgIds.map((msgId) => ({ session, msgId })))
      .slice(-RECORDED_REQUESTS);
    const value = { version, lastTs, attributes: set.all(), ...(requests.length > 0 && { requests }) };
    return [{ key: RECORD_KEYS.attributesOf(appId, channelId), value }];
  }

  /** The channel was used while it had no members, or has just lost the last one: its attributes are kept for a while. */
  used(slot: ChannelSlot): void {
    const { attributes } = slot;
    if (!attributes) this.#channels.letGo(slot);
    if (!attributes || slot.members.size > 0) return;
    attributes.unusedSinceMs = this.#now();
    if (!attributes.isAboutToGo) this.#watch(slot, attributes);
  }

  #watch(slot: ChannelSlot, attributes: ChannelAttributeState): void {
    attributes.isAboutToGo = true;
    this.#at(attributes.unusedSinceMs + this.#limits.emptyChannelMs, () => {
      attributes.isAboutToGo = false;
      if (slot.members.size > 0) return;
      if (this.#now() - attributes.unusedSinceMs < this.#limits.emptyChannelMs) return this.#watch(slot, attributes);
      slot.attributes = undefined;
      this.#write([{ key: RECORD_KEYS.attributesOf(slot.appId, slot.channelId) }]);
      this.#channels.letGo(slot);
    });
  }

  #newState(values: readonly ChannelAttribute[]): ChannelAttributeState {
    const set = new AttributeSet(this.#limits, values);
    return { set, version: 0, lastTs: 0, unusedSinceMs: 0, isAboutToGo: false };
  }
}

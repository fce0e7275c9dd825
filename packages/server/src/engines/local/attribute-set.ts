import { utf8Bytes } from 'ar-rtm-protocol';
import type {
  Attribute,
  AttributeBounds,
  AttributeChange,
  AttributeOutcome,
  ChannelAttribute,
  RequestKey,
} from '../../ports/index.js';
import { RequestMemory, type RequestMemoryBounds } from './request-memory.js';

export interface SetChange<Value extends Attribute> {
  readonly change: AttributeChange;
  readonly bounds: AttributeBounds;
  readonly request: RequestKey | undefined;
  readonly nowMs: number;
  readonly make: (attribute: Attribute) => Value;
}

/** The attributes of one session or one channel, and which requests have changed them. */
export class AttributeSet<Value extends Attribute> {
  readonly requests: RequestMemory;
  #values: ReadonlyMap<string, Value>;

  constructor(bounds: RequestMemoryBounds, values: readonly Value[] = []) {
    this.requests = new RequestMemory(bounds);
    this.#values = byKey(values);
  }

  get size(): number {
    return this.#values.size;
  }

  get keys(): string[] {
    return [...this.#values.keys()];
  }

  all(): Value[] {
    return [...this.#values.values()];
  }

  /** `known`: the request has been carried out before. */
  apply({ change, bounds, request, nowMs, make }: SetChange<Value>): AttributeOutcome | 'known' {
    if (request) {
      const { session, msgId } = request;
      if (this.requests.find(session, msgId) !== undefined) return 'known';
      if (this.requests.isLate(session, msgId)) return 'unknown';
    }
    const next = new Map(change.kind === 'set' ? [] : this.#values);
    if (change.kind === 'delete') for (const key of change.keys) next.delete(key);
    else {
      for (const attribute of change.attributes) next.set(attribute.key, make(attribute));
      if (!isWithin(next, bounds)) return 'too-large';
    }
    this.#values = next;
    // A change makes no entry.
    if (request) this.requests.remember(request.session, request.msgId, 0, nowMs);
    return 'done';
  }
}

/** The attributes of one channel. There are some, or members have been told that there are none any more. */
export interface ChannelAttributeState {
  readonly set: AttributeSet<ChannelAttribute>;
  /** Of the last announced change; 0 when there was none. */
  version: number;
  lastTs: number;
  /** When the channel was last used without having members. */
  unusedSinceMs: number;
  isAboutToGo: boolean;
}

function byKey<Value extends Attribute>(values: readonly Value[]): Map<string, Value> {
  return new Map(values.map((value) => [value.key, value]));
}

function isWithin(values: ReadonlyMap<string, Attribute>, { count, totalBytes }: AttributeBounds): boolean {
  let bytes = 0;
  for (const { key, value } of values.values()) bytes += utf8Bytes(key) + utf8Bytes(value);
  return values.size <= count && bytes <= totalBytes;
}

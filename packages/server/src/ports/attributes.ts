/**
 * Attributes: texts by key, of users and of channels (api.md 6). Those of a user belong to its session and end with it;
 * same slot as {@link Registry}. Those of a channel are durable; same slot as {@link Channels}. A change applies as a
 * whole or not at all, and changes of one user or channel apply one after the other.
 */
import type { RequestKey } from './inboxes.js';
import type { SessionRef } from './registry.js';

export interface Attribute {
  readonly key: string;
  readonly value: string;
}

export interface ChannelAttribute extends Attribute {
  /** Who wrote it last, and when: ms since 1970, which never goes back within a channel. */
  readonly by: string;
  readonly ts: number;
}

export type AttributeChange =
  /** `set`: these and no others. `add`: these and all others. */
  | { readonly kind: 'set' | 'add'; readonly attributes: readonly Attribute[] }
  | { readonly kind: 'delete'; readonly keys: readonly string[] };

/** What must hold after a change that writes; keys and values are counted in bytes. */
export interface AttributeBounds {
  readonly count: number;
  readonly totalBytes: number;
}

/** What the members of a channel are told: state with a version, which grows with every announced change. */
export interface AnnouncedAttributes {
  readonly version: number;
  readonly attributes: readonly ChannelAttribute[];
}

/**
 * `too-large`: nothing was changed, the bounds would not hold. `unknown`: not carried out now, because a later request of
 * the same client was, so that this one would come out of order.
 */
export type AttributeOutcome = 'done' | 'too-large' | 'unknown';

/** One channel; the same as for {@link Channels}. */
interface ChannelTarget {
  readonly appId: string;
  readonly channelId: string;
  readonly timeoutMs: number;
}

export interface Attributes {
  /**
   * Changes the attributes of a session. A `request` that is repeated changes nothing a second time: `done`, as before.
   * It is forgotten with time and by a bound.
   */
  changeUser(
    request: SessionRef & {
      readonly change: AttributeChange;
      readonly bounds: AttributeBounds;
      readonly request?: RequestKey;
    },
  ): Promise<AttributeOutcome | 'stale'>;

  /** The attributes of a user with a live session, whether its client is cut or not. */
  ofUser(request: {
    readonly appId: string;
    readonly uid: string;
    readonly timeoutMs: number;
  }): Promise<{ readonly isOnline: boolean; readonly attributes: readonly Attribute[] }>;

  /**
   * Changes the attributes of a channel on behalf of `uid`, be it a member or not; resolves when flushed. With `announce`
   * the result is fed to the nodes that follow the channel, under a new version, even if nothing has changed. A repeated
   * `request` as in `changeUser`; it is remembered on disk together with what it caused.
   *
   * A channel without members loses its attributes some minutes after the last member left, or after the last write.
   */
  changeChannel(
    request: ChannelTarget & {
      readonly uid: string;
      readonly change: AttributeChange;
      readonly bounds: AttributeBounds;
      readonly announce: boolean;
      readonly request?: RequestKey;
    },
  ): Promise<AttributeOutcome>;

  /** All attributes, and the version that was announced last; 0 when there was none. */
  ofChannel(request: ChannelTarget): Promise<AnnouncedAttributes>;
}

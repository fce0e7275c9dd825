import type { Position } from 'ar-rtm-protocol';
import type { PlacedChannelEntry } from '../ports/channels.js';
import type { Frames, Framing } from '../ports/transport.js';
import { channelFrame } from './channel-frames.js';

/** One entry on its way to the members of this node: encoded and framed once. */
export interface BatchItem {
  readonly placed: PlacedChannelEntry;
  readonly frame: Frames;
}

/**
 * The entries that one fan-out carries to every member. Who is no author of any of them gets one shared buffer that was
 * joined once; the others get their part.
 */
export class ChannelBatch {
  private joined: Frames | undefined;
  private authors: ReadonlySet<number> | undefined;

  constructor(
    private readonly framing: Framing,
    readonly items: readonly BatchItem[],
    /** The position before the first item. */
    readonly before: Position,
    /** The position of the last item, or `before` when there is none. */
    readonly last: Position,
  ) {}

  static item(framing: Framing, channelId: string, placed: PlacedChannelEntry): BatchItem {
    return { placed, frame: channelFrame(framing, channelId, placed) };
  }

  /** Whether one of the entries is by this session. */
  hasAuthor(session: number): boolean {
    this.authors ??= new Set(this.items.map((item) => item.placed.entry.session));
    return this.authors.has(session);
  }

  /** All frames in one buffer. */
  get frames(): Frames {
    if (this.joined === undefined) {
      const only = this.items.length === 1 ? this.items[0] : undefined;
      this.joined = only ? only.frame : this.framing.join(this.items.map((item) => item.frame));
    }
    return this.joined;
  }
}

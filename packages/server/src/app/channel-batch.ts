import type { Position } from 'ar-rtm-protocol';
import type { PlacedChannelEntry } from '../ports/channels.js';
import type { Frames, Framing } from '../ports/transport.js';
import { channelFrame } from './channel-frames.js';
import { isMedia } from './media/media-texts.js';

/** One entry on its way to the members of this node: encoded and framed once. */
export interface BatchItem {
  readonly placed: PlacedChannelEntry;
  readonly frame: Frames;
}

/** Addresses whose texts a batch keeps: more than honest clients use, and no room for those who make them up. */
const ADDRESSES_KEPT = 8;

/**
 * The entries that one fan-out carries to every member. Who is no author of any of them gets one shared buffer that was
 * joined once; the others get their part.
 */
export class ChannelBatch {
  private joined: Frames | undefined;
  private authors: ReadonlySet<number> | undefined;
  private inTexts: Map<string | undefined, ChannelBatch> | undefined;
  /** Whether it holds a file or image, so that not all clients can show all of it. */
  readonly hasMedia: boolean;

  constructor(
    private readonly framing: Framing,
    readonly items: readonly BatchItem[],
    /** The position before the first item. */
    readonly before: Position,
    /** The position of the last item, or `before` when there is none. */
    readonly last: Position,
  ) {
    this.hasMedia = items.some(({ placed }) => isMedia(placed.entry));
  }

  static item(framing: Framing, channelId: string, placed: PlacedChannelEntry): BatchItem {
    return { placed, frame: channelFrame(framing, channelId, placed) };
  }

  /** Whether one of the entries is by this session. */
  hasAuthor(session: number): boolean {
    this.authors ??= new Set(this.items.map((item) => item.placed.entry.session));
    return this.authors.has(session);
  }

  /**
   * The same batch with other frames for files and images: the texts that clients of one address get in their place, made
   * by `frameOf` once for all of them.
   */
  asTexts(address: string | undefined, frameOf: (placed: PlacedChannelEntry) => Frames): ChannelBatch {
    this.inTexts ??= new Map();
    const known = this.inTexts.get(address);
    if (known) return known;
    const items = this.items.map((item) =>
      isMedia(item.placed.entry) ? { placed: item.placed, frame: frameOf(item.placed) } : item,
    );
    const made = new ChannelBatch(this.framing, items, this.before, this.last);
    if (this.inTexts.size < ADDRESSES_KEPT) this.inTexts.set(address, made);
    return made;
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

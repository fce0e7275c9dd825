/** What a call was made on. */
export interface Callee {
  readonly kind: 'client' | 'channel' | 'outgoing' | 'incoming';
  /** The App ID of a client, the id of a channel, the other user of an invitation. */
  readonly id: string;
  /** The object itself, which tells two of the same id apart. */
  readonly object: object;
}

export type Outcome =
  | { readonly state: 'running' }
  | { readonly state: 'done'; readonly value: unknown; readonly tookMs: number }
  | { readonly state: 'failed'; readonly error: unknown; readonly tookMs: number };

interface Base {
  readonly id: number;
  /** In ms since 1970. */
  readonly at: number;
  /** Whose client. */
  readonly user: string;
}

/** A call of the SDK. */
export interface CallEntry extends Base {
  readonly kind: 'call';
  readonly client: object;
  readonly appId: string;
  readonly callee: Callee;
  readonly name: string;
  readonly args: readonly unknown[];
  /** What was set on the object before, such as the text of an invitation. */
  readonly set: Readonly<Record<string, string>>;
  readonly outcome: Outcome;
}

/** An event of the SDK. */
export interface EventEntry extends Base {
  readonly kind: 'event';
  readonly client: object;
  /** `client`, or the id of a channel. */
  readonly source: string;
  readonly name: string;
  readonly args: readonly unknown[];
}

/** What went over the socket. */
export interface FrameEntry extends Base {
  readonly kind: 'frame';
  readonly direction: 'in' | 'out';
  readonly name: string;
  readonly content: string;
}

export type LogEntry = CallEntry | EventEntry | FrameEntry;
export type EntryKind = LogEntry['kind'];

/** What the console reads of the answers below `/admin` (docs/admin.md). */
export interface AdminSession {
  readonly loggedIn: boolean;
  readonly csrfToken?: string;
}

export type ServerStatus = 'ready' | 'not ready' | 'overloaded';

export interface OverviewFacts {
  /** The server's clock, in ms since 1970. */
  readonly ts: number;
  readonly version: string;
  readonly nodeId: string;
  readonly status: ServerStatus;
  readonly now: Readonly<Record<string, number>>;
  readonly counters: Readonly<Record<string, number>>;
  readonly process: {
    readonly uptimeS: number;
    readonly cpuMs: { readonly user: number; readonly system: number };
    readonly memoryBytes: { readonly rss: number; readonly heapUsed: number };
    readonly loopDelayMs: { readonly p50: number; readonly p99: number; readonly max: number };
  };
  readonly storage: { readonly kind: 'durable' | 'memory' };
}

/** One page of a list. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly isComplete: boolean;
  /** For the page behind; absent behind the last. */
  readonly next?: string;
}

export interface AppItem {
  readonly appId: string;
  readonly name?: string;
}

export interface UserItem {
  readonly uid: string;
  readonly presence: Presence;
  readonly channels: number;
  readonly hasStored: boolean;
}

export interface ChannelItem {
  readonly channelId: string;
  readonly members: number;
  readonly entries: number;
}

export type Presence = 'ONLINE' | 'UNREACHABLE' | 'OFFLINE';

export interface Position {
  readonly epoch: number;
  readonly offset: number;
}

export interface UserFacts {
  readonly appId: string;
  readonly uid: string;
  readonly presence: Presence;
  readonly session?: {
    readonly nodeId: string;
    readonly isHere: boolean;
    readonly state: 'active' | 'suspended';
    readonly client: 'ours' | 'published';
    readonly beganTs: number;
    readonly silentMs?: number;
    readonly connection?: {
      readonly address: string;
      readonly sdkVersion: string;
      readonly queuedBytes: number;
      readonly queuedWrites: number;
    };
    readonly channels: readonly {
      readonly channelId: string;
      readonly members?: number;
      readonly end?: Position;
      readonly delivered?: Position;
      readonly state?: string;
    }[];
    readonly tokenEndTs?: number;
    readonly watchedPeers: number;
    readonly attributeKeys: readonly string[];
  };
  readonly inbox: {
    readonly end: Position;
    readonly oldest?: Position;
    readonly waiting: number;
    readonly stored: number;
  };
}

export interface ChannelFacts {
  readonly appId: string;
  readonly channelId: string;
  readonly memberCount: number;
  readonly log: { readonly end: Position; readonly entries: number; readonly bytes: number };
  readonly attributes: { readonly keys: readonly string[] };
  readonly members: Page<{ readonly uid: string; readonly delivered?: Position; readonly state?: string }>;
}

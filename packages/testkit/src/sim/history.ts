/** What happened in one run, as the reference model looks at it. Times are virtual milliseconds. */

/** `unknown`: no answer in time, or the session ended before it came. */
export type Outcome = 'ok' | 'refused' | 'unknown';

export interface Answer {
  readonly atMs: number;
  readonly outcome: Outcome;
  /** Name and code of the error. */
  readonly error?: string;
  readonly hasPeerReceived?: boolean;
  readonly members?: readonly string[];
  /** What was read: attributes of a user or channel. */
  readonly attributes?: Attributes;
}

export type Attributes = Readonly<Record<string, string>>;

/** A call of an app. */
export interface Call {
  readonly what:
    | ('login' | 'logout' | 'join' | 'leave' | 'channel' | 'peer' | 'members' | 'count')
    | ('watch' | 'unwatch' | 'change' | 'read');
  readonly atMs: number;
  readonly channel?: string;
  readonly to?: string;
  readonly text?: string;
  readonly offline?: boolean;
  /** Whether a change of attributes replaces them all. */
  readonly replaces?: boolean;
  /** How long it may take, stalls of the app included. */
  limitMs: number;
  answer?: Answer;
}

/** What an app was told: a message, a member event, or that something before this is missing. */
export interface Heard {
  readonly atMs: number;
  readonly kind: 'message' | 'joined' | 'left' | 'gap';
  /** Who sent, joined or left. */
  readonly from: string;
  readonly text: string;
  readonly serverTs: number;
}

/** A state that an app was told: of a peer it watches, or all attributes of a channel it is in. */
export interface Told {
  readonly atMs: number;
  readonly of: string;
  readonly value: string;
}

/** One membership as the app sees it: from `join` to `leave` or the end of the session. */
export interface Stay {
  readonly channel: string;
  readonly join: Call;
  leave?: Call;
  readonly heard: Heard[];
  /** `AttributesUpdated`. */
  readonly told: Told[];
  /** When the session ended around it. */
  endedMs?: number;
}

/** From `login` to `logout`, kick, or the end of the app. */
export interface AppSession {
  readonly login: Call;
  logout?: Call;
  /** When the app was told that it is over, or was closed. */
  endedMs?: number;
  readonly heard: Heard[];
  readonly stays: Stay[];
  /** `PeersOnlineStatusChanged`. */
  readonly told: Told[];
  /** Calls about presence and attributes. */
  readonly stateCalls: Call[];
}

export interface StateChange {
  readonly atMs: number;
  readonly state: string;
  readonly reason: string;
  readonly recovered?: boolean;
  readonly gaps?: { readonly inbox: boolean; readonly channels: readonly string[] };
  /** The longest time in which no server heard this app, since the change before. */
  readonly silentMs: number;
}

/** One invitation object of an app, made or got. */
export interface Invitation {
  readonly side: 'Local' | 'Remote';
  readonly other: string;
  /** Its content when it was made, which names it. */
  readonly text: string;
  readonly atMs: number;
  readonly session: AppSession | undefined;
  /** Its events, and the state at that moment. */
  readonly events: { readonly name: string; readonly said: string; readonly state: string }[];
  readonly state: () => string;
}

/** One instance of the SDK: a page, until it is closed. */
export interface AppRecord {
  readonly name: string;
  readonly uid: string;
  readonly sessions: AppSession[];
  readonly calls: Call[];
  readonly states: StateChange[];
  readonly invitations: Invitation[];
  /** What was heard outside a session or stay. */
  readonly stray: string[];
  goneMs?: number;
}

/** An entry of a channel's log, noted where the engine accepted it. */
export interface ChannelFact {
  readonly atMs: number;
  readonly kind: 'message' | 'joined' | 'left';
  readonly uid: string;
  readonly session: number;
  readonly text: string;
  /** How long no server had heard any app of this user. */
  readonly silentMs: number;
}

/** A peer message, noted where the engine accepted it. */
export interface InboxFact {
  readonly atMs: number;
  readonly from: string;
  readonly text: string;
  readonly offline: boolean;
  /** `unanswered`: the engine did not live to say, or could not reach its disk in time. */
  readonly outcome: 'accepted' | 'stored' | 'offline' | 'unanswered';
  /** Order in the log; 0 when nothing was written. */
  readonly place: number;
}

export interface History {
  readonly apps: AppRecord[];
  readonly channels: Map<string, ChannelFact[]>;
  readonly inboxes: Map<string, InboxFact[]>;
  /** Offsets of archived messages by text, noted where the engine said that they are on disk. */
  readonly archived: Map<string, Set<number>>;
  /** When the only process was killed: live entries are lost, the epoch grows. */
  readonly crashes: number[];
  /** From when on nothing was wrong any more, and everybody had had the time to recover. */
  quietMs: number;
  /** From when on nothing changes any more. */
  calmMs: number;
  endMs: number;
  /** What must not happen anywhere: errors logged by a server, uncaught errors, leaks. */
  readonly complaints: string[];
}

export function emptyHistory(): History {
  return {
    apps: [],
    channels: new Map(),
    inboxes: new Map(),
    archived: new Map(),
    crashes: [],
    quietMs: 0,
    calmMs: 0,
    endMs: 0,
    complaints: [],
  };
}

export function listIn<T>(map: Map<string, T[]>, key: string): T[] {
  const known = map.get(key);
  if (known) return known;
  const list: T[] = [];
  map.set(key, list);
  return list;
}

/** Some messages have the history flag: their answers wait for the disk. Texts begin with their number. */
export function isArchived(text: string): boolean {
  return Number.parseInt(text, 10) % 4 === 0;
}

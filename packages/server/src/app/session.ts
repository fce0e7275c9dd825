import { nextSessionState, type SessionEvent, type SessionState } from '../domain/session-state.js';
import { SlidingWindow } from '../domain/sliding-window.js';
import { TokenBucket } from '../domain/token-bucket.js';
import type { TokenLife } from '../domain/token-life.js';
import type { ClientProfile } from './client-profile.js';
import type { ClientSocket } from './client-socket.js';
import type { InboxPump } from './inbox-pump.js';
import type { Member } from './member.js';
import type { NodeSettings } from './settings.js';
import type { Watcher } from './watched-peer.js';

const NO_MEMBERS: readonly Member[] = [];
const WINDOWS_KEPT = 64;

/** One logged-in user as the node that hosts the session sees it; lives on through cuts of the socket. */
export class Session {
  private current: SessionState = 'suspended';
  /** Of the latest claim; calls to the engine carry it. */
  generation = 0;
  /** The socket, while there is one. */
  connection: ClientSocket | undefined;
  profile: ClientProfile | undefined;
  /** Read clock time of the last packet; starts the 6 s and 30 s (design 4). A close does not restart it. */
  lastPacketMs = 0;
  /** After a reconnect, the client's rejoins are not counted until then (read clock). */
  rejoinUntilMs = 0;
  /** The first command after a reconnect, if it sets all attributes, is the client's own restore (quirk Q16). */
  expectsAttributeRestore = false;
  /** The epoch of the engine when it was claimed last. */
  epoch = 0;
  inbox: InboxPump | undefined;
  /** Absent where no token is needed. Owned by TokenWatch. */
  token: TokenLife | undefined;
  /** Whom it watches. Owned by the presence hub. */
  watcher: Watcher | undefined;
  /** The client has been silent for the UNREACHABLE time. This and the next two are owned by Reachability. */
  isSilent = false;
  isReporting = false;
  reports = 0;
  /** Memberships being taken over from another node, or ended behind the client's back, by channel. */
  takeovers: Map<string, Promise<void>> | undefined;
  /** Over for good: logged out, silent for too long, or kicked. Not when it only moved to another node. */
  isOver = false;
  /** At most as many as a client may join, so a list is faster and smaller than a map. */
  private members: readonly Member[] = NO_MEMBERS;
  private bucket: TokenBucket | undefined;
  private windows: Map<string, SlidingWindow> | undefined;

  constructor(
    readonly appId: string,
    readonly uid: string,
    readonly userSId: string,
    /** Names the session for its whole life. */
    readonly session: number,
    /** Names the data that the numbers of the session belong to: others count anew. */
    private readonly data: string,
  ) {}

  get state(): SessionState {
    return this.current;
  }

  /** The one setter of the state. False when the event means nothing in the current state. */
  apply(event: SessionEvent): boolean {
    const next = nextSessionState(this.current, event);
    if (next === undefined) return false;
    this.current = next;
    return true;
  }

  /**
   * Names what is remembered of this session's requests. One that the client repeats under the same name may be carried out;
   * under another one nobody knows whether it was before (design 4).
   */
  get memory(): string {
    return `${this.data}/${this.session}/${this.epoch}`;
  }

  get channelCount(): number {
    return this.members.length;
  }

  memberships(): Iterable<Member> {
    return this.members;
  }

  member(channelId: string): Member | undefined {
    for (const member of this.members) if (member.channel.channelId === channelId) return member;
    return undefined;
  }

  addMember(member: Member): void {
    this.members = [...this.members, member];
  }

  removeMember(channelId: string): void {
    this.members = this.members.filter((member) => member.channel.channelId !== channelId);
  }

  /** 0 when one more message is within the budget; otherwise milliseconds until it is. Takes nothing. */
  messageWaitMs(settings: NodeSettings, nowMs: number): number {
    this.bucket ??= new TokenBucket(settings.messages, nowMs);
    return this.bucket.waitMs(settings.messages, nowMs);
  }

  /** The same, and takes one when it answers 0. */
  takeMessage(settings: NodeSettings, nowMs: number): number {
    this.bucket ??= new TokenBucket(settings.messages, nowMs);
    return this.bucket.take(settings.messages, nowMs);
  }

  /** Forgets windows that hold only the past. Called regularly: most sessions are idle most of the time. */
  trim(settings: NodeSettings, nowMs: number): void {
    if (this.windows === undefined) return;
    const { joins, sameChannelJoins, memberQueries, countQueries, presenceCalls } = settings;
    const { tokenRenewals, historyReads, callMakes } = settings;
    const { userAttributeWrites, userAttributeReads, channelAttributeWrites, channelAttributeReads } = settings;
    const rules = [
      ...[joins, sameChannelJoins, memberQueries, countQueries, presenceCalls],
      ...[tokenRenewals, historyReads, callMakes],
      ...[userAttributeWrites, userAttributeReads, channelAttributeWrites, channelAttributeReads],
    ];
    const longest = Math.max(...rules.map(({ windowMs }) => windowMs));
    for (const [name, window] of this.windows) if (window.isOlderThan(nowMs - longest)) this.windows.delete(name);
    if (this.windows.size === 0) this.windows = undefined;
  }

  /** The sliding window of one kind of call. There may be one per channel name, so old ones are forgotten. */
  window(kind: string, settings: NodeSettings, nowMs: number): SlidingWindow {
    this.windows ??= new Map();
    let window = this.windows.get(kind);
    if (window === undefined) {
      if (this.windows.size >= WINDOWS_KEPT) this.trim(settings, nowMs);
      window = new SlidingWindow();
      this.windows.set(kind, window);
    }
    return window;
  }
}

import { nextSessionState, type SessionEvent, type SessionState } from '../domain/session-state.js';
import { SlidingWindow } from '../domain/sliding-window.js';
import { TokenBucket } from '../domain/token-bucket.js';
import type { ClientProfile } from './client-profile.js';
import type { ClientSocket } from './client-socket.js';
import type { InboxPump } from './inbox-pump.js';
import type { Member } from './member.js';
import type { NodeSettings } from './settings.js';

const WINDOWS_KEPT = 64;
/** Longer than every window of the frequency limits. */
const WINDOW_AGE_MS = 60_000;

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
  /** The first attribute write after a published client's reconnect is its own restore (quirk Q16). */
  expectsAttributeRestore = false;
  inbox: InboxPump | undefined;
  /** Over for good: logged out, silent for too long, or kicked. Not when it only moved to another node. */
  isOver = false;
  private members: Map<string, Member> | undefined;
  private bucket: TokenBucket | undefined;
  private windows: Map<string, SlidingWindow> | undefined;

  constructor(
    readonly appId: string,
    readonly uid: string,
    readonly userSId: string,
    /** Names the session for its whole life. */
    readonly session: number,
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

  get channelCount(): number {
    return this.members?.size ?? 0;
  }

  memberships(): Iterable<Member> {
    return this.members?.values() ?? [];
  }

  member(channelId: string): Member | undefined {
    return this.members?.get(channelId);
  }

  addMember(channelId: string, member: Member): void {
    this.members ??= new Map();
    this.members.set(channelId, member);
  }

  removeMember(channelId: string): void {
    this.members?.delete(channelId);
    if (this.members?.size === 0) this.members = undefined;
  }

  /** 0 when one more message is within the budget; otherwise milliseconds until it is. */
  takeMessage(settings: NodeSettings, nowMs: number): number {
    this.bucket ??= new TokenBucket(settings.messages, nowMs);
    return this.bucket.take(settings.messages, nowMs);
  }

  /** The sliding window of one kind of call. There may be one per channel name, so old ones are forgotten. */
  window(kind: string, nowMs: number): SlidingWindow {
    this.windows ??= new Map();
    let window = this.windows.get(kind);
    if (window === undefined) {
      if (this.windows.size >= WINDOWS_KEPT) {
        for (const [name, old] of this.windows) if (old.isOlderThan(nowMs - WINDOW_AGE_MS)) this.windows.delete(name);
      }
      window = new SlidingWindow();
      this.windows.set(kind, window);
    }
    return window;
  }
}

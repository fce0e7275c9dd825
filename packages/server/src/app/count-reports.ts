import { encodeServerFrame } from 'ar-rtm-protocol';
import { msUntilReport } from '../domain/count-cadence.js';
import type { MemberCount } from '../ports/channels.js';
import type { Frames } from '../ports/transport.js';
import type { NodeContext } from './context.js';
import type { DeadlineWheel, Due } from './deadline-wheel.js';
import type { Member } from './member.js';

interface CountReport {
  readonly count: number;
  readonly frame: Frames;
}

/** What the members of one channel on this node are told of their number, in its cadence (api.md 4.2). */
export class CountReports implements Due {
  private lastReportMs: number | undefined;
  private dueMs: number | undefined;
  /** The next fan-out carries a report. */
  isWaiting = false;

  constructor(
    private readonly context: NodeContext,
    private readonly wheel: DeadlineWheel,
    private readonly channelId: string,
    private newest: MemberCount,
    /** Something waits for the fan-out. */
    private readonly schedule: () => void,
  ) {}

  get count(): number {
    return this.newest.count;
  }

  /** From the feed or an answer; older versions are ignored. */
  changed(members: MemberCount): void {
    if (members.version <= this.newest.version) return;
    this.newest = members;
    if (this.isWaiting || this.dueMs !== undefined) return;
    const { settings, time } = this.context;
    const now = time.monotonicMs();
    const wait = msUntilReport(settings.memberCounts, this.count, this.lastReportMs, now);
    if (wait === 0) this.wait();
    else {
      this.dueMs = now + wait;
      this.wheel.schedule(this, wait);
    }
  }

  /** What the next fan-out carries. */
  take(): CountReport | undefined {
    if (!this.isWaiting) return undefined;
    this.isWaiting = false;
    return { count: this.count, frame: this.frame() };
  }

  /** Puts a report of the fan-out on a member's socket, unless it was the last one there. */
  tell(member: Member, { count, frame }: CountReport, nowMs: number): void {
    if (member.lastCount === count) return;
    member.lastCount = count;
    member.session.connection?.outbox.push(frame);
    this.lastReportMs = nowMs;
  }

  /** Tells one member alone the newest count, unless it knows it. */
  catchUp(member: Member): void {
    if (member.lastCount === this.count) return;
    member.lastCount = this.count;
    member.session.connection?.outbox.push(this.frame());
  }

  /** The cadence allows the next report. */
  due(nowMs: number): number | undefined {
    if (this.dueMs === undefined) return undefined;
    if (nowMs < this.dueMs) return this.dueMs - nowMs;
    this.dueMs = undefined;
    this.wait();
    return undefined;
  }

  private wait(): void {
    this.isWaiting = true;
    this.schedule();
  }

  private frame(): Frames {
    const content = { ChanId: this.channelId, MemSize: this.count };
    return this.context.framing.text(encodeServerFrame('MemSizeChanged', content));
  }
}

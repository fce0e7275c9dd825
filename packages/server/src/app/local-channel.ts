import { comparePositions, type Position } from 'ar-rtm-protocol';
import type { ChannelEnd, MemberCount, PlacedChannelEntry } from '../ports/channels.js';
import { EngineUnavailable } from '../ports/engine-error.js';
import type { Frames } from '../ports/transport.js';
import { AttributeReports } from './attribute-reports.js';
import type { AuthorReplies } from './author-replies.js';
import { type BatchItem, ChannelBatch } from './channel-batch.js';
import { channelFrame } from './channel-frames.js';
import type { ClientSocket } from './client-socket.js';
import type { NodeContext } from './context.js';
import { CountReports } from './count-reports.js';
import type { DeadlineWheel } from './deadline-wheel.js';
import { pause } from './engine-failure.js';
import { isMedia, type MediaTexts } from './media/media-texts.js';
import type { AttributeReport, Member, MemberChannel } from './member.js';
import { placeOf } from './place.js';

/** Entries read back at a time. */
const READ_LIMIT = 200;
/** Pause before an engine that did not answer is asked again. */
const RETRY_MS = 200;

/** One pass over the members. */
interface Fanout {
  readonly batch: ChannelBatch;
  readonly count: ReturnType<CountReports['take']>;
  readonly attributes: readonly AttributeReport[];
  readonly targets: readonly Member[];
  readonly startedMs: number;
}

/** What a channel on this node needs from the parts around it. */
export interface ChannelSurroundings {
  readonly context: NodeContext;
  readonly wheel: DeadlineWheel;
  readonly replies: AuthorReplies;
  readonly mediaTexts: MediaTexts;
  /** Whether this node's lease is good now, by the clock. */
  mayHost(): boolean;
}

/**
 * One channel as this node sees it: follows the channel's log from the broker and carries it to the members hosted
 * here, in log order, in slices, without a hole (design 2, 8).
 *
 * Two positions: `followed` is the end of the run taken over from the log, `fanned` the end of what a fan-out has begun to
 * deliver. A member has its own `delivered`; a hole between that and the next batch is read back for that member.
 */
export class LocalChannel implements MemberChannel {
  private readonly members = new Set<Member>();
  private targets: readonly Member[] | undefined;
  private followed: Position;
  private fanned: Position;
  private latestFed: Position;
  private reading = false;
  private queue: BatchItem[] = [];
  private oldestQueuedMs = 0;
  private flushScheduled = false;
  private flushing = false;
  private flushNotBeforeMs = 0;
  private stalled: (() => void) | undefined;
  readonly counts: CountReports;
  readonly attributes: AttributeReports;
  /** A feed arrived since the last idle check. Owned by the hub. */
  touched = true;
  /** When the last member left (monotonic). Owned by the hub. */
  emptySinceMs: number | undefined;

  constructor(
    private readonly around: ChannelSurroundings,
    readonly appId: string,
    readonly channelId: string,
    start: ChannelEnd,
  ) {
    const { context, wheel } = around;
    const schedule = () => this.scheduleFlush();
    this.attributes = new AttributeReports(context, appId, channelId, start.attributes, schedule);
    this.counts = new CountReports(context, wheel, channelId, start.members, schedule);
    this.followed = this.fanned = this.latestFed = start.end;
  }

  get size(): number {
    return this.members.size;
  }

  /** How far the log is followed and fanned out to the members here, and what waits for that. */
  get progress() {
    const { followed, fanned: delivered, queue, isLagging, size: membersHere } = this;
    const waitMs = queue.length > 0 ? Math.round(this.around.context.time.monotonicMs() - this.oldestQueuedMs) : 0;
    return { membersHere, followed, delivered, queuedEntries: queue.length, waitMs, isLagging };
  }

  /** Fan-out is behind by more than the limits: sends are refused or held (design 8). */
  get isLagging(): boolean {
    const { settings, time } = this.around.context;
    if (this.queue.length === 0) return false;
    return (
      this.queue.length >= settings.fanoutEntries || time.monotonicMs() - this.oldestQueuedMs > settings.fanoutLagMs
    );
  }

  // --- members ---

  add(member: Member): void {
    this.members.add(member);
    this.targets = undefined;
    this.emptySinceMs = undefined;
  }

  remove(member: Member): void {
    member.apply('left');
    this.members.delete(member);
    this.targets = undefined;
    if (this.members.size === 0) this.emptySinceMs = this.around.context.time.monotonicMs();
  }

  /** The member's entitlement begins behind `position`, and its socket is there: deliver from now on. */
  begin(member: Member, position: Position, members: MemberCount): void {
    member.delivered = position;
    member.toldAttributes = this.attributes.version;
    // The answer may be older than what the feed has brought meanwhile.
    this.counts.changed(members);
    this.counts.catchUp(member);
    if (member.apply('joined') && comparePositions(this.fanned, position) > 0) this.catchUp(member);
  }

  get end(): Position {
    return this.fanned;
  }

  /** Whether entries behind `after` are lost, and where one that follows the log from there goes on. */
  async startBehind(after: Position): Promise<{ readonly position: Position; readonly gap: boolean }> {
    let answer: Awaited<ReturnType<LocalChannel['read']>>;
    do answer = await this.read(after, 1);
    while (answer === undefined);
    if (!answer.gap) return { position: after, gap: false };
    this.around.context.counters.add('log_gaps');
    const first = answer.entries[0]?.position;
    return { position: first ? { epoch: first.epoch, offset: first.offset - 1 } : answer.end, gap: true };
  }

  /**
   * The member's client is back and has joined again. Only from then on it listens: what lies behind `delivered` comes
   * now, behind the reply, and then what is new (design 4; wire-protocol.md 7.3, O31).
   */
  listens(member: Member): void {
    if (!member.apply('back')) return;
    member.lastCount = -1;
    member.skipped = undefined;
    if (comparePositions(this.latestFed, member.delivered) > 0) this.catchUp(member);
    this.attributes.catchUp(member);
  }

  reportTo(member: Member): void {
    this.counts.catchUp(member);
  }

  get attributesVersion(): number {
    return this.attributes.version;
  }

  reportAttributesTo(member: Member): void {
    this.attributes.catchUp(member);
  }

  get memberCount(): number {
    return this.counts.count;
  }

  // --- the log ---

  /** Entries from the feed, possibly again, out of order, or with holes. */
  feed(entries: readonly PlacedChannelEntry[]): void {
    this.touched = true;
    for (const placed of entries) {
      const { position } = placed;
      if (comparePositions(position, this.latestFed) > 0) this.latestFed = position;
      if (this.reading || comparePositions(position, this.followed) <= 0) continue;
      const follows = position.epoch === this.followed.epoch && position.offset === this.followed.offset + 1;
      if (!follows || this.queue.length >= this.around.context.settings.fanoutEntries) {
        this.around.context.counters.add('log_holes_read_back');
        this.readBack();
      } else this.take(placed);
    }
  }

  /** The log is known to reach `end`: reads back what the feed has not brought. */
  expect(end: Position): void {
    if (comparePositions(end, this.latestFed) > 0) this.latestFed = end;
    if (!this.reading && comparePositions(end, this.followed) > 0) {
      this.around.context.counters.add('log_holes_read_back');
      this.readBack();
    }
  }

  private take(placed: PlacedChannelEntry): void {
    const { context } = this.around;
    if (this.queue.length === 0) this.oldestQueuedMs = context.time.monotonicMs();
    this.queue.push(ChannelBatch.item(context.framing, this.channelId, placed));
    this.followed = placed.position;
    this.scheduleFlush();
  }

  private readBack(): void {
    this.reading = true;
    this.readBackLoop().catch((error: unknown) => {
      this.reading = false;
      this.around.context.logger.error({ err: error, channel: this.channelId }, 'reading back a channel log failed');
    });
  }

  private async readBackLoop(): Promise<void> {
    const { settings } = this.around.context;
    for (;;) {
      if (this.queue.length >= settings.fanoutEntries) await new Promise<void>((resume) => this.whenFlushed(resume));
      const answer = await this.read(this.followed);
      if (answer === undefined) continue;
      if (answer.gap) this.startOver(answer.end);
      else {
        for (const placed of answer.entries) this.take(placed);
        if (comparePositions(answer.end, this.followed) > 0) this.followed = answer.end;
      }
      if (!answer.more && comparePositions(this.latestFed, this.followed) <= 0) break;
      if (!answer.more && answer.entries.length === 0) break;
    }
    this.reading = false;
    // A gap leaves members behind although nothing may be queued: an empty batch finds them.
    this.scheduleFlush();
  }

  /**
   * Entries are gone from the log: no run leads to its end. Every member then finds the hole by itself, gets from the log
   * what there still is, and is told (see catchUp).
   */
  private startOver(end: Position): void {
    this.queue = [];
    this.followed = this.fanned = end;
  }

  /** One read behind `after`; `undefined` after a pause when the engine did not answer. */
  private async read(after: Position, limit = READ_LIMIT) {
    const { engine, settings, counters, time } = this.around.context;
    try {
      return await engine.channels.read({
        appId: this.appId,
        channelId: this.channelId,
        after,
        limit,
        timeoutMs: settings.engineTimeoutMs,
      });
    } catch (error) {
      if (!(error instanceof EngineUnavailable)) throw error;
      counters.add('engine_failures');
      await pause(time, RETRY_MS);
      return undefined;
    }
  }

  // --- fan-out ---

  private scheduleFlush(): void {
    if (this.flushScheduled || this.flushing) return;
    this.flushScheduled = true;
    const { time } = this.around.context;
    const wait = this.flushNotBeforeMs - time.monotonicMs();
    if (wait > 1) time.after(wait, () => this.flush());
    else time.nextTurn(() => this.flush());
  }

  private flush(): void {
    this.flushScheduled = false;
    const { context } = this.around;
    const items = this.queue;
    this.queue = [];
    const batch = new ChannelBatch(context.framing, items, this.fanned, this.followed);
    this.fanned = this.followed;
    this.targets ??= [...this.members];
    this.flushing = true;
    const [count, attributes] = [this.counts.take(), this.attributes.take()];
    this.slice({ batch, count, attributes, targets: this.targets, startedMs: context.time.monotonicMs() }, 0, 0);
  }

  private slice(fanout: Fanout, from: number, spentMs: number): void {
    const { batch, count, attributes, targets } = fanout;
    const { settings, time, counters } = this.around.context;
    const began = time.monotonicMs();
    const end = Math.min(targets.length, from + settings.fanoutSlice);
    const needsTexts = batch.hasMedia && this.around.mediaTexts.isOn;
    let delivered = 0;
    for (let i = from; i < end; i++) {
      const member = targets[i] as Member;
      if (member.state !== 'live') continue;
      delivered += this.deliver(member, needsTexts ? this.shownTo(member, batch) : batch);
      if (count) this.counts.tell(member, count, began);
      for (const one of attributes) this.attributes.tell(member, one);
    }
    if (delivered > 0) counters.add('deliveries', delivered);
    const now = time.monotonicMs();
    const spent = spentMs + (now - began);
    if (end < targets.length) time.nextTurn(() => this.slice(fanout, end, spent));
    else this.finish(fanout, spent);
  }

  private finish({ batch, startedMs }: Fanout, spentMs: number): void {
    this.flushing = false;
    this.flushNotBeforeMs = startedMs + 2 * spentMs;
    for (const { placed } of batch.items) this.answerLeftAuthor(placed);
    if (this.queue.length > 0 || this.counts.isWaiting || this.attributes.isWaiting) this.scheduleFlush();
    const { stalled } = this;
    this.stalled = undefined;
    stalled?.();
  }

  /** The reply of an author who is not served by the fan-out any more is not owed an order. */
  private answerLeftAuthor({ entry, position }: PlacedChannelEntry): void {
    if (entry.kind !== 'message' || entry.origin.nodeId !== this.around.context.nodeId) return;
    const waiting = this.around.replies.peek(entry.origin.ref);
    if (waiting && waiting.session.member(this.channelId)?.state !== 'catching-up') {
      this.around.replies.accepted(entry.origin.ref, position);
    }
  }

  /** Puts a batch on one member's outbox; answers how many entries that were. */
  private deliver(member: Member, batch: ChannelBatch): number {
    const { session } = member;
    const outbox = session.connection?.outbox;
    // What a closing socket does not take is not delivered: it comes when the client is back.
    if (outbox === undefined || outbox.isClosing) return 0;
    if (member.delivered === batch.before && !batch.hasAuthor(session.session)) {
      if (batch.items.length > 0) outbox.pushNow(batch.frames);
      member.delivered = batch.last;
      return batch.items.length;
    }
    if (comparePositions(member.delivered, batch.before) < 0) {
      this.catchUp(member);
      return 0;
    }
    let delivered = 0;
    for (const { placed, frame } of batch.items) {
      if (comparePositions(placed.position, member.delivered) <= 0) continue;
      delivered += this.put(member, placed, frame);
    }
    this.nameSkipped(member);
    if (comparePositions(batch.last, member.delivered) > 0) member.delivered = batch.last;
    return delivered;
  }

  /** A batch with files or images as this member's client can show it. */
  private shownTo({ session }: Member, batch: ChannelBatch): ChannelBatch {
    const { connection } = session;
    if (connection?.profile?.types !== false) return batch;
    return batch.asTexts(connection.httpAddress, (placed) => this.frameFor(connection, placed));
  }

  /** One entry for one client alone. */
  private frameFor({ profile, httpAddress }: ClientSocket, placed: PlacedChannelEntry): Frames {
    const { context, mediaTexts } = this.around;
    const { entry } = placed;
    const isText = profile?.types === false && isMedia(entry);
    const shown = isText ? mediaTexts.shown(this.appId, entry, httpAddress) : undefined;
    return channelFrame(context.framing, this.channelId, placed, shown);
  }

  /** One entry to one member: the frame, or the reply in its place for the author. */
  private put(member: Member, { entry, position }: PlacedChannelEntry, frame: Frames): number {
    const { session, connection } = member.session;
    if (entry.session !== session) {
      this.nameSkipped(member);
      connection?.outbox.push(frame);
      return 1;
    }
    const { replies, context } = this.around;
    const isMessage = entry.kind === 'message';
    const ref = isMessage && entry.origin.nodeId === context.nodeId ? entry.origin.ref : undefined;
    // The skipped ones are named first: whatever has a position follows the one before it.
    const due = replies.isDue(ref, connection) ? ref : member.takeAwaited(position);
    if (replies.isDue(due, connection)) {
      this.nameSkipped(member);
      replies.accepted(due, position);
    } else member.skipped = position;
    return 0;
  }

  /** Own entries for which nothing is sent must not look like a hole: their last position is named (resume.1). */
  private nameSkipped(member: Member): void {
    const { skipped } = member;
    if (skipped === undefined) return;
    member.skipped = undefined;
    const { connection } = member.session;
    if (connection?.profile?.resumes) {
      connection.send('ChanPosition', { ChanId: this.channelId, ...placeOf(skipped) });
    }
  }

  /** Serves one member from the log until it has reached the fan-out of the others. */
  private catchUp(member: Member): void {
    if (!member.apply('behind')) return;
    this.catchUpLoop(member).catch((error: unknown) => {
      this.around.context.logger.error({ err: error, channel: this.channelId }, 'serving a member from the log failed');
      member.session.connection?.loseGap();
    });
  }

  private async catchUpLoop(member: Member): Promise<void> {
    const { context } = this.around;
    const { session } = member;
    const connection = session.connection;
    while (member.state === 'catching-up' && session.connection === connection && connection) {
      if (connection.outbox.isClosing) return;
      const answer = await this.read(member.delivered);
      if (answer === undefined) continue;
      if (member.state !== 'catching-up' || session.connection !== connection) return;
      if (answer.gap) {
        context.counters.add('log_gaps');
        // Ours learns of the loss by resuming; a published client has no way to be told.
        if (connection.profile && !connection.profile.published) return connection.loseGap();
      }
      const room = context.settings.connectionQueueBytes / 2;
      let all = true;
      for (const placed of answer.entries) {
        // Large entries: a client that reads well must not be closed for what is put on its queue at once.
        all = connection.outbox.queuedBytes < room;
        if (!all) break;
        this.put(member, placed, this.frameFor(connection, placed));
        if (comparePositions(placed.position, member.delivered) > 0) member.delivered = placed.position;
      }
      this.nameSkipped(member);
      if (all && comparePositions(answer.end, member.delivered) > 0) member.delivered = answer.end;
      if (all && !answer.more && comparePositions(member.delivered, this.fanned) >= 0) this.caughtUp(member);
      else if (all && !answer.more && answer.entries.length === 0) {
        // The log ends before what was fanned out: a shared engine failed over. Go on from there.
        member.delivered = this.fanned;
        this.caughtUp(member);
      } else
        await new Promise<void>((resume) =>
          connection.outbox.whenBelow(context.settings.connectionQueueBytes / 2, resume),
        );
    }
  }

  /** Served with the others again; a count and attributes that they got meanwhile are still owed. */
  private caughtUp(member: Member): void {
    if (!member.apply('caught-up')) return;
    this.counts.catchUp(member);
    this.attributes.catchUp(member);
  }

  private whenFlushed(resume: () => void): void {
    this.stalled = resume;
    this.scheduleFlush();
  }
}

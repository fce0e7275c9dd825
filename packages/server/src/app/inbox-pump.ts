import { comparePositions, encodePeerPush, messageIdOf, type Position, type ServerFrameInput } from 'ar-rtm-protocol';
import { EngineUnavailable } from '../ports/engine-error.js';
import type { InboxEntry, MessageEntry } from '../ports/inboxes.js';
import type { CallDesk } from './call-desk.js';
import type { NodeContext } from './context.js';
import { pause } from './engine-failure.js';
import type { InboxOwner } from './inbox-owner.js';
import type { MediaTexts } from './media/media-texts.js';

const READ_LIMIT = 50;
const RETRY_MS = 200;
/**
 * Acknowledgements kept while the engine cannot be reached. What is beyond is not lost: the client gets the entry once more
 * after its next reconnect, and acknowledges it again.
 */
const UNSENT_LIMIT = 1000;

/**
 * Carries one user's inbox to its socket in log order: first what is in the log, then what is fed. `pushed` is the end of
 * the run put on the current socket; a hole between it and the feed is read back.
 */
export class InboxPump {
  /** `held`: waiting for a published client's getOfflineMsg, or no socket. */
  private state: 'held' | 'reading' | 'live' = 'held';
  private pushed: Position | undefined;
  private latestFed: Position | undefined;
  private toldUpTo: Position | undefined;
  /** Acknowledgements that the engine has not taken, after a failure. */
  private unsent: Position[] = [];
  /** A feed came since the last idle check. Owned by the session host. */
  touched = true;

  constructor(
    private readonly context: NodeContext,
    private readonly session: InboxOwner,
    private readonly calls: CallDesk,
    private readonly mediaTexts: MediaTexts,
    /** Entries up to here were there when the session began: offline messages. */
    private readonly offlineUpTo: Position | undefined,
    /** A call under this generation was refused: a newer claim exists. */
    private readonly stale: (generation: number) => void,
  ) {}

  /** Holds everything back until `release`. */
  hold(): void {
    this.state = 'held';
  }

  get isHeld(): boolean {
    return this.state === 'held';
  }

  /**
   * Pushes what is unacknowledged behind `after` (all when absent), then what comes. Losses before `toldUpTo` are no news to the
   * client: what is older than they are may still be there, and is pushed.
   */
  release(after?: Position, toldUpTo?: Position): void {
    if (this.state !== 'held') return;
    this.pushed = after;
    this.toldUpTo = toldUpTo;
    this.read();
  }

  /** Entries of the feed; possibly again, out of order, or with holes. */
  feed(entries: readonly InboxEntry[]): void {
    this.touched = true;
    for (const entry of entries) {
      const { position } = entry;
      if (this.latestFed === undefined || comparePositions(position, this.latestFed) > 0) this.latestFed = position;
      if (this.state !== 'live') continue;
      if (this.pushed && comparePositions(position, this.pushed) <= 0) continue;
      const follows =
        this.pushed !== undefined &&
        position.epoch === this.pushed.epoch &&
        position.offset === this.pushed.offset + 1 &&
        this.hasRoom();
      if (follows) this.push(entry);
      else this.read();
    }
  }

  /** The log is known to reach `end`: reads back what the feed has not brought. */
  expect(end: Position): void {
    if (this.latestFed === undefined || comparePositions(end, this.latestFed) > 0) this.latestFed = end;
    if (this.state === 'live' && (this.pushed === undefined || comparePositions(end, this.pushed) > 0)) this.read();
  }

  /** The client has taken an entry. Kept and tried again when the engine cannot be reached. */
  acknowledge(position: Position): void {
    this.sendAcknowledgements([position]);
  }

  private sendAcknowledgements(positions: readonly Position[]): void {
    const { engine, settings, counters, logger, time } = this.context;
    const { appId, uid, generation } = this.session;
    engine.inboxes.acknowledge({ appId, uid, generation, positions, timeoutMs: settings.engineTimeoutMs }).then(
      (answer) => {
        if (answer === 'stale') this.stale(generation);
      },
      (error: unknown) => {
        if (!(error instanceof EngineUnavailable)) {
          logger.error({ err: error }, 'acknowledging failed');
          return;
        }
        counters.add('engine_failures');
        if (this.unsent.length === 0) {
          time.after(RETRY_MS, () => {
            const unsent = this.unsent;
            this.unsent = [];
            if (this.session.state !== 'ended') this.sendAcknowledgements(unsent);
          });
        }
        this.unsent.push(...positions.slice(0, UNSENT_LIMIT - this.unsent.length));
      },
    );
  }

  private read(): void {
    this.state = 'reading';
    this.readLoop().catch((error: unknown) => {
      this.context.logger.error({ err: error, uid: this.session.uid }, 'reading an inbox failed');
      this.session.connection?.loseGap();
    });
  }

  private async readLoop(): Promise<void> {
    const { session } = this;
    const { connection, generation } = session;
    const here = () => this.state === 'reading' && session.connection === connection && connection !== undefined;
    while (here() && connection) {
      const answer = await this.readSome();
      if (!here()) return;
      if (answer === undefined) continue;
      if (answer === 'stale') return this.stale(generation);
      if (answer.gap) {
        this.context.counters.add('log_gaps');
        // Ours is told when it resumes, with its own position; a published client has no way to be told.
        if (session.profile?.resumes && !(await this.isTold())) return connection.loseGap();
        if (!here()) return;
      }
      let all = true;
      for (const entry of answer.entries) {
        // Large entries: a client that reads well must not be closed for what is put on its queue at once.
        all = this.hasRoom();
        if (!all) break;
        this.push(entry);
      }
      if (all) this.pushed = answer.end;
      if (all && !answer.more && answer.entries.length === 0) {
        // Nothing more is there, whatever was fed: a shared engine that failed over may have lost the end of the log.
        this.latestFed = answer.end;
      }
      if (all && !answer.more && (this.latestFed === undefined || comparePositions(this.latestFed, answer.end) <= 0)) {
        this.state = 'live';
        return;
      }
      await new Promise<void>((resume) =>
        connection.outbox.whenBelow(this.context.settings.connectionQueueBytes / 2, resume),
      );
    }
  }

  /** Whether nothing has been lost but what the client was told of when it logged in. */
  private async isTold(): Promise<boolean> {
    if (this.toldUpTo === undefined) return false;
    const answer = await this.readSome(this.toldUpTo);
    return answer !== undefined && answer !== 'stale' && !answer.gap;
  }

  private async readSome(behind = this.pushed) {
    const { engine, settings, counters, time } = this.context;
    const { appId, uid, generation } = this.session;
    const after = behind === undefined ? {} : { after: behind };
    try {
      return await engine.inboxes.read({
        appId,
        uid,
        generation,
        limit: READ_LIMIT,
        timeoutMs: settings.engineTimeoutMs,
        ...after,
      });
    } catch (error) {
      if (!(error instanceof EngineUnavailable)) throw error;
      counters.add('engine_failures');
      await pause(time, RETRY_MS);
      return undefined;
    }
  }

  private hasRoom(): boolean {
    const queued = this.session.connection?.outbox.queuedBytes ?? 0;
    return queued < this.context.settings.connectionQueueBytes / 2;
  }

  private push(entry: InboxEntry): void {
    if (!this.session.connection) return;
    if (!entry.call) this.pushMessage(entry);
    else if (this.calls.push(this.session, entry)) this.acknowledge(entry.position);
    this.pushed = entry.position;
  }

  private pushMessage({ position, message, ts }: MessageEntry): void {
    const { connection, profile, appId, uid } = this.session;
    if (!connection || !profile) return;
    const shown = profile.types ? message : this.mediaTexts.shown(appId, message, connection.httpAddress);
    const isOffline = this.offlineUpTo !== undefined && comparePositions(position, this.offlineUpTo) <= 0;
    const frame: ServerFrameInput<'RecvMsgFromPeer'> = {
      MsgId: messageIdOf(position),
      FromUId: message.from,
      ToUId: uid,
      MsgType: shown.type,
      MsgBody: shown.body,
      SvrTS: ts,
      Epoch: position.epoch,
      Offset: position.offset,
      ...(shown.description === '' ? undefined : { Desc: shown.description }),
      ...(isOffline && !profile.published ? { Offline: true } : undefined),
    };
    connection.sendText(encodePeerPush(frame));
    this.context.counters.add('deliveries');
  }
}

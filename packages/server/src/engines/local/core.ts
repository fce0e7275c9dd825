import { messageIdOf } from 'ar-rtm-protocol';
import type { Counters, Logger, Notice, Records, Time } from '../../ports/index.js';
import { EngineUnavailable } from '../../ports/index.js';
import { Agenda } from './agenda.js';
import { AwakeClock } from './awake-clock.js';
import { CallTable } from './call-table.js';
import { ChannelAttributes } from './channel-attributes.js';
import { ChannelTable } from './channel-table.js';
import { Deliveries } from './deliveries.js';
import { Durability } from './durability.js';
import type { EpochStart } from './epoch.js';
import { HistoryTable } from './history-table.js';
import { appendLive } from './inbox-feed.js';
import { InstanceMemory } from './instance-memory.js';
import { Leases } from './leases.js';
import type { LocalLimits } from './limits.js';
import { HighWater, SerialNumbers } from './numbers.js';
import { OfflineBoxes } from './offline-boxes.js';
import { PresenceTable } from './presence-table.js';
import { RECORD_KEYS } from './record-keys.js';
import { SessionRecords } from './session-records.js';
import type { Session, UserSlot } from './state.js';
import { Tickets } from './tickets.js';
import { Users } from './users.js';

/** What the engine gets from outside. */
export interface Outside {
  readonly records: Records;
  readonly time: Time;
  readonly counters: Counters;
  readonly logger: Logger;
}

/** Records of sessions that are written in one turn of the event loop. */
const SESSIONS_A_TURN = 1000;
const TICKET_SWEEP_MS = 5000;
const OFFLINE_SWEEP_MS = 10 * 60_000;
/** Between two steps through all histories, and between two walks. */
const HISTORY_STEP_MS = 100;
const HISTORY_REST_MS = 60_000;

/** The state of one running engine, from `open` to `close`, shared by the ports of all its nodes. */
export class Core {
  readonly outside: Outside;
  readonly limits: LocalLimits;
  readonly epoch: number;
  /** The stop before was graceful. */
  readonly isContinued: boolean;
  readonly clock: AwakeClock;
  readonly agenda: Agenda;
  readonly deliveries: Deliveries;
  readonly durability: Durability;
  /** Sessions and generations. */
  readonly serial: SerialNumbers;
  readonly versions: SerialNumbers;
  readonly highWater: HighWater;
  readonly leases: Leases;
  readonly users: Users;
  readonly boxes: OfflineBoxes;
  readonly channels: ChannelTable;
  readonly channelAttributes: ChannelAttributes;
  readonly presence: PresenceTable;
  readonly histories: HistoryTable;
  readonly calls: CallTable;
  readonly sessionRecords: SessionRecords;
  /** Ended sessions that are still members of channels, by session number. */
  readonly unsettled = new Map<number, Session>();
  /** Sessions on whose behalf their host has not called yet. */
  readonly unconfirmed = new Set<Session>();
  readonly tickets: Tickets;
  readonly superseded: InstanceMemory;
  readonly reconnecting: InstanceMemory;
  isOpen = true;

  constructor(outside: Outside, limits: LocalLimits, start: EpochStart) {
    const { records, time, counters, logger } = outside;
    this.outside = outside;
    this.limits = limits;
    this.epoch = start.epoch;
    this.isContinued = start.isContinued;
    this.clock = new AwakeClock(time, limits.sweepMs);
    this.agenda = new Agenda(limits.sweepMs);
    this.deliveries = new Deliveries(logger);
    this.durability = new Durability(records, time, counters, logger);
    this.serial = new SerialNumbers(start.epoch, start.serial);
    this.versions = new SerialNumbers(start.epoch, start.versionSerial);
    this.highWater = new HighWater(start.highWater);
    const now = () => this.clock.nowMs();
    this.boxes = new OfflineBoxes(records, time, counters, logger, limits);
    this.users = new Users({
      epoch: start.epoch,
      highWater: this.highWater,
      boxes: this.boxes,
      bounds: limits,
      now,
      later: (task) => this.agenda.at(now() + limits.idleMs, task),
    });
    this.channels = new ChannelTable({
      epoch: start.epoch,
      highWater: this.highWater,
      versions: this.versions,
      limits,
      now,
      at: (dueMs, task) => this.agenda.at(dueMs, task),
    });
    this.channelAttributes = new ChannelAttributes({
      channels: this.channels,
      versions: this.versions,
      limits,
      now,
      at: (dueMs, task) => this.agenda.at(dueMs, task),
      write: (changes) => this.durability.behind(changes),
    });
    this.histories = new HistoryTable(
      {
        records,
        bounds: limits,
        floorId: () => messageIdOf({ epoch: start.epoch, offset: this.highWater.offset }),
        nowMs: now,
        wallMs: () => time.wallMs(),
        dropped: (reason, count) => counters.add(`history_messages_${reason}`, count),
      },
      {
        epoch: start.epoch,
        highWater: this.highWater,
        later: (task) => this.agenda.at(now() + limits.idleMs, task),
      },
    );
    this.presence = new PresenceTable(this.versions, this.deliveries);
    this.calls = new CallTable({
      now,
      at: (dueMs, task) => this.agenda.at(dueMs, task),
      find: (appId, uid) => this.users.find(appId, uid),
      append: (slot, content) => appendLive(this, slot, content),
    });
    this.leases = new Leases(
      limits.leaseMs,
      this.clock,
      logger,
      (lease, slot) => {
        slot.subscribers.delete(lease);
        this.channels.letGo(slot);
      },
      (lease) => this.presence.unwatchAll(lease),
    );
    this.sessionRecords = new SessionRecords(now);
    this.tickets = new Tickets(now, limits.ticketAfterSessionMs);
    this.superseded = new InstanceMemory(RECORD_KEYS.superseded, time, limits.memoryMs, limits.reconnectingEntries);
    this.reconnecting = new InstanceMemory(RECORD_KEYS.reconnecting, time, limits.memoryMs, limits.reconnectingEntries);
    this.#repeat(TICKET_SWEEP_MS, () => this.tickets.expire());
    this.#repeat(OFFLINE_SWEEP_MS, () => this.#expireOffline());
    this.#sweepHistories(HISTORY_REST_MS);
  }

  /** A session has got a host, who may not hear of it. */
  awaitHost(session: Session): void {
    session.unconfirmedMs = this.clock.nowMs();
    this.unconfirmed.delete(session);
    this.unconfirmed.add(session);
  }

  /** The live session of a user, if a call under this generation may speak for it. */
  sessionOf({ appId, uid, generation }: { appId: string; uid: string; generation: number }): UserSlot | undefined {
    const slot = this.users.find(appId, uid);
    const session = slot?.session;
    if (session?.generation !== generation || !session) return undefined;
    if (session.unconfirmedMs !== undefined) {
      session.unconfirmedMs = undefined;
      session.isFresh = false;
      this.unconfirmed.delete(session);
    }
    return slot;
  }

  /** Every port call begins with this. */
  mustBeOpen(): void {
    if (!this.isOpen) throw new EngineUnavailable('the engine is closed');
  }

  notify(nodeId: string, notice: Notice): void {
    const lease = this.leases.find(nodeId);
    if (lease) this.deliveries.post(() => lease.handlers.notice(notice));
  }

  /** The engine's heartbeat, every `sweepMs`. */
  sweep(): void {
    const nowMs = this.clock.tick();
    this.leases.expire();
    this.durability.expire();
    this.agenda.run(nowMs);
    this.durability.behind([...this.superseded.expire(), ...this.reconnecting.expire()]);
    this.#writeSessions(this.sessionRecords.size);
    this.deliveries.flush();
  }

  /** All at once, when every client has been cut at once, would hold the event loop for a tenth of a second. */
  #writeSessions(count: number): void {
    this.durability.behind(this.sessionRecords.takeSome(Math.min(count, SESSIONS_A_TURN)));
    if (count <= SESSIONS_A_TURN) return;
    this.outside.time.nextTurn(() => {
      if (this.isOpen) this.#writeSessions(count - SESSIONS_A_TURN);
    });
  }

  #expireOffline(): void {
    for (const { appId, uid } of this.boxes.overdue()) {
      this.durability.behind(this.boxes.expire(this.users.load(appId, uid)));
    }
  }

  #sweepHistories(afterMs: number): void {
    this.agenda.at(this.clock.nowMs() + afterMs, () => {
      const { changes, isDone } = this.histories.sweep();
      this.durability.behind(changes);
      this.#sweepHistories(isDone ? HISTORY_REST_MS : HISTORY_STEP_MS);
    });
  }

  #repeat(periodMs: number, task: () => void): void {
    this.agenda.at(this.clock.nowMs() + periodMs, () => {
      task();
      this.#repeat(periodMs, task);
    });
  }
}

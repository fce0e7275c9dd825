import { Addresses } from '../domain/addresses.js';
import { LoopWatch } from '../domain/loop-state.js';
import type { CounterName } from '../ports/counters.js';
import type { NodeContext } from './context.js';

/** Why nobody is let in now, and what counts it. */
const COUNTED = {
  'not ready': 'refused_not_ready',
  overloaded: 'refused_overload',
  'too many connections': 'refused_connections',
  'too many that have not logged in': 'refused_pending_logins',
  'too many connections of this address': 'refused_address_connections',
  'too many new connections of this address': 'refused_address_rate',
} as const satisfies Readonly<Record<string, CounterName>>;

type Refusal = keyof typeof COUNTED;

/**
 * How long whoever got a ticket before an overload is still let in. A published client whose session is older than 20
 * minutes gives up for good when it gets a ticket and then no socket (quirk Q5).
 */
const TICKET_HOLDER_MS = 2000;

/** Who may come in: the gateway asks before it makes a ticket, and an upgrade before it is carried out (design 8). */
export class Door {
  private readonly addresses: Addresses;
  private readonly loop: LoopWatch;
  private overloadedMs = 0;
  private open = 0;
  private pending = 0;

  constructor(
    private readonly context: NodeContext,
    private readonly isReady: () => boolean,
  ) {
    const { addressConnections, addressConnectionsPerSecond, overloadDelayMs } = context.settings;
    this.addresses = new Addresses({ connections: addressConnections, perSecond: addressConnectionsPerSecond });
    this.loop = new LoopWatch(overloadDelayMs);
  }

  get isOverloaded(): boolean {
    return this.loop.isOverloaded;
  }

  /** Sockets that have not logged in. */
  get pendingLogins(): number {
    return this.pending;
  }

  /** Addresses that are remembered; for tests. */
  get knownAddresses(): number {
    return this.addresses.size;
  }

  /** Whether a client at this address could connect with a ticket; counted when not. */
  letsAsk(from: string): boolean {
    return this.counted(this.isOverloaded ? 'overloaded' : this.refusal(from));
  }

  /** Whether an upgrade from this address may be carried out; counted when not. */
  letsConnect(from: string): boolean {
    const nowMs = this.context.time.monotonicMs();
    const isOver = this.isOverloaded && nowMs - this.overloadedMs >= TICKET_HOLDER_MS;
    const isLetIn = this.counted(isOver ? 'overloaded' : this.refusal(from));
    if (isLetIn) this.addresses.tried(from, nowMs);
    return isLetIn;
  }

  opened(from: string): void {
    this.open++;
    this.pending++;
    this.addresses.opened(from, this.context.time.monotonicMs());
  }

  /** Its Login was answered, or it is closed without. */
  decided(): void {
    this.pending--;
  }

  closed(from: string): void {
    this.open--;
    this.addresses.closed(from);
  }

  /** The regular tick of the node came so late. */
  ticked(lateMs: number, nowMs: number): void {
    const change = this.loop.ticked(lateMs, nowMs);
    if (change === undefined) return;
    const { counters, logger } = this.context;
    if (change === 'ended') {
      logger.info({}, 'the event loop is in time again: logins are accepted');
      return;
    }
    this.overloadedMs = nowMs;
    counters.add('overloads');
    logger.warn({ lateMs: Math.round(lateMs) }, 'overloaded: the event loop is late, and logins have to wait');
  }

  private refusal(from: string): Refusal | undefined {
    const { settings, time } = this.context;
    if (!this.isReady()) return 'not ready';
    if (this.open >= settings.maxConnections) return 'too many connections';
    if (this.pending >= settings.pendingLogins) return 'too many that have not logged in';
    const ofAddress = this.addresses.refusal(from, time.monotonicMs());
    if (ofAddress === undefined) return undefined;
    return ofAddress === 'rate' ? 'too many new connections of this address' : 'too many connections of this address';
  }

  private counted(refusal: Refusal | undefined): boolean {
    if (refusal !== undefined) this.context.counters.add(COUNTED[refusal]);
    return refusal === undefined;
  }
}

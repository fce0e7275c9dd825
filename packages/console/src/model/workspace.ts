import { ActivityLog } from '../log/activity-log.js';
import type { Network } from '../network/network.js';
import { type Identity, Session } from './session.js';
import { Store } from './store.js';

/** A user of the page, logged in or not yet. */
export interface Seat {
  readonly id: number;
  readonly session: Session;
  /** For the fields of the login. */
  readonly suggestion: Identity;
}

/** More columns than anybody reads; each has a connection. */
export const MOST_SEATS = 8;

type Seats = readonly Seat[];
/** As they are kept for a reload of the tab. */
type Remember = (identities: readonly Identity[]) => void;

/** The users of the page, side by side. */
export class Workspace {
  readonly activity = new ActivityLog();
  readonly seats: Store<Seats, Seats>;
  private readonly identities = new Map<number, Identity>();
  private lastId = 0;

  /** `suggest`: who could come next. */
  constructor(
    readonly network: Network,
    recalled: readonly Identity[],
    private readonly suggest: () => Identity,
    private readonly remember: Remember,
  ) {
    const first = (recalled.length > 0 ? recalled.slice(0, MOST_SEATS) : [suggest()]).map((one) => this.newSeat(one));
    if (recalled.length > 0) for (const { id, suggestion } of first) this.identities.set(id, suggestion);
    this.seats = new Store<Seats, Seats>(first, (_, seats) => seats);
  }

  add(): void {
    const seats = this.seats.get();
    if (seats.length >= MOST_SEATS) return;
    const last = [...this.identities.values()].at(-1);
    const suggestion = this.suggest();
    this.seats.dispatch([...seats, this.newSeat({ ...suggestion, appId: last?.appId ?? suggestion.appId })]);
  }

  /** Logs the user out. */
  remove(id: number): void {
    const seat = this.seats.get().find((one) => one.id === id);
    this.seats.dispatch(this.seats.get().filter((one) => one !== seat));
    this.identities.delete(id);
    this.remember([...this.identities.values()]);
    void seat?.session.end();
  }

  /** Somebody logs in. */
  seated(id: number, identity: Identity): void {
    this.identities.set(id, identity);
    this.remember([...this.identities.values()]);
  }

  private newSeat(suggestion: Identity): Seat {
    this.lastId += 1;
    return { id: this.lastId, session: new Session(this.network, this.activity), suggestion };
  }
}

import { App } from './app.js';
import type { Dice } from './dice.js';
import type { History } from './history.js';
import { PLEASE_ACCEPT } from './invitations.js';
import type { SimNetwork } from './network.js';
import type { Product } from './product.js';
import type { Scheduler } from './scheduler.js';

/** What an app may do, by how often. */
const DOES = {
  channel: 50,
  peer: 24,
  join: 10,
  leave: 4,
  members: 2,
  count: 1,
  logout: 1,
  reload: 1,
  takeOver: 1,
  burst: 2,
};

/** Longest time between two invitations. */
const CALL_EVERY_MS = 2000;

/** The users with their apps, and what they do all day. */
export class People {
  /** The newest app of each user, by uid. */
  readonly current = new Map<string, App>();
  readonly apps: App[] = [];
  private isActive = false;
  private texts = 0;
  private calls = 0;

  constructor(
    private readonly world: {
      readonly product: Product;
      readonly scheduler: Scheduler;
      readonly network: SimNetwork;
      readonly history: History;
      readonly dice: Dice;
      readonly trace: (who: string, text: () => string) => void;
    },
    private readonly uids: readonly string[],
    private readonly channels: readonly string[],
    /** Mean time between two deeds of one user. */
    private readonly pauseMs: number,
    /** Longest text. */
    private readonly longest: number,
  ) {}

  begin(): void {
    this.isActive = true;
    for (const uid of this.uids) this.#live(uid);
    this.#call();
  }

  rest(): void {
    this.isActive = false;
  }

  /** Everybody without a session logs in, and is in a channel. */
  assemble(): void {
    for (const uid of this.uids) {
      const known = this.current.get(uid);
      const app = known?.process.isAlive ? known : this.#open(uid);
      if (app.process.isStalled) continue;
      if (!app.session) act(app.login());
      else if (app.isLoggedIn && app.joined.length === 0) act(app.join(this.channels[0] as string));
    }
  }

  /** Everybody says something everywhere: what is missing then shows. */
  probe(): void {
    for (const app of this.current.values()) {
      if (!app.isLoggedIn) continue;
      for (const channel of app.joined) act(app.sendToChannel(channel, this.#text(app)));
      for (const uid of this.uids) if (uid !== app.uid) act(app.sendToPeer(uid, this.#text(app), false));
      for (const uid of this.uids) app.invite(uid, `${PLEASE_ACCEPT} ${this.#callText(app)}`);
    }
  }

  ask(): void {
    for (const app of this.current.values()) for (const channel of app.joined) act(app.members(channel));
  }

  /** Somebody leaves, and only that. */
  farewell(): void {
    const app = [...this.current.values()].find(({ isLoggedIn }) => isLoggedIn);
    if (app) act(app.logout());
  }

  leave(): void {
    for (const app of this.apps) if (app.process.isAlive && app.state !== 'DISCONNECTED') act(app.logout());
  }

  /** Somebody invites somebody, perhaps itself, from time to time. */
  #call(): void {
    const { scheduler } = this.world;
    const dice = this.world.dice.for('calls');
    const next = (): void => {
      if (!this.isActive) return;
      const app = this.current.get(dice.pick(this.uids));
      if (app?.isLoggedIn && !app.process.isStalled) app.invite(dice.pick(this.uids), this.#callText(app));
      scheduler.at(scheduler.nowMs + dice.between(0, CALL_EVERY_MS), next);
    };
    scheduler.at(scheduler.nowMs + dice.between(0, CALL_EVERY_MS), next);
  }

  #callText(app: App): string {
    this.calls += 1;
    return `call ${this.calls}:${app.record.name}`;
  }

  #live(uid: string): void {
    const { scheduler, dice } = this.world;
    const next = (): void => {
      if (!this.isActive) return;
      this.#do(uid);
      scheduler.at(scheduler.nowMs + dice.between(0, 2 * this.pauseMs), next);
    };
    scheduler.at(scheduler.nowMs + dice.between(0, 200), next);
  }

  #do(uid: string): void {
    const { dice } = this.world;
    const app = this.current.get(uid);
    if (!app || app.state === 'GONE') {
      act(this.#open(uid).login());
      return;
    }
    // A page that stands still calls nothing.
    if (app.process.isStalled) return;
    if (!app.session) {
      // Who was kicked comes back sometimes, and kicks in turn.
      if (dice.happens(0.2)) act(app.login());
      return;
    }
    if (!app.isLoggedIn) return;
    const what = dice.weighted(DOES);
    const { joined } = app;
    switch (what) {
      case 'channel':
      case 'burst':
        for (let i = what === 'burst' ? dice.whole(5, 40) : 1; i > 0 && joined.length > 0; i -= 1) {
          act(app.sendToChannel(dice.pick(joined), this.#text(app)));
        }
        if (joined.length === 0) act(app.join(dice.pick(this.channels)));
        break;
      case 'peer':
        act(app.sendToPeer(dice.pick(this.uids), this.#text(app), dice.happens(0.5)));
        break;
      case 'join':
        act(app.join(dice.pick(this.channels)));
        break;
      case 'leave':
        if (joined.length > 0) act(app.leave(dice.pick(joined)));
        break;
      case 'members':
        if (joined.length > 0) act(app.members(dice.pick(joined)));
        break;
      case 'count':
        act(app.count([...this.channels]));
        break;
      case 'logout':
        act(app.logout());
        break;
      case 'reload':
        app.kill(dice.happens(0.6));
        break;
      case 'takeOver':
        act(this.#open(uid).login());
        break;
      default:
    }
  }

  #open(uid: string): App {
    const { dice, history } = this.world;
    const name = `${uid}#${this.apps.filter((app) => app.uid === uid).length + 1}`;
    const app = new App(this.world, uid, name, dice.for(name));
    this.apps.push(app);
    history.apps.push(app.record);
    this.current.set(uid, app);
    return app;
  }

  #text(app: App): string {
    const { dice } = this.world;
    this.texts += 1;
    const text = `${this.texts}:${app.record.name}`;
    return dice.happens(0.1) ? text.padEnd(dice.whole(text.length, this.longest), '.') : text;
  }
}

/** What becomes of a call is noted by the app itself. */
function act(done: Promise<unknown>): void {
  done.catch((error: unknown) => {
    throw error;
  });
}

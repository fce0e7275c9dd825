import type { App } from './app.js';
import type { Dice } from './dice.js';
import type { People } from './people.js';
import type { Scheduler } from './scheduler.js';

/** What an app may do about presence and attributes, by how often. */
const DOES = { watch: 4, unwatch: 2, ownChange: 3, channelChange: 3, readUser: 1, readChannel: 1 };

/** What users do besides talking: they watch each other, and change attributes. Chance and rhythm of its own. */
export class Watchers {
  private isActive = false;
  private texts = 0;

  constructor(
    private readonly world: { readonly scheduler: Scheduler; readonly dice: Dice },
    private readonly people: People,
    private readonly uids: readonly string[],
    private readonly channels: readonly string[],
  ) {}

  begin(): void {
    this.isActive = true;
    for (const uid of this.uids) this.#later(uid);
  }

  rest(): void {
    this.isActive = false;
  }

  /** One change in each channel, which all its members must be told of. */
  probe(): void {
    const { current } = this.people;
    for (const channel of this.channels) {
      const author = [...current.values()].find((app) => app.isLoggedIn && app.joined.includes(channel));
      if (author) act(author.change(channel, this.#text(author), false));
    }
  }

  ask(): void {
    for (const app of this.people.current.values()) {
      if (!app.isLoggedIn) continue;
      for (const uid of this.uids) act(app.readUser(uid));
      for (const channel of this.channels) act(app.readChannel(channel));
    }
  }

  // The limit is 10 changes in 5 s for users, and for channels.
  #later(uid: string): void {
    const { scheduler, dice } = this.world;
    scheduler.at(scheduler.nowMs + dice.between(800, 4000), () => {
      if (!this.isActive) return;
      this.#do(uid);
      this.#later(uid);
    });
  }

  #do(uid: string): void {
    const { dice } = this.world;
    const app = this.people.current.get(uid);
    if (!app?.isLoggedIn || app.process.isStalled) return;
    switch (dice.weighted(DOES)) {
      case 'watch':
        act(app.watch(dice.pick(this.uids), true));
        break;
      case 'unwatch':
        act(app.watch(dice.pick(this.uids), false));
        break;
      case 'ownChange':
        act(app.change(undefined, this.#text(app), dice.happens(0.4)));
        break;
      case 'channelChange':
        act(app.change(dice.pick(this.channels), this.#text(app), dice.happens(0.3)));
        break;
      case 'readUser':
        act(app.readUser(dice.pick(this.uids)));
        break;
      case 'readChannel':
        act(app.readChannel(dice.pick(this.channels)));
        break;
      default:
    }
  }

  #text(app: App): string {
    this.texts += 1;
    return `${this.texts}:${app.record.name}`;
  }
}

function act(done: Promise<unknown>): void {
  done.catch((error: unknown) => {
    throw error;
  });
}

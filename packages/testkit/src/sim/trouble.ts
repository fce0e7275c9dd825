import type { App } from './app.js';
import type { Dice } from './dice.js';
import { CALM_NETWORK, type NetworkFaults, type SimNetwork } from './network.js';
import type { Scheduler } from './scheduler.js';
import type { Servers } from './servers.js';

/** What happens to one app's connection, by how often. */
const TO_APPS = {
  cut: 5,
  duplicate: 4,
  late: 4,
  unseen: 3,
  blackHole: 3,
  offline: 3,
  slow: 3,
  delay: 3,
  wake: 1,
  stall: 2,
  jump: 1,
};

/** Everything bad, at random times, until it is called off. */
export class Trouble {
  private isOn = false;

  constructor(
    private readonly parts: {
      readonly scheduler: Scheduler;
      readonly dice: Dice;
      readonly network: SimNetwork;
      readonly servers: Servers;
      readonly apps: readonly App[];
      readonly trace: (who: string, text: () => string) => void;
    },
    /** Mean times between two misfortunes. */
    private readonly appPauseMs: number,
    private readonly serverPauseMs: number,
  ) {}

  begin(): void {
    const { dice } = this.parts;
    this.isOn = true;
    this.#repeat(this.appPauseMs, () => this.#hurtApp());
    this.#repeat(this.serverPauseMs, () => this.parts.servers.hurt());
    this.#repeat(5000, () => {
      this.parts.network.faults = dice.happens(0.6) ? CALM_NETWORK : this.#badNetwork();
    });
  }

  end(): void {
    const { network, servers } = this.parts;
    this.isOn = false;
    network.faults = CALM_NETWORK;
    for (const line of network.lines) line.offlineUntilMs = 0;
    for (const { up, down } of network.connections) {
      up.extraMs = down.extraMs = 0;
      down.slowDown(undefined);
    }
    servers.heal();
  }

  #repeat(pauseMs: number, task: () => void): void {
    const { scheduler, dice } = this.parts;
    const next = (): void => {
      if (!this.isOn) return;
      task();
      scheduler.at(scheduler.nowMs + dice.between(0, 2 * pauseMs), next);
    };
    scheduler.at(scheduler.nowMs + dice.between(500, 2 * pauseMs), next);
  }

  #hurtApp(): void {
    const { scheduler, dice, apps, trace } = this.parts;
    const alive = apps.filter(({ process }) => process.isAlive);
    if (alive.length === 0) return;
    const app = dice.pick(alive);
    const what = dice.weighted(TO_APPS);
    trace(app.record.name, () => `fault: ${what}`);
    const { line, process } = app;
    const { connection } = line;
    switch (what) {
      case 'cut':
        connection?.cut({ clientSeesMs: dice.between(0, 300), serverSeesMs: dice.between(0, 300) });
        break;
      case 'duplicate':
        connection?.cut({ clientSeesMs: 0 });
        break;
      case 'late':
        // What it said last comes through, but later than what it says on its next connection.
        connection?.cut({
          clientSeesMs: 0,
          lateMs: dice.pick([100, 1000, 6000]) * dice.between(0.5, 1),
          serverSeesMs: 0,
        });
        break;
      case 'unseen':
        connection?.cut({ serverSeesMs: dice.between(0, 300) });
        break;
      case 'blackHole':
        connection?.cut({});
        break;
      case 'offline':
        line.offlineUntilMs = scheduler.nowMs + dice.pick([1000, 5000, 12_000, 45_000]) * dice.between(0.5, 1);
        connection?.cut({
          clientSeesMs: dice.happens(0.5) ? 0 : undefined,
          serverSeesMs: dice.happens(0.5) ? 0 : undefined,
        });
        break;
      case 'slow':
        if (connection) {
          connection.down.slowDown(dice.pick([0.05, 0.3, 2]));
          scheduler.at(scheduler.nowMs + dice.between(1000, 8000), () => {
            connection.down.slowDown(undefined);
          });
        }
        break;
      case 'delay':
        if (connection) {
          connection.up.extraMs = dice.pick([0, 300, 2500]);
          connection.down.extraMs = dice.pick([0, 300, 2500]);
          scheduler.at(scheduler.nowMs + dice.between(500, 5000), () => {
            connection.up.extraMs = connection.down.extraMs = 0;
          });
        }
        break;
      case 'wake':
        for (const wake of [...line.wakers]) process.enter(wake);
        break;
      case 'stall':
        process.stall(dice.pick([500, 3000, 9000]) * dice.between(0.5, 1));
        break;
      case 'jump':
        process.jumpWall(dice.pick([-3_600_000, 3_600_000]));
        break;
      default:
    }
  }

  #badNetwork(): NetworkFaults {
    const { dice } = this.parts;
    const rate = () => (dice.happens(0.5) ? dice.between(0, 0.4) : 0);
    return {
      delayMs: dice.pick([20, 100, 600]),
      postFails: rate(),
      postIsSlow: rate(),
      connectFails: rate(),
      connectHangs: rate() / 2,
    };
  }
}

import { SimConnection } from './connection.js';
import type { Dice } from './dice.js';
import type { AppRecord } from './history.js';
import type { SimProcess } from './process.js';
import type { ClientNetwork, ClientSocket, ProductNode, SocketHandlers } from './product.js';
import type { Scheduler } from './scheduler.js';

/** A node that can be reached. */
export interface Reachable {
  readonly process: SimProcess;
  readonly node: ProductNode;
  readonly connections: Set<SimConnection>;
}

/** What goes wrong between apps and servers without anybody pulling a cable; rates from 0 to 1. */
export interface NetworkFaults {
  /** Longest delay of one way. */
  readonly delayMs: number;
  readonly postFails: number;
  readonly postIsSlow: number;
  readonly connectFails: number;
  readonly connectHangs: number;
}

export const CALM_NETWORK: NetworkFaults = {
  delayMs: 20,
  postFails: 0,
  postIsSlow: 0,
  connectFails: 0,
  connectHangs: 0,
};

const SLOW_POST_MS = 5000;

/** In which the end of a session is carried out in its channels. */
const BRIEF_MS = 1000;

/** What the network knows of one app. */
export class Line {
  /** Until then the app is offline: no request and no socket gets through. */
  offlineUntilMs = 0;
  connection: SimConnection | undefined;
  readonly wakers = new Set<() => void>();
  lastHeardMs: number;
  longestSilenceMs = 0;
  /** The last silence that has ended, and when. */
  ended = { ms: 0, atMs: 0 };

  constructor(
    readonly record: AppRecord,
    readonly process: SimProcess,
    nowMs: number,
  ) {
    this.lastHeardMs = nowMs;
  }

  /** A server has heard the app. */
  heard(nowMs: number): void {
    const ms = nowMs - this.lastHeardMs;
    this.longestSilenceMs = Math.max(this.longestSilenceMs, ms);
    if (ms > BRIEF_MS) this.ended = { ms, atMs: nowMs };
    this.lastHeardMs = nowMs;
  }

  /** The longest silence since the last call of this. */
  takeSilence(nowMs: number): number {
    const silentMs = Math.max(this.longestSilenceMs, nowMs - this.lastHeardMs);
    this.longestSilenceMs = 0;
    return silentMs;
  }
}

/** The network between apps and nodes: gateway requests and sockets through a load balancer that knows which nodes are up. */
export class SimNetwork {
  faults: NetworkFaults = CALM_NETWORK;
  readonly lines: Line[] = [];
  readonly connections = new Set<SimConnection>();

  constructor(
    private readonly scheduler: Scheduler,
    private readonly dice: Dice,
    /** Where the load balancer sends the next request. */
    private readonly route: () => Reachable | undefined,
    private readonly trace: (who: string, text: () => string) => void,
  ) {}

  /** The network as one app sees it. */
  connect(line: Line): ClientNetwork {
    this.lines.push(line);
    return {
      openSocket: (_url, handlers) => this.#openSocket(line, handlers),
      post: (_url, body, done) => this.#post(line, body, done),
      // No app of the simulator has to do with files.
      http: () => {
        throw new Error('files are not simulated');
      },
      onWake: (task) => {
        line.wakers.add(task);
        return () => line.wakers.delete(task);
      },
      origin: () => undefined,
    };
  }

  /** How long no server has heard any app of a user, or had not until a moment ago: what follows from it comes behind. */
  silentMsOf(uid: string): number {
    const { nowMs } = this.scheduler;
    const lines = this.lines.filter(({ record }) => record.uid === uid);
    const ended = lines.map(({ ended }) => (nowMs - ended.atMs < BRIEF_MS ? ended.ms : 0));
    return Math.max(nowMs - Math.max(0, ...lines.map(({ lastHeardMs }) => lastHeardMs)), ...ended);
  }

  #openSocket(line: Line, handlers: SocketHandlers): ClientSocket {
    const { scheduler, dice } = this;
    let opened: SimConnection | undefined;
    let isGivenUp = false;
    const refuse = (): void => line.process.after(this.#delayMs(), () => isGivenUp || handlers.onClose()) as never;
    scheduler.at(scheduler.nowMs + this.#delayMs(), () => {
      if (isGivenUp || dice.happens(this.faults.connectHangs)) return;
      const target = this.route();
      if (!target?.node.isReady || this.#isOffline(line) || dice.happens(this.faults.connectFails)) {
        refuse();
        return;
      }
      target.process.enter(() => {
        if (isGivenUp) return;
        const connection = new SimConnection(
          scheduler,
          { client: line.process, server: target.process, handlers },
          () => this.#delayMs(),
          (over) => {
            target.connections.delete(over);
            this.connections.delete(over);
          },
          () => line.heard(scheduler.nowMs),
          (text) => this.trace(`${line.record.name}~${target.process.name}`, text),
        );
        opened = connection;
        line.connection = connection;
        target.connections.add(connection);
        this.connections.add(connection);
        connection.open(target.node.accept(connection));
      });
    });
    return {
      send: (text) => opened?.clientEnd.send(text),
      close: () => {
        isGivenUp = true;
        opened?.clientEnd.close();
      },
    };
  }

  #post(line: Line, body: string, done: (reply: string | undefined) => void): () => void {
    const { scheduler, dice } = this;
    let isOver = false;
    const slowMs = dice.happens(this.faults.postIsSlow) ? dice.between(0, SLOW_POST_MS) : 0;
    const fails = dice.happens(this.faults.postFails);
    const reply = (text: string | undefined): void => {
      scheduler.at(scheduler.nowMs + this.#delayMs(), () =>
        line.process.enter(() => {
          if (!isOver) done(text);
          isOver = true;
        }),
      );
    };
    scheduler.at(scheduler.nowMs + this.#delayMs() + slowMs, () => {
      const target = this.route();
      if (!target || fails || this.#isOffline(line)) {
        reply(undefined);
        return;
      }
      target.process.enter(() => {
        const answered = target.node.gateway.login(body, { host: 'cluster', port: 1 });
        if (answered instanceof Promise) throw new Error('no app of the simulator has tokens');
        const { status, body: answer } = answered;
        this.trace(
          line.record.name,
          () => `gateway ${target.process.name}: ${status} ${JSON.stringify(answer).slice(0, 60)}`,
        );
        reply(status === 200 ? JSON.stringify(answer) : undefined);
      });
    });
    return () => {
      isOver = true;
    };
  }

  #isOffline(line: Line): boolean {
    return line.offlineUntilMs > this.scheduler.nowMs;
  }

  #delayMs(): number {
    return this.dice.between(1, Math.max(2, this.faults.delayMs));
  }
}

/**
 * What every test of bad input stands on: a server, and two bystanders who go on exchanging numbered messages while the
 * test misbehaves. Behind the test everything they sent must have come, in order and in time, nothing may be left of the
 * intruders, and nothing may have been complained about or left unhandled.
 */

import { gateway, RawClient, type RawLogin, type RawOptions, randomHex } from 'ar-rtm-testkit/raw-client';
import { afterEach, expect } from 'vitest';
import { startTestServer, type TestServer, type TestServerOptions } from '../../../src/testing.js';
import { frame, WireSocket } from './wire-socket.js';

export const APP = '0123456789abcdef0123456789abcdef';
export const LOBBY = 'lobby';
/** Fields of the Login of a client with capabilities. */
export const OURS = { Caps: ['reply-codes.1', 'push-offline.1'] };

/** Two messages each time: within the budget of a session, which would hold them back otherwise. */
const PERIOD_MS = 50;
/** How late a bystander's message may be while all hell is loose in the same process, clients included. */
const LATE_MS = 2000;

/** Of what a server has, what must be as before once the intruders are gone. */
const KEPT = [
  'histories',
  'connections',
  'sessions',
  'feeds',
  'deliveries',
  'replies',
  'departures',
  'queuedBytes',
  'users',
  'unsettled',
  'waits',
  'uploads',
  'transfers',
];

const unhandled: unknown[] = [];
process.on('unhandledRejection', (reason) => unhandled.push(reason));
process.on('uncaughtExceptionMonitor', (error) => unhandled.push(error));

/** Registers the checks behind each test; call once per file. */
export function useArena(): Arena {
  const arena = new Arena();
  afterEach(() => arena.finish());
  return arena;
}

export class Arena {
  private running: TestServer | undefined;
  private clients: RawClient[] = [];
  private wires: WireSocket[] = [];
  private bystanders: Bystanders | undefined;
  private before: Record<string, number> = {};
  /** Lines that the server may log at level warn and above. */
  expectedComplaints: RegExp[] = [];

  get server(): TestServer {
    if (!this.running) throw new Error('no server yet');
    return this.running;
  }

  async start(options: TestServerOptions = {}): Promise<TestServer> {
    this.running = await startTestServer({
      ...options,
      settings: { offlineMs: 600, unreachableMs: 400, heartbeatMs: 200, publishedPingMs: 200, ...options.settings },
      engineLimits: {
        idleMs: 200,
        sweepMs: 50,
        ticketAfterSessionMs: 200,
        channelLogMs: 1000,
        ...options.engineLimits,
      },
    });
    this.bystanders = await Bystanders.begin(this.running.url);
    this.before = await this.settledCensus();
    this.bystanders.talk();
    return this.running;
  }

  /** A logged-in intruder in the bystanders' channel. */
  async intruder(uid = 'eve', login: Partial<RawLogin> = {}, options: RawOptions = {}): Promise<RawClient> {
    const eve = this.keep(await RawClient.login(this.server.url, { appId: APP, uid, ...login }, options));
    expect(await eve.request('JoinChannel', { ChanId: LOBBY })).toMatchObject({ Code: 0 });
    return eve;
  }

  /** A socket without Login. */
  async socket(): Promise<RawClient> {
    return this.keep(await RawClient.open(this.server.url, { fetch: false }));
  }

  keep(client: RawClient): RawClient {
    this.clients.push(client);
    return client;
  }

  /** A TCP connection that has said nothing yet. */
  async tcp(localAddress?: string): Promise<WireSocket> {
    const wire = await WireSocket.connect(this.server.port, localAddress);
    this.wires.push(wire);
    return wire;
  }

  /** A WebSocket of which every byte is ours. */
  async wire(): Promise<WireSocket> {
    const wire = await this.tcp();
    await wire.upgrade();
    return wire;
  }

  /** The same, logged in as a published client. */
  async loggedInWire(uid = 'eve'): Promise<WireSocket> {
    const wire = await this.wire();
    const { body } = await gateway(this.server.url, { appid: APP, uid, token: '', wss: false });
    const content = {
      UserId: uid,
      UserSId: randomHex(32),
      AcsToken: '',
      SdkVer: '1.0.15',
      SessionId: body['sessionid'],
    };
    const reply = wire.next('Login');
    wire.write(frame(JSON.stringify({ Cmd: 'Login', AppId: APP, Content: JSON.stringify(content) })));
    expect(await reply).toMatchObject({ Code: 0 });
    return wire;
  }

  /** Everybody but the bystanders goes; who still can logs out, so that nobody has to wait for the session's end. */
  async dismiss(): Promise<void> {
    const wires = this.wires.splice(0);
    await Promise.all(wires.map((wire) => wire.leave()));
    await Promise.all(
      this.clients.splice(0).map(async (client) => {
        if (client.userSId !== '' && !client.socket.isPaused) {
          await Promise.race([client.logout(), new Promise((resume) => setTimeout(resume, 500))]);
        }
        client.terminate();
      }),
    );
  }

  /** The bystanders stop talking, for tests that end the server; what they sent must have come. */
  async quiet(): Promise<void> {
    await this.bystanders?.end();
    this.bystanders?.leave();
    this.bystanders = undefined;
    this.before = {};
  }

  async finish(): Promise<void> {
    const { running, bystanders, expectedComplaints } = this;
    if (!running) return;
    this.expectedComplaints = [];
    try {
      await this.dismiss();
      await bystanders?.end();
      if (bystanders)
        await eventually(() => differences(this.before, running.census()) === '', 'everything as before').catch(() => {
          throw new Error(`left behind: ${differences(this.before, running.census())}`);
        });
    } finally {
      bystanders?.leave();
      await running.stop();
      this.running = undefined;
    }
    expect(running.complaints.filter((line) => !expectedComplaints.some((pattern) => pattern.test(line)))).toEqual([]);
    expect(unhandled.splice(0)).toEqual([]);
  }

  /** The census when nothing is under way. */
  private async settledCensus(): Promise<Record<string, number>> {
    const read = () => JSON.stringify(kept(this.server.census()));
    let last = read();
    let since = performance.now();
    await eventually(() => {
      const now = read();
      if (now !== last) since = performance.now();
      last = now;
      return performance.now() - since > 50;
    }, 'a quiet census');
    return JSON.parse(last) as Record<string, number>;
  }
}

/** Two published clients in one channel. */
class Bystanders {
  private timer: NodeJS.Timeout | undefined;
  private sent = 0;
  private readonly sentAt: number[] = [];
  private slowest = 0;

  private constructor(
    private readonly left: RawClient,
    private readonly right: RawClient,
  ) {
    right.socket.on('message', () => {
      const [cmd, content] = right.frames.calls.at(-1) as [string, Record<string, unknown>];
      if (content['FromUId'] !== 'left' || !cmd.startsWith('RecvMsg')) return;
      const sentAt = this.sentAt[Number(content['MsgBody'])] as number;
      this.slowest = Math.max(this.slowest, performance.now() - sentAt);
    });
  }

  static async begin(url: string): Promise<Bystanders> {
    const [left, right] = await Promise.all(
      ['left', 'right'].map((uid) => RawClient.login(url, { appId: APP, uid, svrKeepAlive: true })),
    );
    for (const client of [left, right]) await client?.request('JoinChannel', { ChanId: LOBBY });
    return new Bystanders(left as RawClient, right as RawClient);
  }

  talk(): void {
    this.timer = setInterval(() => {
      const MsgId = this.sent++;
      const message = { MsgId, MsgType: 1, MsgBody: String(MsgId), OfflineMsg: false };
      this.sentAt[MsgId] = performance.now();
      this.left.send('SendChannelMsg', { ...message, ChanId: LOBBY });
      this.left.send('SendMsgToPeer', { ...message, ToUId: 'right' });
    }, PERIOD_MS);
  }

  /** Everything came, once, in order, in time, and every sender was told so. */
  async end(): Promise<void> {
    clearInterval(this.timer);
    const all = Array.from({ length: this.sent }, (_, number) => String(number));
    const heard = () =>
      this.right
        .all('RecvMsgFromChan')
        .filter(({ FromUId }) => FromUId === 'left')
        .map(({ MsgBody }) => MsgBody);
    const told = () =>
      this.right
        .all('RecvMsgFromPeer')
        .filter(({ FromUId }) => FromUId === 'left')
        .map(({ MsgBody }) => MsgBody);
    await eventually(
      () => heard().length >= all.length && told().length >= all.length,
      'all messages of the bystanders',
    );
    expect(heard()).toEqual(all);
    expect(told()).toEqual(all);
    await eventually(() => this.left.all('MsgStatus').length === all.length, 'all statuses of the bystanders');
    expect(this.left.all('MsgStatus').every(({ Status }) => Status === 2)).toBe(true);
    await eventually(() => this.left.all('SendChannelMsg').length === all.length, 'all replies to the bystanders');
    expect(this.left.all('SendChannelMsg').every(({ Code }) => Code === 0)).toBe(true);
    expect(this.slowest).toBeLessThan(LATE_MS);
    for (const client of [this.left, this.right]) expect(client.socket.readyState).toBe(client.socket.OPEN);
  }

  leave(): void {
    clearInterval(this.timer);
    this.left.terminate();
    this.right.terminate();
  }
}

/** Polls a condition that has no event. */
export async function eventually(check: () => boolean, what: string, limitMs = 30_000): Promise<void> {
  const giveUp = performance.now() + limitMs;
  while (!check()) {
    if (performance.now() > giveUp) throw new Error(`not within ${limitMs} ms: ${what}`);
    await new Promise((resume) => setTimeout(resume, 10));
  }
}

function kept(census: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(KEPT.map((kind) => [kind, census[kind] ?? 0]));
}

function differences(before: Readonly<Record<string, number>>, now: Readonly<Record<string, number>>): string {
  return KEPT.filter((kind) => (now[kind] ?? 0) !== before[kind])
    .map((kind) => `${kind} ${before[kind]} -> ${now[kind]}`)
    .join(', ');
}

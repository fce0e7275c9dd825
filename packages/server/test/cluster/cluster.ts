/**
 * Several server nodes in one process, on virtual time, over one engine behind a bad network (FaultyNetwork). Clients are
 * scripted: they speak frames over an in-memory transport, acknowledge, and answer heartbeats.
 *
 * ```ts
 * const cluster = await Cluster.start({ nodes: 3, seed: 1, faults: { feedDelayMs: 50 } });
 * const alice = await cluster.login('alice', 0);         // socket on node 0
 * await cluster.time.advance(1000);                      // nothing happens by itself
 * alice.pushes('RecvMsgFromPeer');                       // contents of what came
 * ```
 */
import {
  CAPABILITIES,
  type CommandName,
  decodeServerFrame,
  encodeCommand,
  type ServerFrame,
  type ServerFrameName,
} from 'ar-rtm-protocol';
import { FakeTime, SeededChance, textsOf } from 'ar-rtm-testkit';
import { type Faults, FaultyNetwork } from 'ar-rtm-testkit/engine';
import type { ServerNode } from '../../src/app/server-node.js';
import type { NodeSettings } from '../../src/app/settings.js';
import { createNode } from '../../src/compose.js';
import type { App } from '../../src/domain/apps.js';
import type { TokenPolicy } from '../../src/domain/tokens-policy.js';
import { LocalEngine, type LocalLimits } from '../../src/engines/local/index.js';
import { MemoryRecords } from '../../src/engines/memory/memory-records.js';
import type { CounterName, Counters, Logger, Transport, TransportEvents } from '../../src/ports/index.js';

export const APP = '0123456789abcdef0123456789abcdef';

export interface ClusterOptions {
  readonly nodes: number;
  readonly seed?: number;
  readonly faults?: Partial<Faults>;
  readonly settings?: Partial<NodeSettings>;
  readonly limits?: Partial<LocalLimits>;
  readonly apps?: readonly App[];
  /** Apps of a node that has other settings than the rest, as after a restart, by its index. */
  readonly otherApps?: { readonly [node: number]: readonly App[] };
  readonly tokenPolicy?: Partial<TokenPolicy>;
  /** Called once per flush of the records. */
  readonly flush?: () => Promise<void>;
}

export class Cluster {
  readonly nodes: ServerNode[] = [];
  private instances = 0;

  private constructor(
    readonly time: FakeTime,
    readonly network: FaultyNetwork,
    readonly counters: CounterBook,
    readonly engine: LocalEngine,
    readonly complaints: readonly string[],
    readonly warnings: readonly string[],
    readonly informed: readonly string[],
  ) {}

  static async start(options: ClusterOptions): Promise<Cluster> {
    const chance = new SeededChance(options.seed ?? 1);
    const time = new FakeTime();
    const network = new FaultyNetwork({ time, chance });
    const counters = new CounterBook();
    const complaints: string[] = [];
    const warnings: string[] = [];
    const informed: string[] = [];
    const logger = loggerTo(complaints, warnings, informed);
    const engine = new LocalEngine({
      records: new MemoryRecords(options.flush && { flush: options.flush }),
      time,
      counters,
      logger,
      limits: options.limits ?? {},
    });
    await engine.open();
    const cluster = new Cluster(time, network, counters, engine, complaints, warnings, informed);
    for (let i = 0; i < options.nodes; i++) {
      const label = `node${i}`;
      const node = createNode({
        engine: network.wrap(label, engine.connect()),
        time,
        chance,
        secret: new Uint8Array(32),
        logger,
        counters,
        apps: options.otherApps?.[i] ?? options.apps ?? [],
        ...(options.tokenPolicy && { tokenPolicy: options.tokenPolicy }),
        settings: { drainMs: 100, ...options.settings },
      });
      await node.start();
      cluster.nodes.push(node);
    }
    network.faults = { ...network.faults, ...options.faults };
    return cluster;
  }

  node(index: number): ServerNode {
    const node = this.nodes[index];
    if (!node) throw new Error(`no node ${index}`);
    return node;
  }

  /** A client instance that is not connected yet. */
  client(uid: string, kind: 'ours' | 'published' = 'ours'): ScriptedClient {
    this.instances += 1;
    return new ScriptedClient(this, uid, this.instances.toString(16).padStart(32, '0'), kind);
  }

  /** A client, logged in over the gateway of one node and the socket of another (the same by default). */
  async login(uid: string, socketNode: number, kind: 'ours' | 'published' = 'ours', gatewayNode = socketNode) {
    const client = this.client(uid, kind);
    await client.connect(socketNode, { gatewayNode });
    return client;
  }

  /** Lets time pass until `holds`, at most `limitMs`. */
  async until(holds: () => boolean, what: string, limitMs = 10_000): Promise<void> {
    for (let waited = 0; !holds(); waited += 20) {
      if (waited > limitMs) throw new Error(`${what}: not within ${limitMs} ms of virtual time`);
      await this.time.advance(20);
    }
  }

  /** The node's process is gone: nothing of it runs on the network any more. Its sockets break. */
  async kill(index: number): Promise<void> {
    this.network.partition(`node${index}`);
    for (const client of this.clients) if (client.nodeIndex === index) client.breakSocket();
    await this.time.settle();
  }

  readonly clients: ScriptedClient[] = [];
}

/** A position, as frames name it. */
export interface Place {
  readonly Epoch: number;
  readonly Offset: number;
}

/** What a client has got, and what it can say. */
export class ScriptedClient {
  readonly frames: ServerFrame[] = [];
  /** The close code of the last socket, when the server closed it. */
  closedWith: number | undefined;
  nodeIndex = -1;
  /** What it does not acknowledge of calls, by command: a receipt, a confirmation, or what else it is told. */
  ignores: readonly ServerFrameName[] = [];
  /** Does not acknowledge messages and does not answer heartbeats. */
  mute = false;
  /** What it logged in with last. */
  token = '';
  private ticket = '';
  private events: TransportEvents | undefined;
  private msgId = 0;

  constructor(
    private readonly cluster: Cluster,
    readonly uid: string,
    readonly userSId: string,
    readonly kind: 'ours' | 'published',
  ) {
    cluster.clients.push(this);
  }

  /** Gateway, socket, Login; resolves with the Login reply, or with the close code when the socket closed instead. */
  async connect(
    socketNode: number,
    options: {
      readonly gatewayNode?: number;
      readonly resume?: boolean;
      readonly inboxAt?: Place;
      readonly wait?: boolean;
      readonly token?: string;
      /** Does not ask the gateway, but comes with the ticket of the last login. */
      readonly straight?: boolean;
    } = {},
  ): Promise<void> {
    const { token = '' } = options;
    this.token = token;
    if (!options.straight) this.ticket = await this.ask(options.gatewayNode ?? socketNode);
    const sessionid = this.ticket;
    this.nodeIndex = socketNode;
    this.closedWith = undefined;
    const seen = this.frames.length;
    this.events = this.cluster.node(socketNode).accept(this.transport());
    this.say(
      'Login',
      {
        UserId: this.uid,
        UserSId: this.userSId,
        AcsToken: token,
        SdkVer: '1',
        SessionId: sessionid,
        SvrKeepAlive: true,
        ...(this.kind === 'ours' ? { Caps: Object.values(CAPABILITIES), Resume: options.resume ?? false } : {}),
        ...(options.resume ? options.inboxAt : {}),
      },
      APP,
    );
    if (options.wait === false) return;
    await this.cluster.until(
      () => this.frames.slice(seen).some(({ cmd }) => cmd === 'Login') || this.closedWith !== undefined,
      `${this.uid} logs in`,
    );
  }

  /** Another client instance that has got hold of this one's token and ticket. */
  stolen(): ScriptedClient {
    const thief = this.cluster.client(this.uid, this.kind);
    thief.token = this.token;
    thief.ticket = this.ticket;
    return thief;
  }

  /** A ticket of the gateway. */
  private async ask(node: number): Promise<string> {
    const body = JSON.stringify({ appid: APP, uid: this.uid, token: this.token, wss: false });
    const answer = await this.cluster.node(node).gateway.login(body, { host: 'h', port: 1 });
    if (answer.status !== 200) throw new Error(`the gateway answered ${answer.status}`);
    const { sessionid, code } = answer.body as { sessionid: string; code: number };
    if (code !== 0) throw new Error(`the gateway refused with ${code}`);
    return sessionid;
  }

  say(cmd: CommandName, content: object, appId?: string): void {
    const text = encodeCommand(cmd, content, appId);
    this.events?.received(text, text.length);
  }

  /** Sends a peer message; resolves with the status. */
  async sendTo(to: string, body: string, offline = false): Promise<{ Status: number; Code?: number | undefined }> {
    const MsgId = ++this.msgId;
    this.say('SendMsgToPeer', { MsgId, ToUId: to, MsgType: 1, MsgBody: body, OfflineMsg: offline });
    const reply = () => this.contents('MsgStatus').find((content) => content.MsgId === MsgId);
    await this.cluster.until(() => reply() !== undefined, `${this.uid}: status of "${body}"`, 15_000);
    return reply() as { Status: number };
  }

  async join(channel: string): Promise<number> {
    const before = this.contents('JoinChannel').length;
    this.say('JoinChannel', { ChanId: channel });
    await this.cluster.until(() => this.contents('JoinChannel').length > before, `${this.uid} joins ${channel}`);
    return this.contents('JoinChannel').at(-1)?.Code ?? Number.NaN;
  }

  /** Goes on in a channel behind what was seen of it; the content of the reply. */
  async rejoin(channel: string, at: Place | undefined = this.placeIn(channel)) {
    const before = this.contents('JoinChannel').length;
    this.say('JoinChannel', { ChanId: channel, ...at });
    await this.cluster.until(() => this.contents('JoinChannel').length > before, `${this.uid} is back in ${channel}`);
    return this.contents('JoinChannel').at(-1);
  }

  /** What the Login before the last one called the memory of requests: that under which an unanswered one was sent. */
  get memory(): string {
    const logins = this.contents('Login');
    return (logins.at(-2) ?? logins.at(-1))?.Memory ?? '';
  }

  /** The last position of a channel that any frame named. */
  placeIn(channel: string): Place | undefined {
    const placed = this.frames.map(({ content }) => content as Partial<Place> & { readonly ChanId?: string });
    const last = placed.filter(({ ChanId, Offset }) => ChanId === channel && Offset !== undefined).at(-1);
    return last && { Epoch: last.Epoch as number, Offset: last.Offset as number };
  }

  /** Sends to a channel without waiting for the reply; answers the request's number. */
  shout(channel: string, body: string, again?: number): number {
    const MsgId = again ?? ++this.msgId;
    const more = again === undefined ? {} : { Again: this.memory };
    this.say('SendChannelMsg', { ChanId: channel, MsgId, MsgType: 1, MsgBody: body, ...more });
    return MsgId;
  }

  contents<N extends ServerFrameName>(cmd: N): Extract<ServerFrame, { cmd: N }>['content'][] {
    return this.frames.filter((frame) => frame.cmd === cmd).map(({ content }) => content) as never;
  }

  /** Bodies of channel messages heard, in order. */
  heard(channel: string): string[] {
    return this.contents('RecvMsgFromChan')
      .filter(({ ChanId }) => ChanId === channel)
      .map(({ MsgBody }) => MsgBody);
  }

  received(): string[] {
    return this.contents('RecvMsgFromPeer').map(({ MsgBody }) => MsgBody);
  }

  /** The network goes: no close frame. */
  breakSocket(): void {
    const { events } = this;
    this.events = undefined;
    events?.closed(1006, false);
  }

  private transport(): Transport {
    const isCurrent = { value: true };
    return {
      remoteAddress: 'memory',
      reachedHost: { host: `node${this.nodeIndex}.example` },
      bufferedBytes: 0,
      write: (frames) => {
        if (isCurrent.value) for (const { text } of textsOf(frames)) this.got(text);
        return true;
      },
      close: (code) => {
        if (!isCurrent.value) return;
        isCurrent.value = false;
        const { events } = this;
        this.closedWith = code;
        this.events = undefined;
        this.cluster.time.nextTurn(() => events?.closed(code, true));
      },
      terminate: () => {
        if (!isCurrent.value) return;
        isCurrent.value = false;
        const { events } = this;
        this.events = undefined;
        this.cluster.time.nextTurn(() => events?.closed(1006, false));
      },
      pause: () => undefined,
      resume: () => undefined,
    };
  }

  private acknowledgeCall({ cmd, content }: ServerFrame): void {
    const { CallId, MsgId, FromUId } = content as { CallId: string; MsgId?: number; FromUId?: string };
    if (this.mute || this.ignores.includes(cmd) || MsgId === undefined) return;
    const ack = cmd === 'MakeCall' || cmd === 'AcceptCall' ? (`${cmd}Ack` as const) : 'RecvMsgFromPeerAck';
    this.cluster.time.nextTurn(() => this.say(ack, { CallId, MsgId, FromUId, ToUId: FromUId }));
  }

  private got(text: string): void {
    const decoded = decodeServerFrame(text);
    if (!decoded.ok) throw new Error(decoded.reason);
    const { frame } = decoded;
    if (frame.cmd === 'ReqKeepAlive') {
      if (!this.mute) this.cluster.time.nextTurn(() => this.say('KeepAlive', { time: '1' }));
      return;
    }
    this.frames.push(frame);
    if (frame.cmd === 'RecvMsgFromPeer' && !this.mute) {
      const { MsgId, FromUId } = frame.content;
      this.cluster.time.nextTurn(() => this.say('RecvMsgFromPeerAck', { MsgId, FromUId }));
    }
    if (this.kind === 'ours' && 'CallId' in frame.content) this.acknowledgeCall(frame);
  }
}

class CounterBook implements Counters {
  private readonly values = new Map<CounterName, number>();

  add(name: CounterName, amount = 1): void {
    this.values.set(name, this.get(name) + amount);
  }

  get(name: CounterName): number {
    return this.values.get(name) ?? 0;
  }
}

function loggerTo(complaints: string[], warnings: string[], informed: string[]): Logger {
  const logger: Logger = {
    error: (fields, text) => void complaints.push(`${text}: ${String((fields.err as Error | undefined)?.stack ?? '')}`),
    warn: (fields, text) => void warnings.push(`${text}: ${JSON.stringify(fields)}`),
    info: (fields, text) => void informed.push(`${text}: ${JSON.stringify(fields)}`),
    debug: () => undefined,
    child: () => logger,
  };
  return logger;
}

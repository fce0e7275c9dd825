import type { Dice } from './dice.js';
import {
  type Answer,
  type AppRecord,
  type AppSession,
  type Attributes,
  type Call,
  type Heard,
  type History,
  isArchived,
  type Stay,
} from './history.js';
import { Invitations } from './invitations.js';
import { Line, type SimNetwork } from './network.js';
import { SimProcess } from './process.js';
import type { ChannelAttributes, Product, ProductChannel, ProductClient } from './product.js';
import type { Scheduler } from './scheduler.js';

export const APP_ID = '0123456789abcdef0123456789abcdef';

/** How long calls may take (api.md 11.3). */
const LIMITS_MS = {
  login: 6000,
  logout: 5000,
  join: 5000,
  leave: 5000,
  members: 5000,
  count: 5000,
  channel: 10_000,
  peer: 10_000,
  watch: 10_000,
  unwatch: 10_000,
  change: 5000,
  read: 5000,
} as const;

const ERROR = 3;
/** Warnings of the SDK that no fault of the network explains: a server that keeps its promises never causes them. */
const ANOMALY = /entries are missing|frame (ignored|refused)|message ignored/;

interface Details {
  readonly recovered: boolean;
  readonly gaps?: { readonly inbox: boolean; readonly channels: string[] };
}

interface OwnChannel {
  readonly object: ProductChannel;
  stay: Stay | undefined;
}

interface World {
  readonly product: Product;
  readonly scheduler: Scheduler;
  readonly network: SimNetwork;
  readonly history: History;
  readonly trace: (who: string, text: () => string) => void;
}

/** One page with one instance of the SDK; notes what it calls and what it is told. */
export class App {
  readonly record: AppRecord;
  readonly process: SimProcess;
  readonly line: Line;
  state = 'DISCONNECTED';
  /** The current session, from the call of `login` on. */
  session: AppSession | undefined;
  private readonly client: ProductClient;
  private readonly invitations: Invitations;
  private readonly own = new Map<string, OwnChannel>();

  constructor(
    private readonly world: World,
    readonly uid: string,
    name: string,
    dice: Dice,
  ) {
    const { product, scheduler, network, trace } = world;
    const { complaints } = world.history;
    this.record = { name, uid, sessions: [], calls: [], states: [], invitations: [], stray: [] };
    this.process = new SimProcess(scheduler, name);
    this.line = new Line(this.record, this.process, scheduler.nowMs);
    this.client = product.createClient(
      {
        clock: this.process,
        random: dice,
        network: network.connect(this.line),
        log: (severity, text) => {
          trace(name, () => text);
          if (severity === ERROR || ANOMALY.test(text)) complaints.push(`${name}: ${text}`);
        },
      },
      APP_ID,
      { logFilter: 0, confPriCloudAddr: { ServerAdd: 'cluster', Port: 1, Wss: false } },
    );
    this.invitations = new Invitations({
      ...{ client: this.client, record: this.record, process: this.process, dice: dice.for('invitations') },
      session: () => this.session,
      trace: (text) => trace(name, text),
    });
    this.client.on('ConnectionStateChanged', (state: string, reason: string, details?: Details) =>
      this.#changed(state, reason, details),
    );
    this.client.on('PeersOnlineStatusChanged', (states: Attributes) => {
      trace(name, () => `is told ${JSON.stringify(states)}`);
      for (const [of, value] of Object.entries(states)) {
        this.session?.told.push({ atMs: scheduler.nowMs, of, value });
      }
    });
    this.client.on('MessageFromPeer', (message: { text: string }, from: string, { serverReceivedTs }: Ts) => {
      this.#hear(this.session, 'the inbox', { kind: 'message', from, text: message.text, serverTs: serverReceivedTs });
    });
  }

  get isLoggedIn(): boolean {
    return this.session?.login.answer?.outcome === 'ok' && this.session.logout === undefined;
  }

  /** Channels of which the app is a member, as far as it knows. */
  get joined(): string[] {
    return [...this.own].filter(([, { stay }]) => stay?.join.answer && !stay.leave).map(([channel]) => channel);
  }

  async login(): Promise<void> {
    const session: AppSession = {
      login: this.#began({ what: 'login' }),
      heard: [],
      stays: [],
      told: [],
      stateCalls: [],
    };
    this.record.sessions.push(session);
    this.session = session;
    await this.#settles(session.login, this.client.login({ uid: this.uid }));
    if (session.login.answer?.outcome !== 'ok') this.#end(session);
  }

  async logout(): Promise<void> {
    const { session } = this;
    const call = this.#began({ what: 'logout' });
    if (session) session.logout = call;
    await this.#settles(call, this.client.logout());
    if (session) this.#end(session);
  }

  async join(channel: string): Promise<void> {
    const own = this.#channel(channel);
    if (own.stay || !this.session) return;
    const stay: Stay = { channel, join: this.#began({ what: 'join', channel }), heard: [], told: [] };
    own.stay = stay;
    this.session.stays.push(stay);
    await this.#settles(stay.join, own.object.join());
    if (stay.join.answer?.outcome === 'ok') return;
    stay.endedMs ??= this.world.scheduler.nowMs;
    if (own.stay === stay) own.stay = undefined;
  }

  async leave(channel: string): Promise<void> {
    const own = this.#channel(channel);
    const { stay } = own;
    if (!stay) return;
    const call = this.#began({ what: 'leave', channel });
    stay.leave = call;
    await this.#settles(call, own.object.leave());
    // A refused departure leaves the app a member.
    if (call.answer?.outcome === 'refused') return;
    stay.endedMs ??= this.world.scheduler.nowMs;
    if (own.stay === stay) own.stay = undefined;
  }

  async sendToChannel(channel: string, text: string): Promise<void> {
    const call = this.#began({ what: 'channel', channel, text });
    await this.#settles(
      call,
      this.#channel(channel).object.sendMessage({ text }, { enableHistoricalMessaging: isArchived(text) }),
    );
  }

  invite(to: string, text: string): void {
    this.invitations.invite(to, text);
  }

  async sendToPeer(to: string, text: string, offline: boolean): Promise<void> {
    const call = this.#began({ what: 'peer', to, text, offline });
    const sent = this.client.sendMessageToPeer({ text }, to, {
      enableOfflineMessaging: offline,
      enableHistoricalMessaging: isArchived(text),
    });
    await this.#settles(call, sent, ({ hasPeerReceived }) => ({ hasPeerReceived }));
  }

  async members(channel: string): Promise<Call> {
    const call = this.#began({ what: 'members', channel });
    await this.#settles(call, this.#channel(channel).object.getMembers(), (members) => ({ members }));
    return call;
  }

  async count(channels: string[]): Promise<void> {
    await this.#settles(this.#began({ what: 'count' }), this.client.getChannelMemberCount(channels));
  }

  async watch(peer: string, wants: boolean): Promise<void> {
    const call = this.#stateCall({ what: wants ? 'watch' : 'unwatch', to: peer });
    const { client } = this;
    await this.#settles(
      call,
      wants ? client.subscribePeersOnlineStatus([peer]) : client.unsubscribePeersOnlineStatus([peer]),
    );
  }

  /** Replaces all attributes by `all`, or sets `one`; of a channel, or its own. */
  async change(channel: string | undefined, text: string, replaces: boolean): Promise<void> {
    const { client } = this;
    const call = this.#stateCall({ what: 'change', text, replaces, ...(channel !== undefined && { channel }) });
    const attributes = replaces ? { all: text } : { one: text };
    const notify = { enableNotificationToChannelMembers: true };
    const own = replaces ? client.setLocalUserAttributes : client.addOrUpdateLocalUserAttributes;
    const theirs = replaces ? client.setChannelAttributes : client.addOrUpdateChannelAttributes;
    const done =
      channel === undefined ? own.call(client, attributes) : theirs.call(client, channel, attributes, notify);
    await this.#settles(call, done);
  }

  async readUser(uid: string): Promise<void> {
    const call = this.#stateCall({ what: 'read', to: uid });
    await this.#settles(call, this.client.getUserAttributes(uid), (attributes) => ({ attributes }));
  }

  async readChannel(channel: string): Promise<void> {
    const call = this.#stateCall({ what: 'read', channel });
    await this.#settles(call, this.client.getChannelAttributes(channel), (all) => ({ attributes: valuesOf(all) }));
  }

  /** The page is closed, by its user or by a crash. */
  kill(closesSocket: boolean): void {
    const { nowMs } = this.world.scheduler;
    this.world.trace(this.record.name, () => 'is gone');
    if (closesSocket) this.line.connection?.closeByClient(1001);
    else this.line.connection?.cut({});
    this.process.kill();
    this.record.goneMs = nowMs;
    if (this.session) this.#end(this.session);
    this.state = 'GONE';
  }

  #channel(channel: string): OwnChannel {
    const known = this.own.get(channel);
    if (known) return known;
    const object = this.client.createChannel(channel);
    const own: OwnChannel = { object, stay: undefined };
    this.own.set(channel, own);
    object.on('ChannelMessage', (message: { text: string }, from: string, { serverReceivedTs }: Ts) => {
      this.#hear(own.stay, channel, { kind: 'message', from, text: message.text, serverTs: serverReceivedTs });
    });
    object.on('AttributesUpdated', (all: ChannelAttributes) => {
      const value = JSON.stringify(valuesOf(all));
      this.world.trace(this.record.name, () => `is told ${value} of ${channel}`);
      if (own.stay?.join.answer) own.stay.told.push({ atMs: this.world.scheduler.nowMs, of: channel, value });
      else this.record.stray.push(`attributes of ${channel}`);
    });
    object.on('MemberJoined', (from: string) =>
      this.#hear(own.stay, channel, { kind: 'joined', from, text: '', serverTs: 0 }),
    );
    object.on('MemberLeft', (from: string) =>
      this.#hear(own.stay, channel, { kind: 'left', from, text: '', serverTs: 0 }),
    );
    return own;
  }

  #changed(state: string, reason: string, details: Details | undefined): void {
    const { nowMs } = this.world.scheduler;
    this.state = state;
    const silentMs = this.line.takeSilence(nowMs);
    this.world.trace(this.record.name, () => `state ${state} ${reason} ${JSON.stringify(details ?? '')}`);
    this.record.states.push({ atMs: nowMs, state, reason, silentMs, ...details });
    const { session } = this;
    if (!session) return;
    const gap = { atMs: nowMs, kind: 'gap', from: '', text: '', serverTs: 0 } as const;
    if (details?.gaps?.inbox) session.heard.push(gap);
    for (const channel of details?.gaps?.channels ?? []) this.own.get(channel)?.stay?.heard.push(gap);
    // A login out of ABORTED passes through DISCONNECTED, which does not end the session that begins.
    if (state === 'ABORTED' || (state === 'DISCONNECTED' && session.logout)) this.#end(session);
  }

  #hear(
    where: { readonly heard: Heard[]; readonly login?: Call; readonly join?: Call } | undefined,
    what: string,
    heard: Omit<Heard, 'atMs'>,
  ): void {
    const line = `${heard.kind} ${heard.from} "${heard.text.slice(0, 20)}" in ${what}`;
    this.world.trace(this.record.name, () => `hears ${line}`);
    if (!where || (where.login ?? where.join)?.answer === undefined) this.record.stray.push(line);
    else where.heard.push({ atMs: this.world.scheduler.nowMs, ...heard });
  }

  /** Nothing more belongs to the session. */
  #end(session: AppSession): void {
    const { nowMs } = this.world.scheduler;
    session.endedMs ??= nowMs;
    if (this.session !== session) return;
    this.session = undefined;
    for (const own of this.own.values()) {
      if (own.stay) own.stay.endedMs ??= nowMs;
      own.stay = undefined;
    }
  }

  #stateCall(call: Begun): Call {
    const began = this.#began(call);
    this.session?.stateCalls.push(began);
    return began;
  }

  #began(call: Begun): Call {
    const began: Call = { ...call, atMs: this.world.scheduler.nowMs, limitMs: LIMITS_MS[call.what] };
    this.record.calls.push(began);
    this.world.trace(this.record.name, () => `calls ${describe(call)}`);
    return began;
  }

  async #settles<T>(call: Call, result: Promise<T>, read: (value: T) => Partial<Answer> = () => ({})): Promise<void> {
    const { scheduler, trace } = this.world;
    const stalledMs = this.process.stalledMs;
    let answer: Answer;
    try {
      const value = await result;
      answer = { atMs: scheduler.nowMs, outcome: 'ok', ...read(value) };
    } catch (error) {
      const { name, code, data } = error as { name: string; code?: number; data?: object };
      const outcome = name === 'RtmTimeoutError' || name === 'RtmInterruptedError' ? 'unknown' : 'refused';
      answer = { atMs: scheduler.nowMs, outcome, error: `${name} ${code} ${JSON.stringify(data ?? '')}` };
    }
    call.limitMs += this.process.stalledMs - stalledMs;
    call.answer = answer;
    trace(this.record.name, () => `answer to ${describe(call)}: ${JSON.stringify(answer)}`);
  }
}

function valuesOf(attributes: ChannelAttributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).map(([key, { value }]) => [key, value]));
}

type Begun = Pick<Call, 'what' | 'channel' | 'to' | 'text' | 'offline' | 'replaces'>;

interface Ts {
  readonly serverReceivedTs: number;
}

function describe({ what, channel, to, text }: Pick<Call, 'what' | 'channel' | 'to' | 'text'>): string {
  return [what, channel ?? to, text && `"${text.slice(0, 20)}"`].filter(Boolean).join(' ');
}

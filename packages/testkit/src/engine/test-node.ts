import type { Position } from 'ar-rtm-protocol';
import type {
  CallAct,
  CallNews,
  CallTimes,
  ChannelFeed,
  ClaimMode,
  ClaimResult,
  EndReason,
  Engine,
  InboxEntry,
  InboxFeed,
  Notice,
  PlacedChannelEntry,
  PresenceChange,
  PresenceFeed,
  SendResult,
  ServedChannel,
  SessionToken,
} from 'ar-rtm-server/ports';
import { expect } from 'vitest';
import type { EngineUnderTest } from './engine-factory.js';

export const APP = 'a'.repeat(32);
export const TIMEOUT = { timeoutMs: 5000 } as const;

type Claimed = Extract<ClaimResult, { outcome: 'claimed' }>;

export interface ClaimOptions {
  readonly userSId?: string;
  readonly mode?: ClaimMode;
  readonly ticketId?: string;
  readonly ticketExpiresInMs?: number;
  readonly inboxAt?: Position;
  readonly token?: SessionToken;
  readonly tokenOverTs?: number;
}

export interface SendOptions {
  readonly from?: string;
  readonly offline?: boolean;
  readonly ref?: number;
  /** Names the request, with the sender's session. */
  readonly msgId?: number;
  readonly session?: number;
  readonly onlyIfKnown?: boolean;
}

export interface MakeOptions {
  readonly content?: string;
  readonly channelId?: string;
  readonly times?: Partial<CallTimes>;
  readonly attempt?: number;
  readonly limit?: number;
}

const TIMES: CallTimes = { receiptMs: 30_000, expireMs: 60_000, confirmMs: 5000 };

let names = 0;
/** A name that no other test uses. */
export function unique(prefix: string): string {
  names += 1;
  return `${prefix}-${names}`;
}

/** A node of a test: calls the ports in few words and writes down what it is told. */
export class TestNode {
  readonly inboxFeeds: InboxFeed[] = [];
  readonly channelFeeds: ChannelFeed[] = [];
  readonly presenceFeeds: PresenceFeed[] = [];
  readonly notices: Notice[] = [];
  readonly #testEngine: EngineUnderTest;

  private constructor(
    testEngine: EngineUnderTest,
    readonly ports: Engine,
    readonly nodeId: string,
  ) {
    this.#testEngine = testEngine;
    ports.inboxes.onFeed((feed) => this.inboxFeeds.push(feed));
    ports.channels.onFeed((feed) => this.channelFeeds.push(feed));
    ports.presence.onFeed((feed) => this.presenceFeeds.push(feed));
    ports.nodes.onNotice((notice) => this.notices.push(notice));
  }

  static async start(testEngine: EngineUnderTest, nodeId = unique('node')): Promise<TestNode> {
    const node = new TestNode(testEngine, testEngine.connect(), nodeId);
    await node.ports.nodes.register({ nodeId, ...TIMEOUT });
    return node;
  }

  claim(uid: string, options: ClaimOptions = {}): Promise<ClaimResult> {
    const {
      userSId = `${uid}-instance`,
      mode = 'new',
      ticketId = unique('ticket'),
      ticketExpiresInMs = 60_000,
      inboxAt,
      token,
      tokenOverTs,
    } = options;
    const { nodeId } = this;
    return this.ports.registry.claim({
      appId: APP,
      uid,
      userSId,
      nodeId,
      mode,
      ticketId,
      ticketExpiresInMs,
      ...(inboxAt && { inboxAt }),
      ...(token && { token }),
      ...(tokenOverTs !== undefined && { tokenOverTs }),
      ...TIMEOUT,
    });
  }

  async login(uid: string, options: ClaimOptions = {}): Promise<TestSession> {
    const result = await this.claim(uid, options);
    expect(result.outcome).toBe('claimed');
    return new TestSession(this, uid, result as Claimed);
  }

  send(to: string, body: string, options: SendOptions = {}): Promise<SendResult> {
    const { offline = false, ref = 0, from = 'sender', msgId, session = 1, onlyIfKnown = false } = options;
    return this.ports.inboxes.send({
      appId: APP,
      to,
      message: { from, type: 1, body, description: '', offline },
      origin: { nodeId: this.nodeId, ref },
      ...(msgId !== undefined && { request: { session, msgId } }),
      onlyIfKnown,
      ...TIMEOUT,
    });
  }

  /** Sends and answers the position. */
  async sent(to: string, body: string, options: SendOptions = {}): Promise<Position> {
    const result = await this.send(to, body, options);
    if (!('position' in result)) throw new Error(`not sent: ${result.outcome}`);
    return result.position;
  }

  keep(uid: string, position: Position) {
    return this.ports.inboxes.keep({ appId: APP, uid, position, ...TIMEOUT });
  }

  stored(uid: string, upTo?: Position) {
    return this.ports.inboxes.stored({ appId: APP, uid, ...TIMEOUT, ...(upTo && { upTo }) });
  }

  discard(uid: string, positions: readonly Position[]) {
    return this.ports.inboxes.discard({ appId: APP, uid, positions, ...TIMEOUT });
  }

  subscribe(channelId: string) {
    return this.ports.channels.subscribe({ appId: APP, channelId, nodeId: this.nodeId, ...TIMEOUT });
  }

  unsubscribe(channelId: string) {
    return this.ports.channels.unsubscribe({ appId: APP, channelId, nodeId: this.nodeId, ...TIMEOUT });
  }

  join(channelId: string, uid: string, session: number, generation = 0) {
    return this.ports.channels.join({ appId: APP, channelId, uid, session, generation, ...TIMEOUT });
  }

  leave(channelId: string, uid: string, session: number, generation?: number) {
    return this.ports.channels.leave({
      appId: APP,
      channelId,
      uid,
      session,
      ...(generation !== undefined && { generation }),
      ...TIMEOUT,
    });
  }

  publish(
    channelId: string,
    uid: string,
    session: number,
    body: string,
    { msgId, onlyIfKnown = false }: { readonly msgId?: number; readonly onlyIfKnown?: boolean } = {},
  ) {
    const origin = { nodeId: this.nodeId, ref: 1 };
    const message = { session, type: 1, body, description: '', origin, ...(msgId !== undefined && { msgId }) };
    return this.ports.channels.publish({ appId: APP, channelId, uid, message, onlyIfKnown, ...TIMEOUT });
  }

  readChannel(channelId: string, after: Position, limit = 1000) {
    return this.ports.channels.read({ appId: APP, channelId, after, limit, ...TIMEOUT });
  }

  members(channelId: string, uid: string, limit = 512) {
    return this.ports.channels.members({ appId: APP, channelId, uid, limit, ...TIMEOUT });
  }

  async count(channelId: string): Promise<number> {
    const [count] = await this.ports.channels.counts({ appId: APP, channelIds: [channelId], ...TIMEOUT });
    return count ?? -1;
  }

  watch(...uids: string[]) {
    return this.ports.presence.watch({ appId: APP, uids, nodeId: this.nodeId, ...TIMEOUT });
  }

  unwatch(...uids: string[]) {
    return this.ports.presence.unwatch({ appId: APP, uids, nodeId: this.nodeId, ...TIMEOUT });
  }

  query(...uids: string[]) {
    return this.ports.presence.query({ appId: APP, uids, ...TIMEOUT });
  }

  renew() {
    return this.ports.nodes.renew({ nodeId: this.nodeId, ...TIMEOUT });
  }

  release() {
    return this.ports.nodes.release({ nodeId: this.nodeId, ...TIMEOUT });
  }

  adopt(limit = 1000) {
    return this.ports.nodes.adopt({ nodeId: this.nodeId, limit, ...TIMEOUT });
  }

  settle(uid: string, session: number) {
    return this.ports.registry.settle({ appId: APP, uid, session, ...TIMEOUT });
  }

  holder(uid: string, ticketId: string) {
    return this.ports.registry.holder({ appId: APP, uid, ticketId, ...TIMEOUT });
  }

  /** Entries fed for a user, in the order of their arrival. */
  async fedTo(uid: string): Promise<InboxEntry[]> {
    await this.#testEngine.settle();
    return this.inboxFeeds.filter((feed) => feed.uid === uid).flatMap(({ entries }) => entries);
  }

  /** Entries fed of a channel, in the order of their arrival. */
  async fedFrom(channelId: string): Promise<PlacedChannelEntry[]> {
    await this.#testEngine.settle();
    return this.channelFeeds.flatMap((feed) =>
      feed.kind === 'entries' && feed.channelId === channelId ? feed.entries : [],
    );
  }

  async countsFrom(channelId: string): Promise<number[]> {
    await this.#testEngine.settle();
    return this.channelFeeds.flatMap((feed) =>
      feed.kind === 'count' && feed.channelId === channelId ? [feed.members.count] : [],
    );
  }

  /** Changes of presence that arrived since the last call. */
  async seen(): Promise<PresenceChange[]> {
    await this.#testEngine.settle();
    return this.presenceFeeds.splice(0).flatMap(({ changes }) => changes);
  }

  /** Notices that arrived since the last call. */
  async noticed(): Promise<Notice[]> {
    await this.#testEngine.settle();
    return this.notices.splice(0);
  }
}

/** A session of a test, with the node that hosts it. */
export class TestSession {
  readonly generation: number;
  readonly session: number;

  constructor(
    readonly node: TestNode,
    readonly uid: string,
    readonly claimed: Pick<Claimed, 'generation' | 'session'> & Partial<Claimed>,
  ) {
    this.generation = claimed.generation;
    this.session = claimed.session;
  }

  get ref() {
    return { appId: APP, uid: this.uid, generation: this.generation, ...TIMEOUT };
  }

  acknowledge(...positions: Position[]) {
    return this.node.ports.inboxes.acknowledge({ ...this.ref, positions });
  }

  read(after?: Position, limit = 1000) {
    return this.node.ports.inboxes.read({ ...this.ref, limit, ...(after && { after }) });
  }

  /** The bodies of all unacknowledged entries. */
  async bodies(after?: Position): Promise<string[]> {
    const page = await this.read(after);
    if (page === 'stale') throw new Error('stale');
    return page.entries.map(({ message }) => message?.body ?? '');
  }

  /** What a node does for `JoinChannel`. */
  async join(channelId: string) {
    await this.addChannel(channelId);
    return this.node.join(channelId, this.uid, this.session, this.generation);
  }

  leave(channelId: string) {
    return this.node.leave(channelId, this.uid, this.session, this.generation);
  }

  publish(channelId: string, body: string, options: { readonly msgId?: number; readonly onlyIfKnown?: boolean } = {}) {
    return this.node.publish(channelId, this.uid, this.session, body, options);
  }

  addChannel(channelId: string) {
    return this.node.ports.registry.addChannel({ ...this.ref, channelId });
  }

  removeChannel(channelId: string) {
    return this.node.ports.registry.removeChannel({ ...this.ref, channelId });
  }

  report(isHeard: boolean, serial: number) {
    return this.node.ports.presence.report({ ...this.ref, isHeard, serial });
  }

  /** Makes a call; the content is its id unless something else is said. */
  call(callee: string, callId: string, options: MakeOptions = {}) {
    const { content = callId, channelId = '', attempt = 0, limit = 100 } = options;
    const times = { ...TIMES, ...options.times };
    return this.node.ports.calls.make({ ...this.ref, callee, callId, content, channelId, times, attempt, limit });
  }

  /** Does something to a call that this user has made or got. */
  act(
    act: CallAct,
    other: string,
    callId: string,
    details: { readonly text?: string; readonly expireMs?: number } = {},
  ) {
    const isCaller = act === 'confirm' || act === 'cancel' || act === 'giveUp';
    const sides = isCaller ? { caller: this.uid, callee: other } : { caller: other, callee: this.uid };
    return this.node.ports.calls.act({ ...this.ref, ...sides, callId, act, ...details });
  }

  abandon() {
    return this.node.ports.calls.abandon(this.ref);
  }

  /** What it is told of calls and has not acknowledged, as "callId state". */
  async news(): Promise<string[]> {
    return (await this.callNews()).map(({ callId, state }) => `${callId} ${state}`);
  }

  async callNews(): Promise<CallNews[]> {
    const page = await this.read();
    if (page === 'stale') throw new Error('stale');
    return page.entries.flatMap(({ call }) => (call ? [call] : []));
  }

  addPeers(uids: readonly string[], limit = 512) {
    return this.node.ports.presence.addPeers({ ...this.ref, uids, limit });
  }

  removePeers(...uids: string[]) {
    return this.node.ports.presence.removePeers({ ...this.ref, uids });
  }

  suspend(silentMs: number, served: readonly ServedChannel[] = []) {
    return this.node.ports.registry.suspend({ ...this.ref, silentMs, served });
  }

  end(reason: EndReason = 'logout') {
    return this.node.ports.registry.end({ ...this.ref, reason });
  }
}

export const isBefore = (a: Position, b: Position): boolean =>
  a.epoch < b.epoch || (a.epoch === b.epoch && a.offset < b.offset);

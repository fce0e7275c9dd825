import { comparePositions, type Position } from 'ar-rtm-protocol';
import type {
  ClaimRequest,
  ClaimResult,
  EndedSession,
  EndReason,
  RecordChange,
  Registry,
  ServedChannel,
  SessionRef,
  SessionToken,
} from '../../ports/index.js';
import type { Core } from './core.js';
import { movePresence } from './presence-table.js';
import { endSession, type SessionEnd, tellUndelivered } from './session-end.js';
import type { NodeLease, Session, UserSlot } from './state.js';

type HolderResult = Awaited<ReturnType<Registry['holder']>>;

const NO_CHANNELS: readonly string[] = [];
const NOT_SERVED: readonly ServedChannel[] = [];
const NO_PEERS: readonly string[] = [];

/** {@link Registry} in memory. A step that changes a user is one turn; what it promises is then written and awaited. */
export class LocalRegistry implements Registry {
  readonly #core: Core;

  constructor(core: Core) {
    this.#core = core;
  }

  async claim(request: ClaimRequest): Promise<ClaimResult> {
    const core = this.#core;
    core.mustBeOpen();
    const { appId, uid, userSId, mode } = request;
    const node = core.leases.require(request.nodeId);
    if (!core.tickets.bind(request)) return { outcome: 'ticket-taken' };
    if (core.superseded.has(appId, uid, userSId)) {
      return { outcome: 'superseded', ...(core.superseded.wasPutOff(appId, uid, userSId) && { by: 'operator' }) };
    }
    // An attempt of a login that was ended since: ours has a new UserSId for every login.
    if (mode !== 'published' && core.tickets.hasLoggedOut(appId, uid, userSId)) return { outcome: 'superseded' };
    const slot = core.users.load(appId, uid);
    const old = slot.session;
    const isOver = mode === 'resume' && request.ticketExpiresInMs <= 0;
    if (isOver && !this.#wasLetInBy(old, request)) return { outcome: 'ticket-over' };
    const known = old?.userSId === userSId ? old.token : core.reconnecting.tokenOf(appId, uid, userSId);
    if (!isInForce(known, request)) return this.#tokenOver(slot, request);
    if (old && old.userSId === userSId) return this.#continue(slot, old, node, request);
    // It went on from a cut, but somebody else has logged in since its own session ended: the newer login stays.
    if (old && old.userSId !== userSId && !old.isDoubtful) {
      if (mode === 'resume') return { outcome: 'superseded' };
      if (mode === 'published' && core.reconnecting.has(appId, uid, userSId)) {
        // Its own close frame, when it has been told, ends that: a login that its user wants is a fresh one then.
        const changes = core.reconnecting.forget(appId, uid, userSId);
        core.durability.behind([...changes, ...core.superseded.remember(appId, uid, userSId, { token: known })]);
        return { outcome: 'superseded' };
      }
    }
    return this.#begin(slot, old, node, { ...request, ...tokenInForce(known, request.token) });
  }

  async addChannel(request: SessionRef & { readonly channelId: string }): Promise<'ok' | 'stale'> {
    const session = this.#sessionOf(request);
    if (!session) return 'stale';
    const { channelId } = request;
    if (!session.channels.includes(channelId)) session.channels = [...session.channels, channelId];
    this.#core.sessionRecords.touch(session);
    return 'ok';
  }

  async removeChannel(request: SessionRef & { readonly channelId: string }): Promise<'ok' | 'stale'> {
    const session = this.#sessionOf(request);
    if (!session) return 'stale';
    if (!session.channels.includes(request.channelId)) return 'ok';
    session.channels = session.channels.filter((channelId) => channelId !== request.channelId);
    this.#core.sessionRecords.touch(session);
    return 'ok';
  }

  async suspend(
    request: SessionRef & { readonly silentMs: number; readonly served: readonly ServedChannel[] },
  ): Promise<'ok' | 'stale'> {
    const session = this.#sessionOf(request);
    if (!session) return 'stale';
    session.suspended = { atMs: this.#core.clock.nowMs(), silentMs: request.silentMs };
    session.served = request.served;
    this.#core.sessionRecords.touch(session);
    return 'ok';
  }

  async end(request: SessionRef & { readonly reason: EndReason }) {
    const core = this.#core;
    const session = this.#sessionOf(request);
    const slot = core.users.find(request.appId, request.uid);
    if (!session || !slot) return 'stale';
    const end = endSession(core, slot, session, session.host);
    if (request.reason === 'logout') core.tickets.loggedOut(session);
    core.presence.note(slot);
    core.deliveries.flush();
    // A client of ours says itself that it reconnects, and presents the token that counts.
    if (request.reason === 'offline' && session.isPublished) {
      end.changes.push(...core.reconnecting.remember(session.appId, session.uid, session.userSId, session));
    }
    end.changes.push(...core.sessionRecords.take(session));
    await this.#write(end.changes, end.mustFlush, request.timeoutMs);
    tellUndelivered(core, end.undelivered);
    return { ended: end.ended };
  }

  async kick(request: {
    readonly appId: string;
    readonly uid: string;
    readonly nodeId: string;
    readonly timeoutMs: number;
  }): Promise<{ readonly ended?: EndedSession }> {
    const core = this.#core;
    core.mustBeOpen();
    const { appId, uid } = request;
    const node = core.leases.require(request.nodeId);
    const slot = core.users.find(appId, uid);
    const session = slot?.session;
    if (!slot || !session) return {};
    const { host, generation, userSId } = session;
    const end = endSession(core, slot, session, node);
    end.changes.push(...core.sessionRecords.take(session));
    end.changes.push(...core.superseded.remember(appId, uid, userSId, { token: session.token, byOperator: true }));
    core.presence.note(slot);
    tellSuperseded(core, session, host, generation, 'operator');
    core.deliveries.flush();
    await this.#write(end.changes, true, request.timeoutMs);
    tellUndelivered(core, end.undelivered);
    return { ended: end.ended };
  }

  async renewToken(request: SessionRef & { readonly endTs: number; readonly name?: string }): Promise<'ok' | 'stale'> {
    const session = this.#sessionOf(request);
    if (!session) return 'stale';
    const name = request.name ?? session.token?.name;
    if (name !== undefined) session.token = { name, endTs: request.endTs };
    this.#core.sessionRecords.touch(session);
    return 'ok';
  }

  async knowsToken(request: { readonly appId: string; readonly uid: string; readonly name: string }): Promise<boolean> {
    const core = this.#core;
    core.mustBeOpen();
    const { appId, uid, name } = request;
    // A superseded instance is let in as far as it takes to tell it.
    const memories = [core.reconnecting, core.superseded];
    return (
      core.users.find(appId, uid)?.session?.token?.name === name ||
      memories.some((memory) => memory.hasToken(appId, uid, name))
    );
  }

  async settle(request: { readonly session: number }): Promise<void> {
    const core = this.#core;
    core.mustBeOpen();
    const session = core.unsettled.get(request.session);
    if (!session) return;
    core.unsettled.delete(session.session);
    session.host.sessions.delete(session);
    session.phase = 'settled';
    core.sessionRecords.touch(session);
  }

  async forgetSuperseded(request: {
    readonly appId: string;
    readonly uid: string;
    readonly userSId: string;
    readonly timeoutMs: number;
  }): Promise<void> {
    const core = this.#core;
    core.mustBeOpen();
    const changes = core.superseded.forget(request.appId, request.uid, request.userSId);
    if (changes.length > 0) await core.durability.flush(changes, request.timeoutMs);
  }

  async holder(request: {
    readonly appId: string;
    readonly uid: string;
    readonly ticketId: string;
  }): Promise<HolderResult> {
    const core = this.#core;
    core.mustBeOpen();
    const { appId, uid, ticketId } = request;
    const session = core.users.find(appId, uid)?.session;
    if (session?.ticketId === ticketId) return liveHolder(session);
    const retired = core.tickets.retiredSession(ticketId);
    if (!retired || retired.appId !== appId || retired.uid !== uid) return { valid: false };
    // An older ticket of a session that goes on; of any other session nothing is given away.
    return retired === session ? liveHolder(session) : { valid: true, generation: 0, nodeId: '' };
  }

  /** Whether the session is this client instance's, and the ticket one of those that it came with. */
  #wasLetInBy(session: Session | undefined, { userSId, ticketId }: ClaimRequest): boolean {
    if (session?.userSId !== userSId) return false;
    return session.ticketId === ticketId || this.#core.tickets.retiredSession(ticketId) === session;
  }

  #continue(slot: UserSlot, session: Session, node: NodeLease, request: ClaimRequest): ClaimResult {
    const core = this.#core;
    const { host, generation, served } = session;
    // Another attempt of the login that began it: an answer was lost, or the attempts overtook each other.
    const isLogin = request.mode === 'new' || (request.mode === 'published' && session.isFresh);
    if (session.ticketId !== request.ticketId) core.tickets.retire(session);
    session.ticketId = request.ticketId;
    session.token = tokenInForce(session.token, request.token).token;
    session.generation = core.serial.next();
    session.suspended = undefined;
    session.served = NOT_SERVED;
    session.isDoubtful = false;
    session.reported = 0;
    movePresence(session, 'heard');
    core.presence.note(slot);
    // A client that reconnects does not fetch: everything comes on its socket.
    if (!isLogin) session.offlineUpTo = undefined;
    host.sessions.delete(session);
    session.host = node;
    node.sessions.add(session);
    core.awaitHost(session);
    core.sessionRecords.touch(session);
    tellSuperseded(core, session, host, generation, 'same');
    core.deliveries.flush();
    return {
      outcome: 'claimed',
      generation: session.generation,
      formerGeneration: generation,
      session: session.session,
      continued: !isLogin,
      reconnecting: !isLogin,
      channels: session.channels,
      peers: session.peers,
      served,
      inboxEnd: isLogin ? session.begunAt : slot.inbox.end,
      ...inboxStart(slot, request.inboxAt),
      ...endOf(session.token),
    };
  }

  /** A published client that is told of the end of its token comes back with a login, if at all: its session is over. */
  async #tokenOver(slot: UserSlot, request: ClaimRequest): Promise<ClaimResult> {
    const { appId, uid, userSId, mode, timeoutMs, nodeId } = request;
    const core = this.#core;
    const { session } = slot;
    if (mode !== 'published') return { outcome: 'token-over' };
    core.durability.behind(core.reconnecting.forget(appId, uid, userSId));
    if (session?.userSId !== userSId) return { outcome: 'token-over' };
    const { host, generation } = session;
    const end = endSession(core, slot, session, core.leases.require(nodeId));
    end.changes.push(...core.sessionRecords.take(session));
    core.presence.note(slot);
    tellSuperseded(core, session, host, generation, 'same');
    core.deliveries.flush();
    await this.#write(end.changes, end.mustFlush, timeoutMs);
    tellUndelivered(core, end.undelivered);
    return { outcome: 'token-over', ended: end.ended };
  }

  async #begin(slot: UserSlot, old: Session | undefined, node: NodeLease, request: ClaimRequest): Promise<ClaimResult> {
    const core = this.#core;
    const { appId, uid, userSId } = request;
    const reconnecting =
      request.mode === 'resume' || (request.mode === 'published' && core.reconnecting.has(appId, uid, userSId));
    const changes: RecordChange[] = core.reconnecting.forget(appId, uid, userSId);
    changes.push(...core.superseded.forget(appId, uid, userSId));

    let end: SessionEnd | undefined;
    let mustFlush = false;
    if (old) {
      const { host, generation } = old;
      end = endSession(core, slot, old, node);
      mustFlush = end.mustFlush;
      changes.push(...end.changes, ...core.sessionRecords.take(old));
      if (old.userSId !== userSId) {
        changes.push(...core.superseded.remember(appId, uid, old.userSId, { token: old.token }));
        mustFlush = true;
      }
      tellSuperseded(core, old, host, generation, old.userSId === userSId ? 'same' : 'other');
    }

    const session: Session = {
      appId,
      uid,
      userSId,
      session: core.serial.next(),
      isPublished: request.mode === 'published',
      generation: core.serial.next(),
      host: node,
      ticketId: request.ticketId,
      token: request.token,
      channels: NO_CHANNELS,
      presence: 'OFFLINE',
      reported: 0,
      peers: NO_PEERS,
      beganTs: core.outside.time.wallMs(),
      begunAt: slot.inbox.end,
      isFresh: true,
      isDoubtful: false,
      served: NOT_SERVED,
      offlineUpTo: request.mode === 'published' && !reconnecting ? slot.inbox.end : undefined,
      suspended: undefined,
      phase: 'live',
      attributes: undefined,
      unconfirmedMs: undefined,
      settlingMs: 0,
      isRecorded: false,
    };
    movePresence(session, 'began');
    slot.session = session;
    core.presence.note(slot);
    node.sessions.add(session);
    core.awaitHost(session);
    core.sessionRecords.touch(session);
    if (mustFlush) changes.push(...core.sessionRecords.take(session));
    const { generation } = session;
    const inboxEnd = slot.inbox.end;
    const start = inboxStart(slot, undefined);
    // Behind the end that is told: a published client gets them after its offline messages.
    core.calls.sessionBegan(slot);
    core.deliveries.flush();
    await this.#write(changes, mustFlush, request.timeoutMs);
    if (end) tellUndelivered(core, end.undelivered);
    return {
      outcome: 'claimed',
      generation,
      formerGeneration: 0,
      session: session.session,
      continued: false,
      reconnecting,
      channels: NO_CHANNELS,
      peers: NO_PEERS,
      served: NOT_SERVED,
      inboxEnd,
      ...start,
      ...endOf(session.token),
      ...(end && { ended: end.ended }),
    };
  }

  async #write(changes: RecordChange[], mustFlush: boolean, timeoutMs: number): Promise<void> {
    if (mustFlush) await this.#core.durability.flush(changes, timeoutMs);
    else this.#core.durability.behind(changes);
  }

  #sessionOf(request: SessionRef): Session | undefined {
    this.#core.mustBeOpen();
    return this.#core.sessionOf(request)?.session;
  }
}

function liveHolder(session: Session): HolderResult {
  return {
    valid: true,
    generation: session.generation,
    nodeId: session.host.isHeld ? session.host.nodeId : '',
    ...(session.offlineUpTo && { offlineUpTo: session.offlineUpTo }),
  };
}

/**
 * Where a client that has followed its inbox up to `at` goes on. What is still in the log lies behind the start, or is
 * durable and comes in any case.
 */
function inboxStart({ inbox }: UserSlot, at: Position | undefined): { inboxStart: Position; inboxGap: boolean } {
  const { floor, end } = inbox;
  if (!at) return { inboxStart: floor, inboxGap: false };
  // A cursor behind the end cannot come from this log (restored from a backup, say).
  const inboxGap = comparePositions(at, floor) < 0 || comparePositions(at, end) > 0;
  return { inboxStart: inboxGap ? floor : at, inboxGap };
}

/** A token that is over lets only the client in that has renewed it. */
function isInForce(known: SessionToken | undefined, { token, tokenOverTs }: ClaimRequest): boolean {
  if (tokenOverTs === undefined) return true;
  return known !== undefined && known.name === token?.name && known.endTs > tokenOverTs;
}

/** The token that counts from now on: the one presented, unless it is the one that was renewed. */
function tokenInForce(known: SessionToken | undefined, token: SessionToken | undefined): { token?: SessionToken } {
  if (!token) return {};
  return { token: known?.name === token.name && known.endTs > token.endTs ? known : token };
}

function endOf(token: SessionToken | undefined): { tokenEndTs?: number } {
  return token ? { tokenEndTs: token.endTs } : {};
}

function tellSuperseded(
  core: Core,
  session: Session,
  host: NodeLease,
  generation: number,
  by: 'other' | 'same' | 'operator',
): void {
  if (!host.isHeld) return;
  const { appId, uid } = session;
  core.deliveries.post(() => host.handlers.notice({ kind: 'superseded', appId, uid, generation, by }));
}

import {
  type CommandContent,
  isId,
  type PeerState,
  PRESENCE_CODE,
  PRESENCE_QUERY_CODE,
  type ServerFrameContent,
} from 'ar-rtm-protocol';
import type { Connection } from '../connection.js';
import type { NodeContext } from '../context.js';
import { noteFailure } from '../engine-failure.js';
import type { PresenceHub } from '../presence-hub.js';
import type { Session } from '../session.js';
import type { SessionHost } from '../session-host.js';

type Status = ServerFrameContent<'QueryOnlineStatus'>['Status'];
type SubscriptionCommand = 'SubscribeOnlineStatus' | 'UnSubscribeOnlineStatus';

/** The presence commands (wire-protocol.md 4.3; api.md 3.2 and 9). */
export class PresenceCommands {
  constructor(
    private readonly context: NodeContext,
    private readonly hub: PresenceHub,
    private readonly sessions: SessionHost,
  ) {}

  async query(connection: Connection, session: Session, content: CommandContent<'QueryOnlineStatus'>): Promise<void> {
    const uids = [...new Set(content.UserIds)];
    const { engine, settings } = this.context;
    const reply = (Code: number, Status: Status = []) =>
      connection.send('QueryOnlineStatus', { MsgId: content.MsgId, Code, Status });
    // An invalid argument has no code of its own. Published clients do not look at codes, and need the list (B47).
    if (uids.length > settings.queriedPeers || !uids.every(isId)) return reply(PRESENCE_QUERY_CODE.FAILURE);
    if (!this.mayCall(session, 'query')) return reply(PRESENCE_QUERY_CODE.TOO_OFTEN);
    try {
      const { appId } = session;
      const states = await engine.presence.query({ appId, uids, timeoutMs: settings.engineTimeoutMs });
      reply(
        PRESENCE_QUERY_CODE.OK,
        // UNREACHABLE is for those who watch; a query says whether somebody is logged in.
        uids.map((uid, index) => statusOf(uid, states[index] === 'OFFLINE' ? 'OFFLINE' : 'ONLINE')),
      );
    } catch (error) {
      noteFailure(this.context, 'querying presence', error);
      reply(PRESENCE_QUERY_CODE.FAILURE);
    }
  }

  /** All whom the session watches. Published clients show those with `Online` 1 only, so that is what all have (Q19). */
  list(connection: Connection, session: Session, { MsgId }: CommandContent<'QueryOnlineSubStatus'>): void {
    if (!this.mayCall(session, 'list')) {
      connection.send('QueryOnlineSubStatus', { MsgId, Code: PRESENCE_QUERY_CODE.TOO_OFTEN, Status: [] });
      return;
    }
    const Status = this.hub.list(session).map((UserId) => ({ UserId, Online: 1, State: undefined }));
    connection.send('QueryOnlineSubStatus', { MsgId, Code: PRESENCE_QUERY_CODE.OK, Status });
  }

  /** The reply, and one push with the current states of all users named. */
  async subscribe(
    connection: Connection,
    session: Session,
    content: CommandContent<'SubscribeOnlineStatus'>,
  ): Promise<void> {
    const uids = [...new Set(content.UserIds)];
    const { engine, settings } = this.context;
    const reply = (Code: number) => connection.send('SubscribeOnlineStatus', { MsgId: content.MsgId, Code });
    const limit = settings.subscribedPeers;
    const isAbove = uids.length > limit || this.hub.countWith(session, uids) > limit;
    const refusal = this.refusal(session, 'SubscribeOnlineStatus', uids, isAbove);
    if (refusal !== undefined) return reply(refusal);
    try {
      const { appId, uid, generation } = session;
      await this.hub.follow(appId, uids);
      const timeoutMs = settings.engineTimeoutMs;
      const answer = await engine.presence.addPeers({ appId, uid, generation, uids, limit, timeoutMs });
      if (answer === 'stale') return this.stale(connection, session);
      if (answer === 'overflow') return reply(PRESENCE_CODE.OVERFLOW);
      this.hub.add(session, uids);
      reply(PRESENCE_CODE.OK);
      if (connection.session === session) this.hub.tell(session, uids);
    } catch (error) {
      noteFailure(this.context, 'subscribing to presence', error);
      reply(PRESENCE_CODE.FAILURE);
    }
  }

  async unsubscribe(
    connection: Connection,
    session: Session,
    content: CommandContent<'UnSubscribeOnlineStatus'>,
  ): Promise<void> {
    const uids = [...new Set(content.UserIds)];
    const { engine, settings } = this.context;
    const reply = (Code: number) => connection.send('UnSubscribeOnlineStatus', { MsgId: content.MsgId, Code });
    const isAbove = uids.length > settings.subscribedPeers;
    const refusal = this.refusal(session, 'UnSubscribeOnlineStatus', uids, isAbove);
    if (refusal !== undefined) return reply(refusal);
    try {
      const { appId, uid, generation } = session;
      const timeoutMs = settings.engineTimeoutMs;
      const answer = await engine.presence.removePeers({ appId, uid, generation, uids, timeoutMs });
      if (answer === 'stale') return this.stale(connection, session);
      this.hub.remove(session, uids);
      reply(PRESENCE_CODE.OK);
    } catch (error) {
      noteFailure(this.context, 'unsubscribing from presence', error);
      reply(PRESENCE_CODE.FAILURE);
    }
  }

  private refusal(
    session: Session,
    cmd: SubscriptionCommand,
    uids: readonly string[],
    isAbove: boolean,
  ): number | undefined {
    if (uids.length === 0 || !uids.every(isId)) return PRESENCE_CODE.INVALID_ARGUMENT;
    if (isAbove) return PRESENCE_CODE.OVERFLOW;
    return this.mayCall(session, cmd) ? undefined : PRESENCE_CODE.TOO_OFTEN;
  }

  private mayCall(session: Session, kind: string): boolean {
    const { settings, time } = this.context;
    const now = time.monotonicMs();
    return session.window(`presence ${kind}`, settings, now).admit(settings.presenceCalls, now);
  }

  /** No reply: the client asks again on its next socket. */
  private stale(connection: Connection, session: Session): void {
    if (connection.session === session) this.sessions.stale(session);
  }
}

function statusOf(UserId: string, State: PeerState) {
  return { UserId, Online: State === 'OFFLINE' ? 0 : 1, State };
}

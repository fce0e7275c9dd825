import {
  encodeList,
  FREQUENCIES,
  LIMITS,
  LOG_PATH,
  LOGIN_CODE,
  MEMBER_COUNT_CODE,
  MESSAGE_STATUS,
} from 'ar-rtm-protocol';
import { RtmErrorCode } from '../error-code.js';
import { RtmInvalidArgumentError, RtmInvalidStatusError } from '../errors.js';
import type { Clock, Environment } from '../ports.js';
import type { Access } from './access.js';
import { type Address, addressOfOrigin } from './address.js';
import type { Credentials, LoginReply } from './attempt.js';
import { Attributes } from './attributes.js';
import { type CallFrame, type Calls, createCalls } from './calls.js';
import type { ClientEvents } from './client-events.js';
import { type Connection, type ConnectionHost, createConnection, type Gaps } from './connection.js';
import type { ConnectionReason, ConnectionState } from './connection-state.js';
import { EventQueue } from './event-queue.js';
import { type Admit, type Codes, countCall, notJoined, notLoggedIn, tooMany } from './failures.js';
import type { ServerFrame } from './frames.js';
import { SlidingWindow } from './frequency.js';
import { createInbox, type Inbox } from './inbox.js';
import { LogUpload } from './log-upload.js';
import { createLogger, type Logger } from './logger.js';
import { Media } from './media.js';
import { type ChannelEvents, Membership } from './membership.js';
import { Memberships } from './memberships.js';
import { messageOf, type WrittenMessage } from './message-content.js';
import { Presence } from './presence.js';
import { Requests } from './requests.js';
import { Scope } from './scope.js';
import { positionOf } from './stream-position.js';
import { Token } from './token.js';
import { Transfers } from './transfers.js';

/** One `login` with everything that follows from it. */
interface Session {
  readonly uid: string;
  readonly token: Token;
  readonly userSId: string;
  readonly scope: Scope;
}

/**
 * Joins the parts of one client. Its methods get arguments that have been checked (check 1 of api.md 3.0) and do the
 * rest in order: connection state, object state, frequency, request. What a failed check says is thrown.
 */
export class Engine implements ConnectionHost {
  readonly logger: Logger;
  readonly attributes: Attributes;
  /** Set by configuration; wins over the origin of script or page. */
  address: Address | undefined;
  private session: Session | undefined;
  private readonly queue: EventQueue;
  private readonly requests: Requests;
  private readonly connection: Connection;
  private readonly memberships: Memberships;
  readonly presence: Presence;
  readonly calls: Calls;
  readonly media: Media;
  private readonly inbox: Inbox;
  private data: string | undefined;
  private readonly logins = new SlidingWindow(FREQUENCIES.LOGIN);
  private readonly messages = new SlidingWindow(FREQUENCIES.MESSAGES);
  private readonly memberLists = new SlidingWindow(FREQUENCIES.MEMBERS);
  private readonly clock: Clock;
  private readonly renewals = new SlidingWindow(FREQUENCIES.RENEW_TOKEN);
  private readonly memberCounts = new SlidingWindow(FREQUENCIES.MEMBER_COUNT);
  private readonly histories = new SlidingWindow(FREQUENCIES.HISTORY);

  constructor(
    private readonly environment: Environment,
    private readonly appId: string,
    private readonly sdkVersion: string,
    private readonly events: ClientEvents,
  ) {
    const { clock, random, network, log } = environment;
    this.clock = clock;
    this.logger = createLogger(log, new LogUpload(clock, network));
    this.queue = new EventQueue(clock);
    this.requests = new Requests(clock, random, this.queue, this.logger);
    this.memberships = new Memberships(clock, this.queue, this.requests);
    const admit: Admit = (codes, window) => this.admit(codes, window);
    this.attributes = new Attributes(this.requests, admit);
    this.presence = new Presence(this.queue, this.requests, events, admit);
    this.inbox = createInbox(this.queue, this.requests, this.logger, events);
    this.calls = createCalls(
      clock,
      random,
      this.queue,
      this.requests,
      this.inbox,
      events,
      () => this.connection.isLoggedIn,
    );
    const transfers = new Transfers(environment, this.queue, this.logger);
    this.media = new Media(transfers, random, admit);
    this.connection = createConnection(environment, this.queue, this.logger, this.requests, this);
  }

  /** Empty when not logged in. */
  get uid(): string {
    return (this.connection.hasSession && this.session?.uid) || '';
  }

  /** `null` when not logged in, or logged in without one. */
  get token(): string | null {
    return (this.connection.hasSession && this.session?.token.value) || null;
  }

  membership(channelId: string, events: ChannelEvents): Membership {
    return new Membership(channelId, events, this.queue);
  }

  /** A listener of the application threw: global error handlers shall see it. */
  listenerFailed(error: unknown): void {
    this.logger.error(`a listener threw: ${error}`);
    this.clock.macrotask(() => {
      throw error;
    });
  }

  login(uid: string, token: string): Promise<void> {
    if (!this.currentAddress()) {
      const text = 'No server address (confPriCloudAddr)';
      throw new RtmInvalidArgumentError(LOGIN_CODE.INVALID_ARGUMENT, text);
    }
    const { state } = this.connection;
    if (state !== 'DISCONNECTED' && state !== 'ABORTED') {
      throw new RtmInvalidStatusError(LOGIN_CODE.ALREADY_LOGIN, `Already ${state}`);
    }
    countCall(this.logins, this.clock.now(), RtmErrorCode.LoginError);
    this.session?.scope.end();
    // What was logged behind the end of the session before is not this one's.
    this.logger.upload.close();
    const scope = new Scope();
    this.session = {
      uid,
      token: new Token(token, scope, this.clock, this.queue, this.events),
      userSId: this.environment.random.hex(32),
      scope,
    };
    return this.connection.login();
  }

  logout(): Promise<void> {
    if (this.connection.state === 'DISCONNECTED') {
      throw notLoggedIn(RtmErrorCode.LogoutError);
    }
    return this.connection.logout();
  }

  /** While the connection is cut, the new token is tried at once. */
  renewToken(value: string): Promise<void> {
    const { token } = this.admit(RtmErrorCode.RenewTokenError, this.renewals);
    const renewed = token.renew(value, this.requests);
    this.connection.retry();
    return renewed;
  }

  sendToPeer(peerId: string, { later, ...message }: WrittenMessage): Promise<{ hasPeerReceived: boolean }> {
    const codes = RtmErrorCode.PeerMessageError;
    this.admit(codes, this.messages);
    const content = { MsgId: 0, FromUId: this.uid, ToUId: peerId, ...message };
    return this.requests.call({ cmd: 'SendMsgToPeer', content, codes, kind: 'message', later }, ({ Status }) => ({
      hasPeerReceived: Status !== MESSAGE_STATUS.NOT_RECEIVED,
    }));
  }

  sendToChannel(membership: Membership, { later, ...message }: WrittenMessage): Promise<void> {
    const codes = RtmErrorCode.ChannelMessageError;
    this.admitMember(membership, codes, this.messages);
    const { channelId: ChanId } = membership;
    const content = { ChanId, FromUId: this.uid, MsgId: 0, ...message };
    return this.requests.call({ cmd: 'SendChannelMsg', content, codes, kind: 'message', later }, () => undefined);
  }

  join(membership: Membership): Promise<void> {
    return this.memberships.join(membership, this.admit(RtmErrorCode.JoinChannelError).scope);
  }

  leave(membership: Membership): Promise<void> {
    this.admit(RtmErrorCode.LeaveChannelError);
    return this.memberships.leave(membership);
  }

  members(membership: Membership): Promise<string[]> {
    const codes = RtmErrorCode.GetMembersError;
    this.admitMember(membership, codes, this.memberLists);
    return this.requests.call(
      {
        cmd: 'GetChanMembers',
        content: { ChanId: membership.channelId },
        codes,
      },
      ({ Members }) => [...new Set(Members)],
    );
  }

  /** `channelIds` are valid and not empty. */
  memberCount(channelIds: readonly string[]): Promise<{ [channelId: string]: number }> {
    const codes = RtmErrorCode.GetChannelMemberCountErrCode;
    this.admit(codes);
    if (channelIds.length > LIMITS.COUNTED_CHANNELS) {
      throw tooMany(MEMBER_COUNT_CODE.EXCEED_LIMIT, LIMITS.COUNTED_CHANNELS);
    }
    this.admit(codes, this.memberCounts);
    const distinct = [...new Set(channelIds)];
    return this.requests.call(
      {
        cmd: 'GetChanMemberSize',
        content: { ChanIds: encodeList(distinct) },
        codes,
      },
      ({ ChanMemSize: sizes }) => {
        const byId = new Map(sizes.map(({ ChanId, MemSize }) => [ChanId, MemSize]));
        // fromEntries makes `__proto__` a key like any other.
        return Object.fromEntries(distinct.map((channelId) => [channelId, byId.get(channelId) ?? 0]));
      },
    );
  }

  /** A page of the conversation with a peer, or of a channel that has been joined, as `content` names it. */
  history(content: object, membership?: Membership) {
    const codes = RtmErrorCode.HistoryError;
    if (membership) this.admitMember(membership, codes, this.histories);
    else this.admit(codes, this.histories);
    return this.requests.call({ cmd: 'GetHistory', content, codes }, ({ Messages, Next }) => ({
      messages: Messages.flatMap((item) => {
        const message = messageOf(item);
        const { FromUId: senderId, SvrTS: serverReceivedTs, MsgId: offset } = item;
        return message ? { message, senderId, serverReceivedTs, offset } : [];
      }),
      nextOffset: Next,
    }));
  }

  /** Lets a call pass, or throws: when the user is not logged in, or calls too often. */
  private admit(codes: Codes, window?: SlidingWindow): Session {
    if (!this.session || !this.connection.isLoggedIn) throw notLoggedIn(codes);
    if (window) countCall(window, this.clock.now(), codes);
    return this.session;
  }

  /** As {@link Engine.admit}, for a call that is for members of the channel. */
  private admitMember({ state, channelId }: Membership, codes: Codes, window: SlidingWindow): void {
    this.admit(codes);
    if (state !== 'JOINED') throw notJoined(codes, channelId);
    this.admit(codes, window);
  }

  /** The origin is read at first use, not when the SDK is loaded. */
  private currentAddress(): Address | undefined {
    return this.address ?? addressOfOrigin(this.environment.network.origin());
  }

  // What follows is for the connection.

  credentials(isResume: boolean): Credentials {
    const { appId, sdkVersion, session } = this;
    const address = this.currentAddress();
    // Both were there when login began, and neither goes away.
    if (!session || !address) throw new Error('no session');
    const { uid, token, userSId } = session;
    const inboxAt = isResume ? this.inbox.position(uid) : undefined;
    return { address, appId, uid, token: token.present(), userSId, sdkVersion, isResume, inboxAt };
  }

  stateChanged(state: ConnectionState, reason: ConnectionReason, gaps: Gaps | 'none' | undefined): void {
    const details = gaps && (gaps === 'none' ? { recovered: true } : { recovered: false, gaps });
    this.events.emit('ConnectionStateChanged', state, reason, ...(details ? [details] : []));
  }

  refused(code: number): boolean {
    return this.session?.token.refused(code) === true;
  }

  /** The first part of `Memory` names the data of the server. */
  private meet({ Memory }: LoginReply): void {
    const [data] = Memory.split('/');
    if (data !== this.data) this.inbox.forget();
    this.data = data;
  }

  admitted(access: Access): void {
    const { base, ...session } = access;
    this.logger.upload.open(base + LOG_PATH, session);
    this.media.transfers.open(access);
  }

  accepted(reply: LoginReply): void {
    this.meet(reply);
    this.inbox.base = positionOf(reply);
    this.attributes.restored(reply);
  }

  restore(reply: LoginReply, done: (gaps: Gaps | undefined) => void): void {
    this.meet(reply);
    this.session?.token.accept();
    this.presence.restore(reply, () =>
      this.attributes.restore(reply, () =>
        this.memberships.restore(reply, (gaps) => {
          this.accepted(reply);
          done(gaps);
        }),
      ),
    );
  }

  receive(frame: ServerFrame): void {
    const { session } = this;
    if (!session) return;
    switch (frame.cmd) {
      case 'RecvMsgFromPeer':
        this.inbox.receive(frame.content, session.uid, session.scope);
        break;
      case 'PeerOnlineStatus':
        this.presence.receive(frame.content, session.scope);
        break;
      case 'ForceOffline':
        this.connection.abort(frame.content.Reason === 'BANNED' ? 'banned' : 'superseded');
        break;
      case 'AcsTokenWillExpire':
        session.token.tell(1);
        break;
      case 'AcsTokenExpired':
        session.token.tell(2);
        break;
      case 'AcsTokenDidExpire':
        session.token.tell(3);
        this.connection.abort('tokenExpired');
        break;
      default:
        if ('CallId' in frame.content) {
          this.calls.receive(frame as CallFrame, session.uid, session.scope);
          break;
        }
        if (frame.cmd === 'ChanAttribChanged') this.attributes.see(frame.content.ChanId, frame.content.Attributes);
        if (this.memberships.receive(frame, session.uid)) {
          this.logger.warn('entries are missing');
          this.connection.cut();
        } else this.requests.receive(frame);
    }
  }

  end(isSilent: boolean): void {
    // First: its requests are over with it.
    this.calls.end(isSilent);
    this.logger.upload.close();
    this.requests.interrupt();
    this.media.transfers.end();
    this.memberships.end();
    this.attributes.end();
    this.presence.end();
    this.session?.token.stop();
    if (isSilent) this.session?.scope.end();
  }
}

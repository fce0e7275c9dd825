import {
  CHANNEL_MESSAGE_CODE,
  encodeList,
  FREQUENCIES,
  JOIN_CODE,
  LEAVE_CODE,
  LIMITS,
  LOGIN_CODE,
  MEMBER_COUNT_CODE,
  MEMBERS_CODE,
  MESSAGE_STATUS,
  MESSAGE_TYPE,
  PEER_MESSAGE_CODE,
  type ServerFrame,
  TIMES,
} from 'ar-rtm-protocol';
import { RtmInvalidArgumentError, RtmInvalidStatusError, RtmLimitExceededError } from '../errors.js';
import type { Environment } from '../ports.js';
import { type Address, addressOfOrigin } from './address.js';
import type { Credentials } from './attempt.js';
import { Connection, type Gaps } from './connection.js';
import type { ConnectionReason, ConnectionState } from './connection-state.js';
import { EventQueue } from './event-queue.js';
import { countCall, LOGOUT_CODE, notJoined, notLoggedIn } from './failures.js';
import { SlidingWindow } from './frequency.js';
import { Inbox } from './inbox.js';
import type { Link } from './link.js';
import { Logger } from './logger.js';
import { type ChannelEvents, Membership } from './membership.js';
import { Memberships } from './memberships.js';
import { Requests } from './requests.js';
import { Scope } from './scope.js';

/** The client object of the application, as the core sees it. */
export interface ClientEvents {
  emit(event: 'ConnectionStateChanged', state: ConnectionState, reason: ConnectionReason, details?: object): unknown;
  emit(event: 'MessageFromPeer', message: object, peerId: string, properties: object): unknown;
  emit(event: 'TokenWillExpired' | 'TokenPrivilegeWillExpire' | 'TokenExpired' | 'TokenDidExpired'): unknown;
}

/** One `login` with everything that follows from it. */
interface Session {
  readonly uid: string;
  readonly token: string;
  readonly userSId: string;
  readonly scope: Scope;
}

/** Flags of a message, as the wire names them. */
export interface MessageFlags {
  readonly OfflineMsg?: boolean;
  readonly HistoryMsg: boolean;
}

/**
 * Joins the parts of one client. Its methods get arguments that have been checked (check 1 of api.md 3.0) and do the
 * rest in order: connection state, object state, frequency, request. What a failed check says is thrown.
 */
export class Engine {
  readonly logger: Logger;
  /** Set by configuration; wins over the origin of script or page. */
  address: Address | undefined;
  private session: Session | undefined;
  private link: Link | undefined;
  private readonly queue: EventQueue;
  private readonly requests: Requests;
  private readonly connection: Connection;
  private readonly memberships: Memberships;
  private readonly inbox: Inbox;
  private readonly logins = new SlidingWindow(FREQUENCIES.LOGIN);
  private readonly messages = new SlidingWindow(FREQUENCIES.MESSAGES);
  private readonly memberLists = new SlidingWindow(FREQUENCIES.MEMBERS);
  private readonly memberCounts = new SlidingWindow(FREQUENCIES.MEMBER_COUNT);

  constructor(
    private readonly environment: Environment,
    private readonly appId: string,
    private readonly sdkVersion: string,
    private readonly events: ClientEvents,
  ) {
    const { clock, random, log } = environment;
    this.logger = new Logger(log);
    this.queue = new EventQueue(clock);
    this.requests = new Requests(clock, random, this.queue, this.logger);
    this.memberships = new Memberships(clock, this.queue, this.requests);
    this.inbox = new Inbox(this.queue, this.logger, {
      messageFromPeer: (message, peerId, properties) => events.emit('MessageFromPeer', message, peerId, properties),
      acknowledge: ({ MsgId, FromUId }) => this.link?.send('RecvMsgFromPeerAck', { MsgId, FromUId }),
    });
    this.connection = new Connection(environment, this.queue, this.logger, {
      stateChanged: (state, reason, gaps) => this.announce(state, reason, gaps),
      tokenExpired: () => this.queue.announce(() => events.emit('TokenExpired')),
      credentials: (isResume) => this.credentials(isResume),
      attach: (link) => {
        this.link = link;
        this.requests.attach((cmd, content) => link.send(cmd, content));
      },
      receive: (frame) => this.receive(frame),
      restore: (reply, done) => this.memberships.restore(reply, done),
      open: () => {
        this.memberships.open();
        this.requests.open();
      },
      detach: () => {
        this.link = undefined;
        this.memberships.detach();
        this.requests.detach();
      },
      end: (isSilent) => this.end(isSilent),
    });
  }

  /** Empty when not logged in. */
  get uid(): string {
    return (this.hasSession && this.session?.uid) || '';
  }

  /** `null` when not logged in, or logged in without one. */
  get token(): string | null {
    return (this.hasSession && this.session?.token) || null;
  }

  membership(channelId: string, events: ChannelEvents): Membership {
    return new Membership(channelId, events, this.queue);
  }

  login(uid: string, token: string): Promise<void> {
    if (!this.currentAddress()) {
      const text = 'No server address: set confPriCloudAddr, or load the page or the script from the server';
      throw new RtmInvalidArgumentError(LOGIN_CODE.INVALID_ARGUMENT, text);
    }
    const { state } = this.connection;
    if (state !== 'DISCONNECTED' && state !== 'ABORTED') {
      throw new RtmInvalidStatusError(LOGIN_CODE.ALREADY_LOGIN, `Already logged in or logging in (${state})`);
    }
    countCall(this.environment.clock.now(), [this.logins, LOGIN_CODE.TOO_OFTEN]);
    this.session?.scope.end();
    this.session = { uid, token, userSId: this.environment.random.hex(32), scope: new Scope() };
    return this.connection.login();
  }

  logout(): Promise<void> {
    if (this.connection.state === 'DISCONNECTED') {
      throw notLoggedIn(LOGOUT_CODE.NOT_LOGGED_IN);
    }
    return this.connection.logout();
  }

  async sendToPeer(peerId: string, text: string, flags: MessageFlags): Promise<{ hasPeerReceived: boolean }> {
    this.requireLogin(PEER_MESSAGE_CODE);
    countCall(this.environment.clock.now(), [this.messages, PEER_MESSAGE_CODE.TOO_OFTEN]);
    const content = { FromUId: this.uid, ToUId: peerId, MsgType: MESSAGE_TYPE.TEXT, MsgBody: text, ...flags, Desc: '' };
    return this.requests.call(
      { cmd: 'SendMsgToPeer', reply: 'MsgStatus', content, codes: PEER_MESSAGE_CODE, timeoutMs: TIMES.MESSAGE_MS },
      ({ Status }) => ({ hasPeerReceived: Status !== MESSAGE_STATUS.NOT_RECEIVED }),
    );
  }

  async sendToChannel(membership: Membership, text: string, flags: MessageFlags): Promise<void> {
    this.requireJoined(membership, CHANNEL_MESSAGE_CODE);
    countCall(this.environment.clock.now(), [this.messages, CHANNEL_MESSAGE_CODE.TOO_OFTEN]);
    const { channelId: ChanId } = membership;
    const content = { ChanId, FromUId: this.uid, MsgType: MESSAGE_TYPE.TEXT, MsgBody: text, ...flags, Desc: '' };
    return this.requests.call(
      {
        cmd: 'SendChannelMsg',
        reply: 'SendChannelMsg',
        content,
        codes: CHANNEL_MESSAGE_CODE,
        timeoutMs: TIMES.MESSAGE_MS,
      },
      () => undefined,
    );
  }

  async join(membership: Membership): Promise<void> {
    return this.memberships.join(membership, this.requireLogin(JOIN_CODE).scope);
  }

  async leave(membership: Membership): Promise<void> {
    this.requireLogin(LEAVE_CODE);
    return this.memberships.leave(membership);
  }

  async members(membership: Membership): Promise<string[]> {
    this.requireJoined(membership, MEMBERS_CODE);
    countCall(this.environment.clock.now(), [this.memberLists, MEMBERS_CODE.TOO_OFTEN]);
    return this.requests.call(
      {
        cmd: 'GetChanMembers',
        reply: 'GetChanMembers',
        content: { ChanId: membership.channelId },
        codes: MEMBERS_CODE,
        timeoutMs: TIMES.REQUEST_MS,
        isRepeatable: true,
      },
      ({ Members }) => [...new Set(Members)],
    );
  }

  /** `channelIds` are valid and not empty. */
  async memberCount(channelIds: readonly string[]): Promise<{ [channelId: string]: number }> {
    this.requireLogin(MEMBER_COUNT_CODE);
    if (channelIds.length > LIMITS.COUNTED_CHANNELS) {
      const data = { limit: LIMITS.COUNTED_CHANNELS };
      throw new RtmLimitExceededError(MEMBER_COUNT_CODE.EXCEED_LIMIT, 'Too many channels', data);
    }
    countCall(this.environment.clock.now(), [this.memberCounts, MEMBER_COUNT_CODE.TOO_OFTEN]);
    const distinct = [...new Set(channelIds)];
    return this.requests.call(
      {
        cmd: 'GetChanMemberSize',
        reply: 'GetChanMemberSize',
        content: { ChanIds: encodeList(distinct) },
        codes: MEMBER_COUNT_CODE,
        timeoutMs: TIMES.REQUEST_MS,
        isRepeatable: true,
      },
      ({ ChanMemSize: sizes }) => {
        const byId = new Map(sizes.map(({ ChanId, MemSize }) => [ChanId, MemSize]));
        // fromEntries makes `__proto__` a key like any other.
        return Object.fromEntries(distinct.map((channelId) => [channelId, byId.get(channelId) ?? 0]));
      },
    );
  }

  private get hasSession(): boolean {
    return this.connection.state === 'CONNECTED' || this.connection.state === 'RECONNECTING';
  }

  private requireLogin(codes: { readonly NOT_LOGGED_IN: number }): Session {
    if (!this.session || !this.connection.isLoggedIn) throw notLoggedIn(codes.NOT_LOGGED_IN);
    return this.session;
  }

  private requireJoined(
    { state, channelId }: Membership,
    codes: { readonly NOT_LOGGED_IN: number; readonly NOT_IN_CHANNEL: number },
  ): void {
    this.requireLogin(codes);
    if (state !== 'JOINED') throw notJoined(codes.NOT_IN_CHANNEL, channelId);
  }

  /** The origin is read at first use, not when the SDK is loaded. */
  private currentAddress(): Address | undefined {
    return this.address ?? addressOfOrigin(this.environment.network.origin());
  }

  private credentials(isResume: boolean): Credentials {
    const { appId, sdkVersion, session } = this;
    const address = this.currentAddress();
    // Both were there when login began, and neither goes away.
    if (!session || !address) throw new Error('no session');
    const { uid, token, userSId } = session;
    return { address, appId, uid, token, userSId, sdkVersion, isResume };
  }

  private receive(frame: ServerFrame): void {
    const { session } = this;
    if (!session) return;
    switch (frame.cmd) {
      case 'RecvMsgFromPeer':
        this.inbox.receive(frame.content, session.uid, session.scope);
        break;
      case 'ForceOffline':
        this.connection.abort(frame.content.Reason === 'BANNED' ? 'banned' : 'superseded');
        break;
      case 'AcsTokenWillExpire':
        this.queue.announce(() => {
          this.events.emit('TokenWillExpired');
          this.events.emit('TokenPrivilegeWillExpire');
        });
        break;
      case 'AcsTokenDidExpire':
        this.queue.announce(() => this.events.emit('TokenDidExpired'));
        this.connection.abort('tokenExpired');
        break;
      default:
        this.memberships.receive(frame, session.uid);
        this.requests.receive(frame);
    }
  }

  private announce(state: ConnectionState, reason: ConnectionReason, gaps: Gaps | 'none' | undefined): void {
    if (!gaps) this.events.emit('ConnectionStateChanged', state, reason);
    else {
      const details = gaps === 'none' ? { recovered: true } : { recovered: false, gaps };
      this.events.emit('ConnectionStateChanged', state, reason, details);
    }
  }

  private end(isSilent: boolean): void {
    this.link = undefined;
    this.requests.interrupt();
    this.memberships.end();
    if (isSilent) this.session?.scope.end();
  }
}

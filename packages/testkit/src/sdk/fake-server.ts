import {
  type Command,
  type CommandContent,
  type CommandName,
  decodeCommand,
  encodeServerFrame,
  type PeerState,
  type ServerFrameInput,
  type ServerFrameName,
} from 'ar-rtm-protocol';
import { FakeMedia } from './fake-media.js';
import type { HttpExchange, NetworkPeer, ServerSocket, SocketPeer } from './fake-network.js';

/**
 * A scriptable server for tests of the SDK. It answers every command as a good server would, records everything, and can
 * be told to do otherwise:
 *
 * ```ts
 * const { server, clock, client } = setUp();
 * await logIn();                                     // the default answers
 * server.commands('SendMsgToPeer');                  // what arrived, decoded
 * server.on.JoinChannel = () => 'silence';           // no answer from now on
 * server.on.JoinChannel = ({ ChanId, MsgId }, to) => // another answer
 *   to.send('JoinChannel', { ChanId, MsgId, Code: 7 });
 * server.on.JoinChannel = undefined;                 // the default again
 * server.push('RecvMsgFromPeer', {...});             // a frame out of the blue, to the newest connection
 * server.connection.sendRaw('not JSON');             // any text
 * server.connection.close();                         // the socket is lost
 * server.gateway = () => ({ code: 110 });            // an answer of the gateway; `undefined` is HTTP 503
 * server.isDown = true;                              // HTTP fails, sockets are refused
 * server.isMute = true;                              // everything is taken, nothing is answered
 * ```
 *
 * It keeps no state of sessions, channels, logs or presence: `login`, `positions`, `presence` and `watched` say what it claims. A client that names a
 * position has followed everything, unless `positions` says `Gap`.
 */
export class FakeServer implements NetworkPeer {
  readonly connections: FakeConnection[] = [];
  /** Bodies of gateway requests, in order. */
  readonly posts: { url: string; body: Record<string, unknown> }[] = [];
  /** Per command: what to do instead of the default answer. */
  readonly on: { [N in CommandName]?: Handler<N> | undefined } = {};
  gateway: (body: Record<string, unknown>) => object | 'never' | undefined = () => ({
    code: 0,
    sessionid: 'ticket-1',
    addresses: [{ type: 0, addr: 'rtm.test', port: 9080 }],
  });
  /** Decides about sockets, by address. */
  accept: (url: string) => boolean | 'never' = () => true;
  /** Fields of the Login reply besides the usual ones. */
  login: Partial<ServerFrameInput<'Login'>> = {};
  /** Position and count claimed when a channel is joined, and whether what is behind the client's position is lost. */
  positions: Record<string, { Epoch: number; Offset: number; MemSize?: number; Gap?: boolean }> = {};
  /** What users claimed to be; OFFLINE are the others. */
  presence: Record<string, PeerState> = {};
  /** Users claimed to be watched. */
  watched: string[] = [];
  readonly media = new FakeMedia();
  isDown = false;
  isMute = false;

  /** The newest connection. */
  get connection(): FakeConnection {
    const newest = this.connections.at(-1);
    if (!newest) throw new Error('no connection');
    return newest;
  }

  /** Connections that neither side has closed. */
  get open(): FakeConnection[] {
    return this.connections.filter(({ isOpen }) => isOpen);
  }

  /** The next Login is refused without a reason: a session cannot be gone on with, the gateway has to be asked. */
  shutDoor(): void {
    this.on.Login = ({ UserId }, to) => {
      this.on.Login = undefined;
      to.send('Login', { Code: 4, UserId });
    };
  }

  push<N extends ServerFrameName>(cmd: N, content: ServerFrameInput<N>): void {
    this.connection.send(cmd, content);
  }

  /** Tells what these users are claimed to be. */
  tell(...uids: string[]): void {
    this.push('PeerOnlineStatus', { Status: this.statusOf(uids) });
  }

  /** Contents of the commands of one kind, from all connections, in order. */
  commands<N extends CommandName>(cmd: N): CommandContent<N>[] {
    return this.received.filter((command) => command.cmd === cmd).map(({ content }) => content as CommandContent<N>);
  }

  /** All commands but heartbeats. */
  readonly received: Command[] = [];

  onPost(url: string, text: string, answer: (reply: string | undefined) => void): void {
    const body = JSON.parse(text) as Record<string, unknown>;
    this.posts.push({ url, body });
    if (this.isMute) return;
    const reply = this.isDown ? undefined : this.gateway(body);
    if (reply !== 'never') answer(reply && JSON.stringify(reply));
  }

  onHttp(exchange: HttpExchange): void {
    if (this.isDown) exchange.fail();
    else if (!this.isMute) this.media.answer(exchange);
  }

  onConnect(socket: ServerSocket): SocketPeer | 'never' | undefined {
    const answer = this.isMute ? 'never' : !this.isDown && this.accept(socket.url);
    if (answer === 'never') return 'never';
    if (!answer) return undefined;
    const connection = new FakeConnection(this, socket);
    this.connections.push(connection);
    return connection;
  }

  /** What a good server answers. */
  answer({ cmd, content }: Command, to: FakeConnection): void {
    switch (cmd) {
      case 'Login':
        to.send('Login', {
          Code: 0,
          UserId: content.UserId,
          Caps: ['reply-codes.1', 'push-offline.1', 'resume.1', 'calls.1'],
          Heartbeat: 3000,
          Resumed: content.Resume,
          Epoch: content.Epoch ?? 1,
          Offset: content.Offset ?? 0,
          Memory: 'memory',
          ...this.login,
        });
        break;
      case 'Logout':
        to.send('Logout', { Code: 0 });
        to.close();
        break;
      case 'RenewAcsToken':
        to.send('RenewAcsToken', { MsgId: content.MsgId, Code: 0 });
        break;
      case 'SendMsgToPeer':
        to.send('MsgStatus', { MsgId: content.MsgId, Status: 2, Code: 0 });
        break;
      case 'JoinChannel': {
        const { ChanId, MsgId, Epoch = 1, Offset = 0 } = content;
        const claimed = this.positions[ChanId] ?? { Epoch, Offset };
        to.send('JoinChannel', { ChanId, MsgId, Code: 0, ...claimed });
        // Everything between the two positions, if there is anything, is the client's own.
        if (content.Epoch !== undefined && !claimed.Gap) {
          to.send('ChanPosition', { ChanId, Epoch: claimed.Epoch, Offset: claimed.Offset });
        }
        break;
      }
      case 'LeaveChannel':
        to.send('LeaveChannel', { ChanId: content.ChanId, MsgId: content.MsgId, Code: 0 });
        break;
      case 'SendChannelMsg':
        to.send('SendChannelMsg', { ChanId: content.ChanId, MsgId: content.MsgId, Code: 0 });
        break;
      case 'GetChanMembers':
        to.send('GetChanMembers', {
          MsgId: content.MsgId,
          ChanId: content.ChanId,
          Code: 0,
          Members: ['alice', 'bob'],
        });
        break;
      case 'GetChanMemberSize':
        to.send('GetChanMemberSize', {
          MsgId: content.MsgId,
          Code: 0,
          ChanMemSize: content.ChanIds.map((ChanId) => ({ ChanId, MemSize: 1 })),
        });
        break;
      case 'GetHistory':
        to.send(cmd, { MsgId: content.MsgId, Code: 0, Messages: [] });
        break;
      case 'AddOrUpdateUserAttributes':
      case 'DeleteUserAttributes':
      case 'DeleteChanAttributes':
        to.send(cmd, { MsgId: content.MsgId, Code: 0 });
        break;
      case 'AddOrUpdateChanAttributes':
        to.send(cmd, { MsgId: content.MsgId, ChanId: content.ChanId, Code: 0 });
        break;
      case 'GetUserAttributes':
        to.send('QueryAttribKeys', { MsgId: content.MsgId, QueryUserId: content.UserId, Attribs: '{}', Code: 0 });
        break;
      case 'GetChanAttributes':
      case 'GetChanAttributesByKeys':
        to.send(cmd, { MsgId: content.MsgId, ChanId: content.ChanId, Code: 0, Attributes: '[]' });
        break;
      case 'QueryOnlineStatus':
        to.send(cmd, { MsgId: content.MsgId, Code: 0, Status: this.statusOf(content.UserIds) });
        break;
      case 'QueryOnlineSubStatus':
        to.send(cmd, { MsgId: content.MsgId, Code: 0, Status: this.statusOf(this.watched) });
        break;
      case 'SubscribeOnlineStatus':
        to.send(cmd, { MsgId: content.MsgId, Code: 0 });
        to.send('PeerOnlineStatus', { Status: this.statusOf(content.UserIds) });
        break;
      case 'UnSubscribeOnlineStatus':
        to.send(cmd, { MsgId: content.MsgId, Code: 0 });
        break;
      default:
    }
  }

  private statusOf(uids: readonly string[]) {
    return uids.map((UserId) => {
      const State = Object.hasOwn(this.presence, UserId) ? (this.presence[UserId] ?? 'OFFLINE') : 'OFFLINE';
      return { UserId, Online: State === 'OFFLINE' ? 0 : 1, State };
    });
  }
}

/** Answers one command; `'silence'` and `undefined` alike send nothing more. */
export type Handler<N extends CommandName> = (content: CommandContent<N>, to: FakeConnection) => unknown;

/** One socket of the fake server. */
export class FakeConnection implements SocketPeer {
  /** Frames as they came, heartbeats included. */
  readonly texts: string[] = [];
  readonly heartbeats: string[] = [];
  isOpen = true;
  /** Whether the client ended it. */
  isClosedByClient = false;

  constructor(
    private readonly server: FakeServer,
    private readonly socket: ServerSocket,
  ) {}

  get url(): string {
    return this.socket.url;
  }

  send<N extends ServerFrameName>(cmd: N, content: ServerFrameInput<N>): void {
    this.sendRaw(encodeServerFrame(cmd, content));
  }

  /** Several frames that arrive in one macrotask. */
  sendTogether(...frames: { [N in ServerFrameName]: readonly [N, ServerFrameInput<N>] }[ServerFrameName][]): void {
    this.sendRaw(...frames.map(([cmd, content]) => encodeServerFrame(cmd, content as ServerFrameInput<typeof cmd>)));
  }

  sendRaw(...texts: string[]): void {
    if (this.isOpen) this.socket.send(...texts);
  }

  /** The socket is lost. */
  close(): void {
    this.isOpen = false;
    this.socket.close();
  }

  onText(text: string): void {
    this.texts.push(text);
    const result = decodeCommand(text);
    if (!result.ok) throw new Error(`the SDK sent a bad frame: ${result.problem.reason}`);
    const { command } = result;
    if (command.cmd === 'KeepAlive') {
      this.heartbeats.push(text);
      return;
    }
    this.server.received.push(command);
    if (this.server.isMute) return;
    const handler = this.server.on[command.cmd] as Handler<CommandName> | undefined;
    if (handler) handler(command.content, this);
    else this.server.answer(command, this);
  }

  onClose(): void {
    this.isOpen = false;
    this.isClosedByClient = true;
  }
}

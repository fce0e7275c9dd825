import { CLOSE_CODE, type Command, type CommandName, NOTICE_CODE } from 'ar-rtm-protocol';
import type { Connection } from './connection.js';
import type { NodeContext } from './context.js';
import type { AttributeCommands } from './handlers/attributes.js';
import type { CallCommands } from './handlers/calls.js';
import type { ChannelCommands } from './handlers/channels.js';
import type { HistoryCommands } from './handlers/history.js';
import type { PeerMessages } from './handlers/peer-messages.js';
import type { PresenceCommands } from './handlers/presence.js';
import type { TokenRenewal } from './handlers/token-renewal.js';
import type { Login } from './login.js';
import { refuse } from './refusals.js';
import type { Session } from './session.js';
import type { SessionHost } from './session-host.js';

/** From command to handler. */
export class Dispatcher {
  constructor(
    private readonly context: NodeContext,
    private readonly login: Login,
    private readonly sessions: SessionHost,
    private readonly peers: PeerMessages,
    private readonly channels: ChannelCommands,
    private readonly attributes: AttributeCommands,
    private readonly presence: PresenceCommands,
    private readonly tokenRenewal: TokenRenewal,
    private readonly history: HistoryCommands,
    private readonly calls: CallCommands,
  ) {}

  /** The promise settles when the next command of the connection may run. Never rejects. */
  dispatch(connection: Connection, command: Command): Promise<void> | undefined {
    const running = this.route(connection, command);
    return running?.catch((error: unknown) => {
      this.context.logger.error({ err: error, cmd: command.cmd }, 'a command failed');
      if (command.cmd === 'Login') connection.close(CLOSE_CODE.SERVICE_RESTART, 'internal error');
      else refuse(connection, command.cmd, idsOf(command), 'failed');
    });
  }

  private route(connection: Connection, command: Command): Promise<void> | undefined {
    if (command.cmd === 'Login') return this.login.run(connection, command.appId, command.content);
    if (command.cmd === 'KeepAlive') {
      // In its usual form it is answered without being decoded (connection.ts); this one has spaces or another order.
      if (connection.profile?.serverDrivenKeepAlive === false) connection.send('KeepAlive', {});
      return undefined;
    }
    const { session } = connection;
    if (!session) return undefined;
    const { cmd, content } = command;
    const restoring = session.expectsAttributeRestore;
    if (cmd !== 'RecvMsgFromPeerAck') session.expectsAttributeRestore = false;
    switch (cmd) {
      case 'SendMsgToPeer':
        return this.peers.send(connection, session, content);
      case 'RecvMsgFromPeerAck':
        this.peers.acknowledge(session, content.MsgId);
        return undefined;
      case 'SendChannelMsg':
        return this.channels.send(connection, session, content);
      case 'JoinChannel':
        return this.channels.join(connection, session, content);
      case 'LeaveChannel':
        return this.channels.leave(connection, session, content);
      case 'GetChanMembers':
        return this.channels.members(connection, session, content);
      case 'GetChanMemberSize':
        return this.channels.counts(connection, session, content);
      case 'QueryOnlineStatus':
        return this.presence.query(connection, session, content);
      case 'QueryOnlineSubStatus':
        this.presence.list(connection, session, content);
        return undefined;
      case 'SubscribeOnlineStatus':
        return this.presence.subscribe(connection, session, content);
      case 'UnSubscribeOnlineStatus':
        return this.presence.unsubscribe(connection, session, content);
      case 'RenewAcsToken':
        return this.tokenRenewal.run(connection, session, content);
      case 'Logout':
        return this.logout(connection, session);
      case 'AddOrUpdateUserAttributes':
        return this.attributes.changeUser(connection, session, cmd, content, restoring);
      case 'DeleteUserAttributes':
      case 'ClearUserAttributes':
        return this.attributes.changeUser(connection, session, cmd, content);
      case 'GetUserAttributes':
        return this.attributes.ofUser(connection, session, content);
      case 'AddOrUpdateChanAttributes':
      case 'DeleteChanAttributes':
      case 'ClearChanAttributes':
        return this.attributes.changeChannel(connection, session, cmd, content);
      case 'GetChanAttributes':
      case 'GetChanAttributesByKeys':
        return this.attributes.ofChannel(connection, session, cmd, content);
      case 'GetHistory':
        return this.history.read(connection, session, content);
      case 'MakeCall':
        return this.calls.make(connection, session, content);
      case 'CancelCall':
        return this.calls.cancel(connection, session, content);
      case 'AcceptCall':
        return this.calls.accept(connection, session, content);
      case 'RejectCall':
        return this.calls.refuse(connection, session, content);
      case 'MakeCallAck':
      case 'AcceptCallAck':
        return this.calls.acknowledged(connection, session, cmd, content);
      default:
        return this.unsupported(connection, command);
    }
  }

  private async logout(connection: Connection, session: Session): Promise<void> {
    connection.session = undefined;
    await this.sessions.end(session, 'logout');
    connection.send('Logout', { Code: 0 });
    connection.close(CLOSE_CODE.NORMAL, 'logged out');
  }

  /** A command of the wire that this release does not carry out: answered, so that no published call hangs. */
  private unsupported(connection: Connection, command: Command): undefined {
    refuse(connection, command.cmd as CommandName, this.notSupported(connection, command), 'failed');
    return undefined;
  }

  private notSupported(connection: Connection, command: Command): ReturnType<typeof idsOf> {
    const ids = idsOf(command);
    connection.notice(NOTICE_CODE.NOT_SUPPORTED, `${command.cmd} is not supported by this release`, {
      cmd: command.cmd,
      ...(ids.msgId === undefined ? {} : { msgId: ids.msgId }),
    });
    return ids;
  }
}

function idsOf({ content }: Command): { msgId?: number; chanId?: string; userId?: string } {
  const {
    MsgId: msgId,
    ChanId: chanId,
    UserId: userId,
  } = content as {
    MsgId?: number;
    ChanId?: string;
    UserId?: string;
  };
  return {
    ...(msgId === undefined ? {} : { msgId }),
    ...(chanId === undefined ? {} : { chanId }),
    ...(userId === undefined ? {} : { userId }),
  };
}

import {
  ATTRIBUTE_CODE,
  CALL_CODE,
  CHANNEL_MESSAGE_CODE,
  type CommandName,
  type CommandProblem,
  HISTORY_CODE,
  isCommandName,
  JOIN_CODE,
  LEAVE_CODE,
  MEMBER_COUNT_CODE,
  MEMBERS_CODE,
  MESSAGE_STATUS,
  PEER_MESSAGE_CODE,
  PRESENCE_CODE,
  PRESENCE_QUERY_CODE,
  RENEW_TOKEN_CODE,
} from 'ar-rtm-protocol';
import type { FrameSender } from './client-socket.js';

/** Why a request was not carried out, before its command looked at it. */
type Refusal = 'invalid' | 'failed';

interface RequestIds {
  readonly msgId?: number;
  readonly chanId?: string;
  readonly userId?: string;
}

/**
 * Answers a request with the "no" of its own reply. Published clients wait for most replies without a deadline, so that
 * every request that can be correlated gets exactly one, also when it was malformed (wire-protocol.md 4).
 */
export function refuse(connection: FrameSender, cmd: CommandName, ids: RequestIds, refusal: Refusal): void {
  const { msgId, chanId = '' } = ids;
  const invalid = refusal === 'invalid';
  const channelReply = { ChanId: chanId, ...(msgId === undefined ? {} : { MsgId: msgId }) };
  if (cmd === 'JoinChannel') {
    connection.send('JoinChannel', { ...channelReply, Code: invalid ? JOIN_CODE.INVALID_ARGUMENT : JOIN_CODE.FAILURE });
    return;
  }
  if (cmd === 'LeaveChannel') {
    connection.send('LeaveChannel', { ...channelReply, Code: LEAVE_CODE.FAILURE });
    return;
  }
  if (msgId === undefined) return;
  const attribute = invalid ? ATTRIBUTE_CODE.INVALID_ARGUMENT : ATTRIBUTE_CODE.FAILURE;
  const presence = invalid ? PRESENCE_CODE.INVALID_ARGUMENT : PRESENCE_CODE.FAILURE;
  switch (cmd) {
    case 'SendMsgToPeer':
      connection.send('MsgStatus', {
        MsgId: msgId,
        Status: MESSAGE_STATUS.NOT_RECEIVED,
        Code: invalid ? PEER_MESSAGE_CODE.INVALID_MESSAGE : PEER_MESSAGE_CODE.FAILURE,
      });
      return;
    case 'SendChannelMsg':
      connection.send('SendChannelMsg', {
        ChanId: chanId,
        MsgId: msgId,
        Code: invalid ? CHANNEL_MESSAGE_CODE.INVALID_MESSAGE : CHANNEL_MESSAGE_CODE.FAILURE,
      });
      return;
    case 'GetChanMembers':
      connection.send('GetChanMembers', { MsgId: msgId, ChanId: chanId, Code: MEMBERS_CODE.FAILURE, Members: [] });
      return;
    case 'GetChanMemberSize':
      connection.send('GetChanMemberSize', {
        MsgId: msgId,
        Code: invalid ? MEMBER_COUNT_CODE.INVALID_ARGUMENT : MEMBER_COUNT_CODE.FAILURE,
        ChanMemSize: [],
      });
      return;
    case 'GetHistory':
      connection.send(cmd, {
        MsgId: msgId,
        Code: invalid ? HISTORY_CODE.INVALID_ARGUMENT : HISTORY_CODE.FAILURE,
        Messages: [],
      });
      return;
    case 'QueryOnlineStatus':
    case 'QueryOnlineSubStatus':
      // Published clients do not read the code and need the array (quirk B47).
      connection.send(cmd, { MsgId: msgId, Status: [], Code: PRESENCE_QUERY_CODE.FAILURE });
      return;
    case 'SubscribeOnlineStatus':
    case 'UnSubscribeOnlineStatus':
      connection.send(cmd, { MsgId: msgId, Code: presence });
      return;
    case 'AddOrUpdateUserAttributes':
    case 'DeleteUserAttributes':
    case 'ClearUserAttributes':
    case 'DeleteChanAttributes':
    case 'ClearChanAttributes':
      connection.send(cmd, { MsgId: msgId, Code: attribute });
      return;
    case 'GetUserAttributes':
      connection.send('QueryAttribKeys', {
        MsgId: msgId,
        QueryUserId: ids.userId ?? '',
        Attribs: '{}',
        Code: attribute,
      });
      return;
    case 'RenewAcsToken':
      connection.send(cmd, {
        MsgId: msgId,
        Code: invalid ? RENEW_TOKEN_CODE.INVALID_ARGUMENT : RENEW_TOKEN_CODE.FAILURE,
      });
      return;
    case 'AddOrUpdateChanAttributes':
      connection.send(cmd, { MsgId: msgId, ChanId: chanId, Code: attribute });
      return;
    case 'GetChanAttributes':
    case 'GetChanAttributesByKeys':
      connection.send(cmd, { MsgId: msgId, ChanId: chanId, Code: attribute, Attributes: '[]' });
      return;
    case 'MakeCall':
    case 'CancelCall':
    case 'AcceptCall':
    case 'RejectCall':
      // Only ours name their requests.
      connection.send('CallReply', { MsgId: msgId, Code: CALL_CODE.REFUSED });
      return;
    default:
      return;
  }
}

/** The regular reply to a request whose fields were wrong, in addition to the ErrorNotice. */
export function answerProblem(connection: FrameSender, problem: CommandProblem): void {
  if (problem.kind !== 'invalid-field' || problem.cmd === undefined || !isCommandName(problem.cmd)) return;
  refuse(connection, problem.cmd, problem, 'invalid');
}

import * as protocol from 'ar-rtm-protocol';
import { expect, test } from 'vitest';
import { CREATE_CODE, JOIN_CONFLICT } from './core/failures.js';
import { RtmErrorCode } from './error-code.js';
import { RtmStatusCode } from './status-code.js';

/** Members of a numeric enum, without the reverse mapping. */
const members = (codes: object) => Object.entries(codes).filter(([, value]) => typeof value === 'number');

test('enums map back from number to name', () => {
  for (const codes of Object.values<Record<string, unknown>>(RtmErrorCode)) {
    for (const [name, value] of members(codes)) expect(codes[value as string]).toBe(name);
  }
  expect(RtmErrorCode.LoginError[4]).toBe('LOGIN_ERR_INVALID_TOKEN');
});

test('the codes of the wire are the public ones', () => {
  const pairs: [Record<string, number>, object, string][] = [
    [protocol.LOGIN_CODE, RtmErrorCode.LoginError, 'LOGIN_ERR_'],
    [protocol.PEER_MESSAGE_CODE, RtmErrorCode.PeerMessageError, 'PEER_MESSAGE_ERR_'],
    [protocol.CHANNEL_MESSAGE_CODE, RtmErrorCode.ChannelMessageError, 'CHANNEL_MESSAGE_ERR_'],
    [protocol.JOIN_CODE, RtmErrorCode.JoinChannelError, 'JOIN_CHANNEL_(ERR_)?(JOIN_)?'],
    [protocol.LEAVE_CODE, RtmErrorCode.LeaveChannelError, 'LEAVE_CHANNEL_ERR_'],
    [protocol.MEMBERS_CODE, RtmErrorCode.GetMembersError, 'GET_MEMBERS_ERR_'],
    [protocol.HISTORY_CODE, RtmErrorCode.HistoryError, 'HISTORY_ERR_'],
    [protocol.MEMBER_COUNT_CODE, RtmErrorCode.GetChannelMemberCountErrCode, 'GET_CHANNEL_MEMBER_COUNT_ERR_'],
  ];
  for (const [wire, published, prefix] of pairs) {
    for (const [name, value] of Object.entries(wire)) {
      if (value === 0) continue;
      const pattern = new RegExp(`^${prefix}(USER_)?${name}$`);
      expect(members(published).filter(([, number]) => number === value)).toEqual([
        [expect.stringMatching(pattern), value],
      ]);
    }
  }
  const { CreateChannelError, CreateInstanceError, JoinChannelError } = RtmErrorCode;
  expect(CREATE_CODE.INVALID_ARGUMENT).toBe(CreateInstanceError.CREATE_INSTANCE_ERR_INVALID_ARGUMENT);
  expect(CREATE_CODE.INVALID_ARGUMENT).toBe(CreateChannelError.CREATE_CHANNEL_ERR_INVALID_ARGUMENT);
  expect(JOIN_CONFLICT).toEqual({
    ALREADY_JOINED: JoinChannelError.JOIN_CHANNEL_ERR_ALREADY_JOINED,
    ABORTED_BY_LEAVE: JoinChannelError.JOIN_CHANNEL_ERR_ABORTED_BY_LEAVE,
    SAME_ID_JOINED: JoinChannelError.JOIN_CHANNEL_ERR_ALREADY_JOINED_CHANNEL_OF_SAME_ID,
  });
});

test('the values of the string enums are their names', () => {
  for (const values of Object.values(RtmStatusCode)) {
    for (const [name, value] of Object.entries(values)) expect(value).toBe(name);
  }
});

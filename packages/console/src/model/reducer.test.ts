import type { RtmClient } from 'ar-rtm-sdk';
import { expect, test } from 'vitest';
import { reduce } from './reducer.js';
import { type Action, type ChatKind, type ConsoleState, INITIAL_STATE, type Message } from './state.js';

const after = (...actions: readonly Action[]): ConsoleState => actions.reduce(reduce, INITIAL_STATE);
const message = (id: number): Message => ({ id, from: 'ben', text: `text ${id}`, at: 0, isOffline: false });
const incoming = (kind: ChatKind, id: string, messageId: number): Action => ({
  type: 'message-added',
  kind,
  id,
  message: message(messageId),
});

test('the first message of a peer begins a conversation; the first conversation is shown', () => {
  const state = after(incoming('peers', 'ben', 1), incoming('peers', 'cat', 2));
  expect(state.selectedPeer).toBe('ben');
  expect(state.peers.map(({ id, unread }) => [id, unread])).toEqual([
    ['ben', 0],
    ['cat', 1],
  ]);
});

test('selecting a chat marks it read', () => {
  const state = after(
    incoming('peers', 'ben', 1),
    incoming('peers', 'cat', 2),
    { type: 'chat-selected', kind: 'peers', id: 'cat' },
    incoming('peers', 'cat', 3),
  );
  expect(state.selectedPeer).toBe('cat');
  expect(state.peers.map(({ unread }) => unread)).toEqual([0, 0]);
});

test('a message of ours is settled where it is', () => {
  const failure = new Error('no');
  const state = after(incoming('peers', 'ben', 1), incoming('peers', 'ben', 2), {
    type: 'message-settled',
    kind: 'peers',
    id: 'ben',
    messageId: 1,
    outcome: 'failed',
    error: failure,
  });
  expect(state.peers[0]?.messages.map(({ outcome, error }) => [outcome, error])).toEqual([
    ['failed', failure],
    [undefined, undefined],
  ]);
});

test('a file changes where it is, and a message without one does not', () => {
  const file = { name: 'a.txt', description: '', size: 4, isImage: false };
  const change = { mediaId: 'id', transfer: undefined };
  const state = after(
    { type: 'message-added', kind: 'peers', id: 'ben', message: { ...message(1), file } },
    incoming('peers', 'ben', 2),
    { type: 'file-changed', kind: 'peers', id: 'ben', messageId: 1, change },
    { type: 'file-changed', kind: 'peers', id: 'ben', messageId: 2, change },
    { type: 'file-changed', kind: 'peers', id: 'ben', messageId: 3, change },
  );
  expect(state.peers[0]?.messages.map((shown) => shown.file)).toEqual([{ ...file, ...change }, undefined]);
});

test('members are kept in order and once each', () => {
  const { channels } = after(
    { type: 'channel-joined', id: 'room' },
    { type: 'members-listed', id: 'room', members: ['cat', 'amy'] },
    { type: 'member-joined', id: 'room', member: 'ben' },
    { type: 'member-joined', id: 'room', member: 'amy' },
    { type: 'member-left', id: 'room', member: 'cat' },
    { type: 'members-counted', id: 'room', count: 2 },
  );
  expect(channels[0]).toMatchObject({ members: ['amy', 'ben'], memberCount: 2 });
});

test('leaving the shown channel shows another one', () => {
  const joined = after({ type: 'channel-joined', id: 'one' }, { type: 'channel-joined', id: 'two' });
  expect(joined.selectedChannel).toBe('two');
  const left = reduce(joined, { type: 'channel-left', id: 'two' });
  expect(left.selectedChannel).toBe('one');
  expect(reduce(left, { type: 'channel-left', id: 'one' }).selectedChannel).toBeUndefined();
});

test('messages of a channel that was left are dropped', () => {
  expect(after(incoming('channels', 'room', 1)).channels).toEqual([]);
});

test('a login clears the chats', () => {
  const client = {} as RtmClient;
  const state = after(
    incoming('peers', 'ben', 1),
    { type: 'channel-joined', id: 'room' },
    { type: 'login-started', uid: 'amy', client },
  );
  expect(state).toMatchObject({ uid: 'amy', client, peers: [], channels: [] });
  expect(state.selectedPeer ?? state.selectedChannel).toBeUndefined();
});

test('attributes of a channel are what was read last', () => {
  const attributes = { topic: { value: 'roses', lastUpdateUserId: 'amy', lastUpdateTs: 1 } };
  const state = after({ type: 'channel-joined', id: 'room' }, { type: 'attributes-read', id: 'room', attributes });
  expect(state.channels[0]?.attributes).toEqual(attributes);
  expect(reduce(state, { type: 'attributes-read', id: 'room', attributes: {} }).channels[0]?.attributes).toEqual({});
});

import type { Action, ChannelChat, Chat, ChatKind, ConsoleState, Message, MessagePlace } from './state.js';

/** The page is for looking at what happens now; older lines go. */
const MESSAGES_KEPT = 500;

export function reduce(state: ConsoleState, action: Action): ConsoleState {
  switch (action.type) {
    case 'login-started':
      return {
        ...state,
        uid: action.uid,
        client: action.client,
        peers: [],
        channels: [],
        selectedPeer: undefined,
        selectedChannel: undefined,
      };
    case 'connection-changed':
      return { ...state, connection: action.connection };
    case 'peer-opened':
      return select(withPeer(state, action.id), 'peers', action.id);
    case 'channel-joined':
      return select({ ...state, channels: [...state.channels, newChannel(action.id)] }, 'channels', action.id);
    case 'channel-left': {
      const channels = state.channels.filter(({ id }) => id !== action.id);
      const wasSelected = state.selectedChannel === action.id;
      return { ...state, channels, selectedChannel: wasSelected ? channels[0]?.id : state.selectedChannel };
    }
    case 'chat-selected':
      return select(state, action.kind, action.id);
    case 'message-added':
      return addMessage(action.kind === 'peers' ? withPeer(state, action.id) : state, action);
    case 'message-settled':
      return changeMessage(state, action, () => ({ outcome: action.outcome, error: action.error }));
    case 'file-changed':
      return changeMessage(state, action, ({ file }) => (file ? { file: { ...file, ...action.change } } : {}));
    case 'members-listed':
      return changeChannel(state, action.id, () => ({ members: [...action.members].sort(byName) }));
    case 'member-joined':
      return changeChannel(state, action.id, ({ members }) => ({
        members: [...members.filter((member) => member !== action.member), action.member].sort(byName),
      }));
    case 'member-left':
      return changeChannel(state, action.id, ({ members }) => ({
        members: members.filter((member) => member !== action.member),
      }));
    case 'members-counted':
      return changeChannel(state, action.id, () => ({ memberCount: action.count }));
    case 'attributes-read':
      return changeChannel(state, action.id, () => ({ attributes: action.attributes }));
  }
}

function newChannel(id: string): ChannelChat {
  return { id, messages: [], unread: 0, memberCount: 0, members: [], attributes: {} };
}

/** A conversation begins with its first message, in either direction. */
function withPeer(state: ConsoleState, id: string): ConsoleState {
  if (state.peers.some((peer) => peer.id === id)) return state;
  const peers = [...state.peers, { id, messages: [], unread: 0 }];
  return { ...state, peers, selectedPeer: state.selectedPeer ?? id };
}

function select(state: ConsoleState, kind: ChatKind, id: string): ConsoleState {
  const selected = kind === 'peers' ? { selectedPeer: id } : { selectedChannel: id };
  return changeChat({ ...state, ...selected }, kind, id, () => ({ unread: 0 }));
}

function addMessage(state: ConsoleState, { kind, id, message }: Extract<Action, { type: 'message-added' }>) {
  const selected = kind === 'peers' ? state.selectedPeer : state.selectedChannel;
  return changeChat(state, kind, id, ({ messages, unread }) => ({
    messages: [...messages, message].slice(-MESSAGES_KEPT),
    unread: selected === id ? 0 : unread + 1,
  }));
}

/** Nothing changes when the message is not there any more. */
function changeMessage(
  state: ConsoleState,
  { kind, id, messageId }: MessagePlace,
  change: (message: Message) => Partial<Message>,
): ConsoleState {
  const changed = (message: Message): Message =>
    message.id === messageId ? { ...message, ...change(message) } : message;
  return changeChat(state, kind, id, ({ messages }) => ({ messages: messages.map(changed) }));
}

function changeChat(
  state: ConsoleState,
  kind: ChatKind,
  id: string,
  change: (chat: Chat) => Partial<Chat>,
): ConsoleState {
  const changed = <One extends Chat>(chat: One): One => (chat.id === id ? { ...chat, ...change(chat) } : chat);
  return kind === 'peers'
    ? { ...state, peers: state.peers.map(changed) }
    : { ...state, channels: state.channels.map(changed) };
}

function changeChannel(
  state: ConsoleState,
  id: string,
  change: (channel: ChannelChat) => Partial<ChannelChat>,
): ConsoleState {
  return {
    ...state,
    channels: state.channels.map((channel) => (channel.id === id ? { ...channel, ...change(channel) } : channel)),
  };
}

function byName(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

import { useSession } from '../hooks/use-session.js';
import type { ChannelChat } from '../model/state.js';
import { Composer } from './Composer.js';
import { MemberList } from './MemberList.js';
import { MessageList } from './MessageList.js';

interface ChannelViewProps {
  readonly channel: ChannelChat;
  leave(): void;
}

export function ChannelView({ channel, leave }: ChannelViewProps) {
  const session = useSession();
  return (
    <div className="chat">
      <div className="chat-head">
        <MemberList members={channel.members} />
        <button type="button" onClick={leave}>
          Leave {channel.id}
        </button>
      </div>
      <MessageList label={`Messages in ${channel.id}`} messages={channel.messages} />
      <Composer to={channel.id} send={(text) => void session.sendToChannel(channel.id, text)} />
    </div>
  );
}

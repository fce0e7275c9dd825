import { useSession } from '../hooks/use-session.js';
import type { ChannelChat } from '../model/state.js';
import { Composer } from './Composer.js';
import { DropZone } from './DropZone.js';
import { MemberList } from './MemberList.js';
import { MessageList } from './MessageList.js';

interface ChannelViewProps {
  readonly channel: ChannelChat;
  leave(): void;
}

export function ChannelView({ channel, leave }: ChannelViewProps) {
  const session = useSession();
  const { id } = channel;
  const sendFiles = (files: readonly File[]) => void session.sendFiles('channels', id, files, false);
  return (
    <DropZone to={id} drop={sendFiles}>
      <div className="chat-head">
        <MemberList members={channel.members} />
        <button type="button" onClick={leave}>
          Leave {id}
        </button>
      </div>
      <MessageList label={`Messages in ${id}`} kind="channels" chat={channel} />
      <Composer to={id} send={(text) => void session.sendText('channels', id, text, false)} sendFiles={sendFiles} />
    </DropZone>
  );
}

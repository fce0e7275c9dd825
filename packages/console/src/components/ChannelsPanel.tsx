import { useAction } from '../hooks/use-action.js';
import { useSession } from '../hooks/use-session.js';
import type { ChannelChat } from '../model/state.js';
import { ChannelView } from './ChannelView.js';
import { ChatList } from './ChatList.js';
import { ErrorNote } from './ErrorNote.js';
import { IdForm } from './IdForm.js';

interface ChannelsPanelProps {
  readonly channels: readonly ChannelChat[];
  readonly selected: string | undefined;
}

export function ChannelsPanel({ channels, selected }: ChannelsPanelProps) {
  const session = useSession();
  const leave = useAction((id: string) => session.leave(id));
  const channel = channels.find(({ id }) => id === selected);
  return (
    <section className="card" aria-labelledby="channels-title">
      <h2 id="channels-title">Channels</h2>
      <IdForm label="Channel ID" button="Join" failure="Could not join" submit={(id) => session.join(id)} />
      <ErrorNote what="Could not leave" error={leave.error} />
      <ChatList kind="channels" chats={channels} selected={selected} note={({ memberCount }) => inWords(memberCount)} />
      {channel ? (
        <ChannelView key={channel.id} channel={channel} leave={() => void leave.run(channel.id)} />
      ) : (
        <p className="hint">Join a channel to talk to everybody in it.</p>
      )}
    </section>
  );
}

function inWords(memberCount: number): string {
  return memberCount === 1 ? '1 member' : `${memberCount} members`;
}

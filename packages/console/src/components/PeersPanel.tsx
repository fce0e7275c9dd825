import { useSession } from '../hooks/use-session.js';
import type { Chat } from '../model/state.js';
import { ChatList } from './ChatList.js';
import { IdForm } from './IdForm.js';
import { PeerView } from './PeerView.js';

interface PeersPanelProps {
  readonly peers: readonly Chat[];
  readonly selected: string | undefined;
}

export function PeersPanel({ peers, selected }: PeersPanelProps) {
  const session = useSession();
  const chat = peers.find(({ id }) => id === selected);
  return (
    <section className="card" aria-labelledby="peers-title">
      <h2 id="peers-title">Peers</h2>
      <IdForm
        label="User ID of the peer"
        button="Chat"
        failure="Could not open the chat"
        submit={async (id) => session.openPeer(id)}
      />
      <ChatList kind="peers" chats={peers} selected={selected} />
      {chat ? <PeerView key={chat.id} peer={chat} /> : <p className="hint">Choose a peer, or wait for a message.</p>}
    </section>
  );
}

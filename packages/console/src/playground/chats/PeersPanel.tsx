import { MessageCircle } from 'lucide-react';
import { EmptyNote } from '../../components/EmptyNote.js';
import { IdForm } from '../../components/IdForm.js';
import { useSession } from '../../hooks/use-session.js';
import { useTexts } from '../../i18n/language-context.js';
import type { Chat } from '../../model/state.js';
import { ChatList } from './ChatList.js';
import { PeerView } from './PeerView.js';

interface PeersPanelProps {
  readonly peers: readonly Chat[];
  readonly selected: string | undefined;
  call(id: string): void;
}

export function PeersPanel({ peers, selected, call }: PeersPanelProps) {
  const { peers: words } = useTexts();
  const session = useSession();
  const chat = peers.find(({ id }) => id === selected);
  return (
    <div className="chats-panel">
      <div className="chats-side">
        <IdForm
          label={words.field}
          submit={{ button: words.open, failure: words.failure, run: async (id) => session.openPeer(id) }}
        />
        <ChatList kind="peers" chats={peers} selected={selected} />
      </div>
      {chat ? (
        <PeerView key={chat.id} peer={chat} call={() => call(chat.id)} />
      ) : (
        <EmptyNote icon={MessageCircle}>{words.none}</EmptyNote>
      )}
    </div>
  );
}

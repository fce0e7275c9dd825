import { useState } from 'react';
import { useSession } from '../hooks/use-session.js';
import type { Chat } from '../model/state.js';
import { Composer } from './Composer.js';
import { DropZone } from './DropZone.js';
import { MessageList } from './MessageList.js';

interface PeerViewProps {
  readonly peer: Chat;
}

export function PeerView({ peer }: PeerViewProps) {
  const session = useSession();
  const [isOffline, setOffline] = useState(false);
  const { id } = peer;
  const sendFiles = (files: readonly File[]) => void session.sendFiles('peers', id, files, isOffline);
  return (
    <DropZone to={id} drop={sendFiles}>
      <MessageList label={`Messages with ${id}`} kind="peers" chat={peer} />
      <Composer to={id} send={(text) => void session.sendText('peers', id, text, isOffline)} sendFiles={sendFiles}>
        <label className="check">
          <input type="checkbox" checked={isOffline} onChange={({ target }) => setOffline(target.checked)} />
          Store while the peer is offline
        </label>
      </Composer>
    </DropZone>
  );
}

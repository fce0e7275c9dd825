import { ActionIcon } from '@mantine/core';
import { Phone } from 'lucide-react';
import { useTexts } from '../../i18n/language-context.js';
import type { Chat } from '../../model/state.js';
import { ChatFrame } from './ChatFrame.js';

interface PeerViewProps {
  readonly peer: Chat;
  call(): void;
}

export function PeerView({ peer, call }: PeerViewProps) {
  const { peers } = useTexts();
  const { id } = peer;
  return (
    <ChatFrame
      kind="peers"
      chat={peer}
      label={peers.messages(id)}
      actions={
        <ActionIcon variant="default" size={22} aria-label={peers.call(id)} title={peers.call(id)} onClick={call}>
          <Phone size={13} aria-hidden="true" />
        </ActionIcon>
      }
    />
  );
}

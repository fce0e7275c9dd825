import { Button, Text } from '@mantine/core';
import { History } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useSession } from '../../hooks/use-session.js';
import { useTexts } from '../../i18n/language-context.js';
import type { Chat, ChatKind } from '../../model/state.js';
import { Composer } from './Composer.js';
import { DropZone } from './DropZone.js';
import { HistoryDialog } from './HistoryDialog.js';
import { MessageList } from './MessageList.js';
import { SendChoices } from './SendChoices.js';

interface ChatFrameProps {
  readonly kind: ChatKind;
  readonly chat: Chat;
  /** Of the messages. */
  readonly label: string;
  /** Beside the name. */
  readonly actions: ReactNode;
  /** Between the head and the messages. */
  readonly children?: ReactNode;
}

/** A conversation: what was said, and what can be sent. Files can be dropped on it. */
export function ChatFrame({ kind, chat, label, actions, children }: ChatFrameProps) {
  const { history } = useTexts();
  const session = useSession();
  const [isHistoryOpen, setHistoryOpen] = useState(false);
  const [choices, setChoices] = useState({ isRaw: false, isOffline: false, isKept: false });
  const { id } = chat;
  const options = { enableOfflineMessaging: choices.isOffline, enableHistoricalMessaging: choices.isKept };
  const sendFiles = (files: readonly File[]) => void session.sendFiles(kind, id, files, options);
  return (
    <DropZone to={id} drop={sendFiles}>
      <div className="chat-head">
        <Text component="h3" fw={600} size="sm" truncate>
          {id}
        </Text>
        <div className="chat-actions">
          <Button
            size="compact-xs"
            variant="default"
            leftSection={<History size={14} aria-hidden="true" />}
            onClick={() => setHistoryOpen(true)}
          >
            {history.open}
          </Button>
          {actions}
        </div>
      </div>
      {children}
      <MessageList label={label} kind={kind} chat={chat} />
      <Composer
        to={id}
        isRaw={choices.isRaw}
        send={(text) => void session.sendText(kind, id, text, options)}
        sendBytes={(bytes) => void session.sendBytes(kind, id, bytes, options)}
        sendFiles={sendFiles}
      >
        <SendChoices kind={kind} choices={choices} choose={setChoices} />
      </Composer>
      {isHistoryOpen && <HistoryDialog kind={kind} id={id} close={() => setHistoryOpen(false)} />}
    </DropZone>
  );
}

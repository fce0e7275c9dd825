import { Badge } from '@mantine/core';
import { useSession } from '../../hooks/use-session.js';
import { useTexts } from '../../i18n/language-context.js';
import type { Chat, ChatKind } from '../../model/state.js';

interface ChatListProps<One extends Chat> {
  readonly kind: ChatKind;
  readonly chats: readonly One[];
  readonly selected: string | undefined;
  /** Small print behind the id. */
  note?(chat: One): string;
}

/** Peers or channels to choose from, with what is unread. */
export function ChatList<One extends Chat>({ kind, chats, selected, note }: ChatListProps<One>) {
  const { chat: words } = useTexts();
  const session = useSession();
  return (
    <ul className="chats">
      {chats.map((chat) => (
        <li key={chat.id}>
          <button type="button" aria-pressed={chat.id === selected} onClick={() => session.select(kind, chat.id)}>
            <span className="id">{chat.id}</span>
            {note && <span className="note">{note(chat)}</span>}
            {chat.unread > 0 && (
              <Badge size="sm" className="unread">
                {words.newMessages(chat.unread)}
              </Badge>
            )}
          </button>
        </li>
      ))}
    </ul>
  );
}

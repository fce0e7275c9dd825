import { useStayAtEnd } from '../../hooks/use-stay-at-end.js';
import { useTexts } from '../../i18n/language-context.js';
import type { Chat, ChatKind } from '../../model/state.js';
import { MessageLine } from './MessageLine.js';

interface MessageListProps {
  readonly label: string;
  readonly kind: ChatKind;
  readonly chat: Chat;
}

export function MessageList({ label, kind, chat: { id, messages } }: MessageListProps) {
  const { chat } = useTexts();
  const list = useStayAtEnd<HTMLDivElement>(messages);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: scrolled with the keyboard
    <div className="messages" role="log" aria-label={label} ref={list} tabIndex={0}>
      {messages.length === 0 && <p className="hint">{chat.noMessages}</p>}
      {messages.map((message) => (
        <MessageLine key={message.id} kind={kind} chatId={id} message={message} />
      ))}
    </div>
  );
}

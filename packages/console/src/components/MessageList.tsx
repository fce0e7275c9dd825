import { useStayAtEnd } from '../hooks/use-stay-at-end.js';
import type { Chat, ChatKind, Message } from '../model/state.js';
import { errorInWords, timeInWords } from '../model/words.js';
import { FileView } from './FileView.js';

interface MessageListProps {
  readonly label: string;
  readonly kind: ChatKind;
  readonly chat: Chat;
}

export function MessageList({ label, kind, chat: { id, messages } }: MessageListProps) {
  const list = useStayAtEnd<HTMLDivElement>(messages);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: scrolled with the keyboard
    <div className="messages" role="log" aria-label={label} ref={list} tabIndex={0}>
      {messages.length === 0 && <p className="hint">No messages yet.</p>}
      {messages.map((message) => (
        <MessageLine key={message.id} kind={kind} chatId={id} message={message} />
      ))}
    </div>
  );
}

interface MessageLineProps {
  readonly kind: ChatKind;
  readonly chatId: string;
  readonly message: Message;
}

function MessageLine({ kind, chatId, message }: MessageLineProps) {
  const { id: messageId, from, text, file, at, outcome, error, isOffline } = message;
  const isOwn = outcome !== undefined;
  return (
    <article className={isOwn ? 'message own' : 'message'}>
      <p className="head">
        <strong>{from}</strong>
        <time dateTime={new Date(at).toISOString()}>{timeInWords(at)}</time>
        {isOffline && <span className="badge">offline message</span>}
      </p>
      {file ? <FileView place={{ kind, id: chatId, messageId }} file={file} /> : <p className="text">{text}</p>}
      {/* While the file is on its way up, and when it did not get there, its transfer says it. */}
      {isOwn && file?.transfer?.direction !== 'up' && (
        <p className="outcome" data-outcome={outcome}>
          {outcome === 'failed' ? `not sent: ${errorInWords(error)}` : outcome}
        </p>
      )}
    </article>
  );
}

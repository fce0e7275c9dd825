import { useStayAtEnd } from '../hooks/use-stay-at-end.js';
import type { Message } from '../model/state.js';
import { errorInWords, timeInWords } from '../model/words.js';

interface MessageListProps {
  readonly label: string;
  readonly messages: readonly Message[];
}

export function MessageList({ label, messages }: MessageListProps) {
  const list = useStayAtEnd<HTMLDivElement>(messages.at(-1)?.id);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: scrolled with the keyboard
    <div className="messages" role="log" aria-label={label} ref={list} tabIndex={0}>
      {messages.length === 0 && <p className="hint">No messages yet.</p>}
      {messages.map((message) => (
        <MessageLine key={message.id} message={message} />
      ))}
    </div>
  );
}

function MessageLine({ message }: { readonly message: Message }) {
  const { from, text, at, outcome, isOffline } = message;
  const isOwn = outcome !== undefined;
  return (
    <article className={isOwn ? 'message own' : 'message'}>
      <p className="head">
        <strong>{from}</strong>
        <time dateTime={new Date(at).toISOString()}>{timeInWords(at)}</time>
        {isOffline && <span className="badge">offline message</span>}
      </p>
      <p className="text">{text}</p>
      {isOwn && (
        <p className="outcome" data-outcome={outcome}>
          {outcome === 'failed' ? `not sent: ${errorInWords(message.error)}` : outcome}
        </p>
      )}
    </article>
  );
}

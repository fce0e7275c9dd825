import { Badge } from '@mantine/core';
import { useTexts } from '../../i18n/language-context.js';
import type { ChatKind, Message } from '../../model/state.js';
import { errorInWords, timeInWords } from '../../model/words.js';
import { BytesView } from './BytesView.js';
import { FileView } from './FileView.js';

interface MessageLineProps {
  readonly kind: ChatKind;
  readonly chatId: string;
  readonly message: Message;
}

export function MessageLine({ kind, chatId, message }: MessageLineProps) {
  const texts = useTexts();
  const { id: messageId, from, text, file, bytes, at, outcome, error, isOffline } = message;
  const isOwn = outcome !== undefined;
  return (
    <article className={isOwn ? 'message own' : 'message'}>
      <p className="head">
        <strong>{from}</strong>
        <time dateTime={new Date(at).toISOString()}>{timeInWords(at)}</time>
        {isOffline && !isOwn && (
          <Badge size="xs" variant="light" color="orange">
            {texts.chat.offline}
          </Badge>
        )}
      </p>
      {file && <FileView place={{ kind, id: chatId, messageId }} file={file} />}
      {bytes && <BytesView bytes={bytes} />}
      {text !== '' && <p className="text">{text}</p>}
      {/* While the file is on its way up, and when it did not get there, its transfer says it. */}
      {isOwn && file?.transfer?.direction !== 'up' && (
        <p className="outcome" data-outcome={outcome}>
          {outcome === 'failed' ? texts.chat.notSent(errorInWords(error, texts)) : texts.chat.outcomes[outcome]}
        </p>
      )}
    </article>
  );
}

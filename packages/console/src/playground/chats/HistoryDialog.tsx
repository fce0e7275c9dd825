import { Button, Switch, Text } from '@mantine/core';
import type { HistoryMessage } from 'ar-rtm-sdk';
import { useEffect, useState } from 'react';
import { Dialog } from '../../components/Dialog.js';
import { ErrorNote } from '../../components/ErrorNote.js';
import { useAction } from '../../hooks/use-action.js';
import { useSession } from '../../hooks/use-session.js';
import { useTexts } from '../../i18n/language-context.js';
import { fileNameInWords, sizeInWords } from '../../model/file-words.js';
import { contentOf } from '../../model/received.js';
import type { ChatKind } from '../../model/state.js';
import { timeInWords } from '../../model/words.js';
import { BytesView } from './BytesView.js';

interface HistoryDialogProps {
  readonly kind: ChatKind;
  readonly id: string;
  close(): void;
}

const PAGE = 20;

interface Shown {
  readonly messages: readonly HistoryMessage[];
  /** Where the next page begins; absent behind the last. */
  readonly next: number | undefined;
}

/** What was kept of a conversation, a page at a time. */
export function HistoryDialog({ kind, id, close }: HistoryDialogProps) {
  const { history } = useTexts();
  const session = useSession();
  const [isNewestFirst, setNewestFirst] = useState(true);
  const [shown, setShown] = useState<Shown>();
  const read = useAction(async (before: Shown | undefined) => {
    const order = isNewestFirst ? 'desc' : 'asc';
    const offset = before?.next;
    const page = await session.history(kind, id, { limit: PAGE, order, ...(offset !== undefined && { offset }) });
    setShown({ messages: [...(before?.messages ?? []), ...page.messages], next: page.nextOffset });
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another order is another question
  useEffect(() => void read.run(undefined), [isNewestFirst]);
  return (
    <Dialog title={history.heading(id)} close={close}>
      <Text size="sm" c="dimmed">
        {history.hint}
      </Text>
      <Switch
        label={history.newestFirst}
        checked={isNewestFirst}
        onChange={({ target }) => setNewestFirst(target.checked)}
      />
      <ErrorNote what={history.failure} error={read.error} />
      {shown && (
        <ol className="history" aria-label={history.heading(id)}>
          {shown.messages.map((one) => (
            <HistoryLine key={one.offset} entry={one} />
          ))}
        </ol>
      )}
      {shown?.messages.length === 0 && <p className="hint">{history.none}</p>}
      {shown?.next !== undefined && (
        <Button variant="default" onClick={() => void read.run(shown)} disabled={read.isPending}>
          {history.more}
        </Button>
      )}
    </Dialog>
  );
}

function HistoryLine({ entry: { message, senderId, serverReceivedTs } }: { readonly entry: HistoryMessage }) {
  const texts = useTexts();
  const { text, file, bytes } = contentOf(message);
  const date = new Date(serverReceivedTs);
  return (
    <li className="message">
      <p className="head">
        <strong>{senderId}</strong>
        <time dateTime={date.toISOString()}>
          {date.toLocaleDateString(texts.locale)} {timeInWords(serverReceivedTs)}
        </time>
      </p>
      {bytes && <BytesView bytes={bytes} />}
      {file && (
        <p>
          <bdi className="name">{fileNameInWords(file.name, texts)}</bdi>{' '}
          <span className="note">{sizeInWords(file.size, texts)}</span>
        </p>
      )}
      {text !== '' && <p className="text">{text}</p>}
    </li>
  );
}

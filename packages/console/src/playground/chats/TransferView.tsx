import { Button } from '@mantine/core';
import { useTexts } from '../../i18n/language-context.js';
import { sizeInWords, transferErrorInWords } from '../../model/file-words.js';
import type { Transfer } from '../../model/state.js';

interface TransferViewProps {
  /** Of the file. */
  readonly name: string;
  readonly transfer: Transfer;
  cancel(): void;
}

/** How an upload or download stands, and the button that ends it. */
export function TransferView({ name, transfer, cancel }: TransferViewProps) {
  const texts = useTexts();
  const { files } = texts;
  const { direction, state, bytes, totalBytes } = transfer;
  const isUp = direction === 'up';
  if (state === 'canceled') return <p className="outcome">{isUp ? files.upCanceled : files.downCanceled}</p>;
  if (state === 'failed') {
    const why = transferErrorInWords(transfer, texts);
    return (
      <p className="outcome" data-outcome="failed">
        {isUp ? files.notSent(why) : files.notDownloaded(why)}
      </p>
    );
  }
  const size = (count: number) => sizeInWords(count, texts);
  return (
    // Its numbers change all the time: nothing to read out.
    <div className="transfer" aria-live="off">
      <progress aria-label={isUp ? files.upOf(name) : files.downOf(name)} value={bytes} max={totalBytes || 1} />
      <span className="note">
        {state === 'waiting' ? files.waiting : files.progress(size(bytes), size(totalBytes))}
      </span>
      <Button size="compact-xs" variant="default" aria-label={files.cancelOf(name)} onClick={cancel}>
        {files.cancel}
      </Button>
    </div>
  );
}

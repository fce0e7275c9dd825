import { sizeInWords, transferErrorInWords } from '../model/file-words.js';
import type { Transfer } from '../model/state.js';

interface TransferViewProps {
  /** Of the file. */
  readonly name: string;
  readonly transfer: Transfer;
  cancel(): void;
}

/** How an upload or download stands, and the button that ends it. */
export function TransferView({ name, transfer, cancel }: TransferViewProps) {
  const { direction, state, bytes, totalBytes } = transfer;
  const isUp = direction === 'up';
  if (state === 'canceled') return <p className="outcome">{isUp ? 'canceled, not sent' : 'download canceled'}</p>;
  if (state === 'failed') {
    return (
      <p className="outcome" data-outcome="failed">
        {isUp ? 'not sent' : 'not downloaded'}: {transferErrorInWords(transfer)}
      </p>
    );
  }
  return (
    // Its numbers change all the time: nothing to read out.
    <div className="transfer" aria-live="off">
      <progress aria-label={`${isUp ? 'Upload' : 'Download'} of ${name}`} value={bytes} max={totalBytes || 1} />
      <span className="note">
        {state === 'waiting' ? 'waiting' : `${sizeInWords(bytes)} of ${sizeInWords(totalBytes)}`}
      </span>
      <button type="button" aria-label={`Cancel ${name}`} onClick={cancel}>
        Cancel
      </button>
    </div>
  );
}

import { useTexts } from '../../i18n/language-context.js';
import { bytesInWords } from '../../model/words.js';

/** A raw message: how many bytes, and the first of them. */
export function BytesView({ bytes }: { readonly bytes: Uint8Array }) {
  const { chat } = useTexts();
  return (
    <p className="bytes">
      <span className="note">{chat.rawMessage(bytes.length)}</span> <span className="code">{bytesInWords(bytes)}</span>
    </p>
  );
}

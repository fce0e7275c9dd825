import { ActionIcon, Textarea } from '@mantine/core';
import { SendHorizontal } from 'lucide-react';
import { type ClipboardEvent, type FormEvent, type KeyboardEvent, type ReactNode, useState } from 'react';
import { useTexts } from '../../i18n/language-context.js';
import { bytesIn } from '../../model/words.js';
import { FilePicker } from './FilePicker.js';

interface ComposerProps {
  /** To whom, for the labels. */
  readonly to: string;
  /** The field takes bytes as hex digits. */
  readonly isRaw: boolean;
  send(text: string): void;
  sendBytes(bytes: Uint8Array): void;
  sendFiles(files: readonly File[]): void;
  /** More to choose from. */
  readonly children?: ReactNode;
}

/** A text field with buttons; Enter sends, Shift+Enter begins a new line, pasted files are sent. */
export function Composer({ to, isRaw, send, sendBytes, sendFiles, children }: ComposerProps) {
  const { chat } = useTexts();
  const [text, setText] = useState('');
  const [isInvalid, setInvalid] = useState(false);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text === '') return;
    const bytes = isRaw ? bytesIn(text) : undefined;
    if (isRaw && !bytes) {
      setInvalid(true);
      return;
    }
    if (bytes) sendBytes(bytes);
    else send(text);
    setText('');
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) submit(event);
  };
  const onPaste = (event: ClipboardEvent) => {
    const { files, types } = event.clipboardData;
    // Office programs put an image of the text beside it.
    const isText = types.includes('text/plain') && types.includes('text/html');
    if (files.length === 0 || isText) return;
    event.preventDefault();
    sendFiles([...files]);
  };

  return (
    <form className="composer" onSubmit={submit}>
      <div className="compose-line">
        <FilePicker to={to} pick={sendFiles} />
        <Textarea
          className="grow"
          classNames={{ input: isRaw ? 'compose-field code' : 'compose-field' }}
          aria-label={isRaw ? chat.bytesTo(to) : chat.messageTo(to)}
          placeholder={isRaw ? chat.bytesHint : chat.messageTo(to)}
          error={isRaw && isInvalid && chat.bytesInvalid}
          rows={1}
          value={text}
          onChange={({ target }) => {
            setText(target.value);
            setInvalid(false);
          }}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
        />
        <ActionIcon type="submit" size={36} aria-label={chat.send} title={chat.send}>
          <SendHorizontal size={18} aria-hidden="true" />
        </ActionIcon>
      </div>
      <div className="choices">{children}</div>
    </form>
  );
}

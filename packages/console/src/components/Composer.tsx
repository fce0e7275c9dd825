import { type ClipboardEvent, type FormEvent, type KeyboardEvent, type ReactNode, useState } from 'react';
import { FilePicker } from './FilePicker.js';

interface ComposerProps {
  /** To whom, for the labels. */
  readonly to: string;
  send(text: string): void;
  sendFiles(files: readonly File[]): void;
  /** More to choose from. */
  readonly children?: ReactNode;
}

/** A text field with buttons; Enter sends, Shift+Enter begins a new line, pasted files are sent. */
export function Composer({ to, send, sendFiles, children }: ComposerProps) {
  const [text, setText] = useState('');

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text === '') return;
    send(text);
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
      <div className="inline">
        <label>
          Message to {to}
          <textarea
            rows={1}
            value={text}
            onChange={({ target }) => setText(target.value)}
            onKeyDown={onKeyDown}
            onPaste={onPaste}
          />
        </label>
        <button type="submit" className="primary">
          Send
        </button>
      </div>
      <div className="choices">
        <FilePicker to={to} pick={sendFiles} />
        {children}
      </div>
    </form>
  );
}

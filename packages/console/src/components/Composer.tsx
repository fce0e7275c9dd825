import { type FormEvent, type KeyboardEvent, useState } from 'react';

interface ComposerProps {
  /** To whom, for the label of the field. */
  readonly to: string;
  /** Whether to offer the offline flag. */
  readonly hasOfflineFlag?: boolean;
  send(text: string, isOffline: boolean): void;
}

/** A text field with a button; Enter sends, Shift+Enter begins a new line. */
export function Composer({ to, hasOfflineFlag = false, send }: ComposerProps) {
  const [text, setText] = useState('');
  const [isOffline, setOffline] = useState(false);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text === '') return;
    send(text, isOffline);
    setText('');
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) submit(event);
  };

  return (
    <form className="composer" onSubmit={submit}>
      <div className="inline">
        <label>
          Message to {to}
          <textarea rows={1} value={text} onChange={({ target }) => setText(target.value)} onKeyDown={onKeyDown} />
        </label>
        <button type="submit" className="primary">
          Send
        </button>
      </div>
      {hasOfflineFlag && (
        <label className="check">
          <input type="checkbox" checked={isOffline} onChange={({ target }) => setOffline(target.checked)} />
          Store while the peer is offline
        </label>
      )}
    </form>
  );
}

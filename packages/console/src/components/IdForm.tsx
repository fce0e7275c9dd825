import { type FormEvent, useState } from 'react';
import { useAction } from '../hooks/use-action.js';
import { ErrorNote } from './ErrorNote.js';

interface IdFormProps {
  readonly label: string;
  readonly button: string;
  /** What to say when it fails, such as "Could not join". */
  readonly failure: string;
  submit(id: string): Promise<void>;
}

/** One field for the id of a peer or a channel, and a button; emptied after success. */
export function IdForm({ label, button, failure, submit }: IdFormProps) {
  const [id, setId] = useState('');
  const action = useAction(submit);
  const onSubmit = async (event: FormEvent) => {
    event.preventDefault();
    if (await action.run(id)) setId('');
  };
  return (
    <>
      <form className="inline" onSubmit={onSubmit}>
        <label>
          {label}
          <input
            value={id}
            onChange={({ target }) => setId(target.value)}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            required
          />
        </label>
        <button type="submit" disabled={action.isPending}>
          {button}
        </button>
      </form>
      <ErrorNote what={failure} error={action.error} />
    </>
  );
}

import { Button, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useAction } from '../hooks/use-action.js';
import { ErrorNote } from './ErrorNote.js';

interface IdAction {
  readonly button: string;
  /** What to say when it fails, such as "Could not join". */
  readonly failure: string;
  run(id: string): Promise<void>;
}

interface IdFormProps {
  readonly label: string;
  /** By Enter, too; empties the field after success. */
  readonly submit: IdAction;
  /** Something else that can be done with the id, which then stays. */
  readonly other?: IdAction;
}

/** One field for the id of a peer or a channel, and what to do with it. */
export function IdForm({ label, submit, other }: IdFormProps) {
  const [id, setId] = useState('');
  const main = useAction(submit.run);
  const second = useAction(async (given: string) => other?.run(given));
  const onSubmit = async (event: FormEvent) => {
    event.preventDefault();
    if (await main.run(id)) setId('');
  };
  return (
    <>
      <form className="inline" onSubmit={(event) => void onSubmit(event)}>
        <TextInput
          className="grow"
          size="sm"
          label={label}
          value={id}
          onChange={({ target }) => setId(target.value)}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          required
          withAsterisk={false}
        />
        <Button type="submit" size="sm" disabled={main.isPending}>
          {submit.button}
        </Button>
        {other && (
          <Button
            size="sm"
            variant="default"
            disabled={second.isPending || id === ''}
            onClick={() => void second.run(id)}
          >
            {other.button}
          </Button>
        )}
      </form>
      <ErrorNote what={submit.failure} error={main.error} />
      {other && <ErrorNote what={other.failure} error={second.error} />}
    </>
  );
}

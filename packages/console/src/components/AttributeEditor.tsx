import { ActionIcon, Button, TextInput } from '@mantine/core';
import { Trash2 } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { useAction } from '../hooks/use-action.js';
import { useTexts } from '../i18n/language-context.js';
import { ErrorNote } from './ErrorNote.js';

interface Attribute {
  readonly key: string;
  readonly value: string;
  /** Who has set it, where that is known. */
  readonly by?: string;
}

interface AttributeEditorProps {
  readonly label: string;
  readonly attributes: readonly Attribute[];
  set(key: string, value: string): Promise<void>;
  remove(keys: readonly string[]): Promise<void>;
}

/** Attributes of a user or a channel, to read and to change. */
export function AttributeEditor({ label, attributes, set, remove }: AttributeEditorProps) {
  const { attributes: words } = useTexts();
  const [key, setKey] = useState('');
  const [value, setValue] = useState('');
  const change = useAction((work: () => Promise<void>) => work());
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!(await change.run(() => set(key, value)))) return;
    setKey('');
    setValue('');
  };
  const field = { size: 'xs', autoComplete: 'off', autoCapitalize: 'none', spellCheck: false } as const;
  return (
    <div className="attributes">
      {attributes.length === 0 ? (
        <p className="hint">{words.none}</p>
      ) : (
        <dl aria-label={label}>
          {attributes.map((one) => (
            <div key={one.key} className="attribute">
              <dt>{one.key}</dt>
              <dd>
                {one.value} {one.by && <span className="note">{words.by(one.by)}</span>}
              </dd>
              <dd className="attribute-action">
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  size="sm"
                  aria-label={words.remove(one.key)}
                  title={words.remove(one.key)}
                  onClick={() => void change.run(() => remove([one.key]))}
                >
                  <Trash2 size={14} aria-hidden="true" />
                </ActionIcon>
              </dd>
            </div>
          ))}
        </dl>
      )}
      <form className="inline" onSubmit={(event) => void submit(event)}>
        <TextInput
          {...field}
          className="grow"
          label={words.key}
          value={key}
          onChange={({ target }) => setKey(target.value)}
          required
          withAsterisk={false}
        />
        <TextInput
          {...field}
          className="grow"
          label={words.value}
          value={value}
          onChange={({ target }) => setValue(target.value)}
          required
          withAsterisk={false}
        />
        <Button type="submit" size="xs" disabled={change.isPending}>
          {words.set}
        </Button>
      </form>
      {attributes.length > 1 && (
        <Button
          size="compact-xs"
          variant="subtle"
          color="red"
          onClick={() => void change.run(() => remove(attributes.map((one) => one.key)))}
        >
          {words.clear}
        </Button>
      )}
      <ErrorNote what={words.failure} error={change.error} />
    </div>
  );
}

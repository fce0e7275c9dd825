import { Checkbox } from '@mantine/core';
import { useTexts } from '../../i18n/language-context.js';
import type { ChatKind } from '../../model/state.js';

export interface Choices {
  readonly isRaw: boolean;
  readonly isOffline: boolean;
  readonly isKept: boolean;
}

interface SendChoicesProps {
  readonly kind: ChatKind;
  readonly choices: Choices;
  choose(choices: Choices): void;
}

/** How the next message is sent. */
export function SendChoices({ kind, choices, choose }: SendChoicesProps) {
  const { chat } = useTexts();
  const box = (name: keyof Choices, label: string) => (
    <Checkbox
      size="xs"
      label={label}
      checked={choices[name]}
      onChange={({ target }) => choose({ ...choices, [name]: target.checked })}
    />
  );
  return (
    <>
      {kind === 'peers' && box('isOffline', chat.store)}
      {box('isKept', chat.keep)}
      {box('isRaw', chat.raw)}
    </>
  );
}

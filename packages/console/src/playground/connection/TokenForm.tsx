import { Button, Code, Text, TextInput, Title } from '@mantine/core';
import { useRtm } from 'ar-rtm-react';
import { type FormEvent, useState } from 'react';
import { ErrorNote } from '../../components/ErrorNote.js';
import { useAction } from '../../hooks/use-action.js';
import { useConsoleState } from '../../hooks/use-session.js';
import { useTexts } from '../../i18n/language-context.js';

/** The token of the session: how it stands, and a new one. */
export function TokenForm() {
  const { token: words } = useTexts();
  const { uid } = useConsoleState();
  const { tokenState, renewToken } = useRtm();
  const [token, setToken] = useState('');
  const [isRenewed, setRenewed] = useState(false);
  const renew = useAction(renewToken);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setRenewed(false);
    if (!(await renew.run(token.trim()))) return;
    setRenewed(true);
    setToken('');
  };
  return (
    <>
      <div>
        <Title order={3} size="h6">
          {words.heading}
        </Title>
        <output className="token-state" data-state={tokenState}>
          <span className="code">{tokenState}</span>: {words.states[tokenState]}
        </output>
        <Text size="sm" c="dimmed">
          {words.hint}
        </Text>
        <Code block className="wrap">{`npm start -- token --uid ${uid} --ttl 40`}</Code>
      </div>
      <form className="inline" onSubmit={(event) => void submit(event)}>
        <TextInput
          className="grow"
          size="sm"
          classNames={{ input: 'code' }}
          label={words.field}
          value={token}
          onChange={({ target }) => setToken(target.value)}
          autoComplete="off"
          spellCheck={false}
          required
          withAsterisk={false}
        />
        <Button type="submit" size="sm" disabled={renew.isPending}>
          {words.renew}
        </Button>
      </form>
      <output>
        {isRenewed && (
          <Text size="sm" c="teal">
            {words.renewed}
          </Text>
        )}
      </output>
      <ErrorNote what={words.failure} error={renew.error} />
    </>
  );
}

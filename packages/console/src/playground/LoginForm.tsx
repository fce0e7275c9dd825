import { Button, Text, TextInput, Title } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { ErrorNote } from '../components/ErrorNote.js';
import { useAction } from '../hooks/use-action.js';
import { useSession } from '../hooks/use-session.js';
import { useWorkspace } from '../hooks/use-workspace.js';
import { useTexts } from '../i18n/language-context.js';
import type { Seat } from '../model/workspace.js';

interface LoginFormProps {
  readonly seat: Seat;
  /** Somebody begins to log in. */
  prepare(): void;
}

export function LoginForm({ seat, prepare }: LoginFormProps) {
  const texts = useTexts();
  const session = useSession();
  const workspace = useWorkspace();
  const [identity, setIdentity] = useState(seat.suggestion);
  // Not remembered: it is a secret.
  const [token, setToken] = useState('');
  const login = useAction(() => session.login(identity, token.trim()));

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    prepare();
    workspace.seated(seat.id, identity);
    await login.run();
  };
  const plain = { autoComplete: 'off', autoCapitalize: 'none', spellCheck: false } as const;
  return (
    <form className="login" onSubmit={(event) => void submit(event)}>
      <div>
        <Title order={3} size="h4">
          {texts.login.heading}
        </Title>
        <Text size="sm" c="dimmed">
          {texts.login.hint}
        </Text>
      </div>
      <TextInput
        label={texts.login.uid}
        value={identity.uid}
        onChange={({ target }) => setIdentity({ ...identity, uid: target.value })}
        required
        withAsterisk={false}
        {...plain}
      />
      <TextInput
        label={texts.login.appId}
        classNames={{ input: 'code' }}
        value={identity.appId}
        onChange={({ target }) => setIdentity({ ...identity, appId: target.value })}
        required
        withAsterisk={false}
        {...plain}
      />
      <TextInput
        label={texts.login.token}
        classNames={{ input: 'code' }}
        value={token}
        onChange={({ target }) => setToken(target.value)}
        placeholder={texts.login.tokenHint}
        {...plain}
      />
      <Button type="submit" loading={login.isPending} fullWidth>
        {texts.login.submit}
      </Button>
      <ErrorNote what={texts.login.failure} error={login.error} />
    </form>
  );
}

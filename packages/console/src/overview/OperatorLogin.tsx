import { Alert, Button, Paper, PasswordInput, Text, Title } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { ErrorNote } from '../components/ErrorNote.js';
import { useAction } from '../hooks/use-action.js';
import { useTexts } from '../i18n/language-context.js';
import type { AdminClient } from './model/admin-client.js';

interface OperatorLoginProps {
  readonly client: AdminClient;
  readonly isOver: boolean;
  granted(): void;
}

/** The key goes to the server once, and is not kept. */
export function OperatorLogin({ client, isOver, granted }: OperatorLoginProps) {
  const { operator } = useTexts();
  const [key, setKey] = useState('');
  const login = useAction((given: string) => client.login(given));
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (await login.run(key.trim())) granted();
  };
  return (
    <Paper className="operator-login" withBorder>
      <form className="stack" onSubmit={(event) => void submit(event)}>
        <div>
          <Title order={1} size="h4">
            {operator.loginHeading}
          </Title>
          <Text size="sm" c="dimmed">
            {operator.loginHint}
          </Text>
        </div>
        {isOver && login.error === undefined && (
          <Alert color="orange" role="status" p="xs">
            {operator.over}
          </Alert>
        )}
        <PasswordInput
          label={operator.key}
          value={key}
          onChange={({ target }) => setKey(target.value)}
          placeholder="op_…"
          autoComplete="current-password"
          required
          withAsterisk={false}
        />
        <Button type="submit" loading={login.isPending}>
          {operator.login}
        </Button>
        <ErrorNote what={operator.failure} error={login.error} />
      </form>
    </Paper>
  );
}

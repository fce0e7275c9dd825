import { Button, Text } from '@mantine/core';
import { useState } from 'react';
import { ErrorNote } from '../../components/ErrorNote.js';
import { useAction } from '../../hooks/use-action.js';
import { useTexts } from '../../i18n/language-context.js';

interface KickButtonProps {
  readonly uid: string;
  kick(): Promise<void>;
}

/** Ends a session, after a question. */
export function KickButton({ uid, kick }: KickButtonProps) {
  const { operator } = useTexts();
  const [isAsking, setAsking] = useState(false);
  const action = useAction(kick);
  if (!isAsking) {
    return (
      <Button size="xs" color="red" variant="light" onClick={() => setAsking(true)}>
        {operator.kick(uid)}
      </Button>
    );
  }
  return (
    <div className="question" role="alert">
      <Text size="sm">{operator.kickSure(uid)}</Text>
      <Button size="xs" color="red" loading={action.isPending} onClick={() => void action.run()}>
        {operator.kickYes}
      </Button>
      <Button size="xs" variant="default" onClick={() => setAsking(false)}>
        {operator.kickNo}
      </Button>
      <ErrorNote what={operator.kickFailure} error={action.error} />
    </div>
  );
}

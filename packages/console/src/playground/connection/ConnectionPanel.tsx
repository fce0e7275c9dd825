import { Button, Text, Title } from '@mantine/core';
import ArRTM from 'ar-rtm-sdk';
import { Unplug } from 'lucide-react';
import { useSession } from '../../hooks/use-session.js';
import { useTexts } from '../../i18n/language-context.js';
import { TokenForm } from './TokenForm.js';

interface ConnectionPanelProps {
  readonly isCut: boolean;
}

/** What can go wrong with a connection, by hand. */
export function ConnectionPanel({ isCut }: ConnectionPanelProps) {
  const { network } = useTexts();
  const { line } = useSession();
  return (
    <div className="stack">
      <div>
        <Title order={3} size="h6">
          {network.heading}
        </Title>
        <Text size="sm" c="dimmed">
          {network.cutHint}
        </Text>
      </div>
      <div>
        <Button
          variant="light"
          color="orange"
          leftSection={<Unplug size={16} aria-hidden="true" />}
          disabled={isCut}
          onClick={() => line.interrupt()}
        >
          {network.cut}
        </Button>
      </div>
      <TokenForm />
      <dl className="facts-list">
        <dt>{network.server}</dt>
        <dd className="code">{location.origin}</dd>
        <dt>{network.sdk}</dt>
        <dd className="code">ar-rtm-sdk {ArRTM.VERSION}</dd>
      </dl>
    </div>
  );
}

import { Alert, Button, Text, Title } from '@mantine/core';
import { useTexts } from '../i18n/language-context.js';
import { Charts } from './Charts.js';
import { Lookup } from './lookup/Lookup.js';
import type { AdminClient } from './model/admin-client.js';
import { Tiles } from './Tiles.js';
import { useOverview } from './use-overview.js';

interface DashboardProps {
  readonly client: AdminClient;
  /** The server says that the login is over. */
  ended(): void;
  /** The operator has logged out. */
  left(): void;
}

/** What the server does, now and over the last two minutes, and who is there. */
export function Dashboard({ client, ended, left }: DashboardProps) {
  const { operator } = useTexts();
  const { facts, points, isUnreachable } = useOverview(client, ended);
  return (
    <div className="overview">
      <div className="view-head">
        <Title order={1} size="h3">
          {operator.heading}
        </Title>
        <Button variant="default" size="xs" onClick={() => void client.logout().finally(left)}>
          {operator.logout}
        </Button>
      </div>
      {isUnreachable && (
        <Alert color="orange" role="alert" p="xs">
          {operator.unreachable}
        </Alert>
      )}
      {facts && <Tiles facts={facts} />}
      <section className="stack" aria-label={operator.charts}>
        <div>
          <Title order={2} size="h5">
            {operator.charts}
          </Title>
          <Text size="sm" c="dimmed">
            {operator.chartHint}
          </Text>
        </div>
        <Charts points={points} />
      </section>
      <Lookup client={client} />
    </div>
  );
}

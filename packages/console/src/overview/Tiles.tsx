import { Badge } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTexts } from '../i18n/language-context.js';
import type { OverviewFacts, ServerStatus } from './model/admin-types.js';

const COLORS: Readonly<Record<ServerStatus, string>> = { ready: 'teal', 'not ready': 'orange', overloaded: 'red' };

/** What holds now, in large numbers. */
export function Tiles({ facts }: { readonly facts: OverviewFacts }) {
  const { operator, locale } = useTexts();
  const { now, status, version, nodeId, process, storage } = facts;
  const count = (value = 0) => value.toLocaleString(locale);
  const up = process.uptimeS;
  const uptime = operator.duration(
    Math.floor(up / 86_400),
    Math.floor((up / 3600) % 24),
    Math.floor((up / 60) % 60),
    Math.floor(up % 60),
  );
  return (
    <dl className="tiles">
      <Tile name={operator.status}>
        <Badge color={COLORS[status]} variant="light" size="lg">
          {operator.statuses[status]}
        </Badge>
      </Tile>
      <Tile name={operator.connections}>{count(now.connections)}</Tile>
      <Tile name={operator.users}>{count(now.users)}</Tile>
      <Tile name={operator.channels}>{count(now.channels)}</Tile>
      <Tile name={operator.uptime}>{uptime}</Tile>
      <Tile name={operator.storage}>{operator.storages[storage.kind]}</Tile>
      <Tile name={operator.version}>
        {version}
        <span className="note code" title={operator.node}>
          {' '}
          {nodeId.slice(0, 8)}
        </span>
      </Tile>
    </dl>
  );
}

function Tile({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="tile">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

import { Paper } from '@mantine/core';
import { RtmProvider } from 'ar-rtm-react';
import { lazy, Suspense } from 'react';
import { SessionContext, useConsoleState } from '../hooks/use-session.js';
import { useTexts } from '../i18n/language-context.js';
import type { Seat } from '../model/workspace.js';
import { PartBoundary } from '../shell/PartBoundary.js';
import { LoginForm } from './LoginForm.js';
import { SeatHead } from './SeatHead.js';

/** What a login opens is not part of the first view; it comes while the login is under way. */
const loadTabs = () => import('./UserTabs.js');
const UserTabs = lazy(loadTabs);

interface SeatCardProps {
  readonly seat: Seat;
  readonly isHidden: boolean;
  readonly canLeave: boolean;
}

/** One user: who, how the connection stands, and all that can be done. */
export function SeatCard({ seat, isHidden, canLeave }: SeatCardProps) {
  return (
    <SessionContext value={seat.session}>
      <Card seat={seat} isHidden={isHidden} canLeave={canLeave} />
    </SessionContext>
  );
}

function Card({ seat, isHidden, canLeave }: SeatCardProps) {
  const { playground } = useTexts();
  const { connection, uid, client } = useConsoleState();
  const isLoggedIn = connection.state === 'CONNECTED' || connection.state === 'RECONNECTING';
  const label = playground.user(uid || playground.unnamed);
  return (
    <Paper component="section" className="seat" withBorder aria-label={label} hidden={isHidden}>
      <SeatHead seat={seat} connection={connection} uid={uid} isLoggedIn={isLoggedIn} canLeave={canLeave} />
      {client && (
        // From the begin of the login: the hooks see all that comes.
        <RtmProvider key={clientKey(client)} client={client}>
          {isLoggedIn && (
            <PartBoundary>
              <Suspense fallback={null}>
                <UserTabs />
              </Suspense>
            </PartBoundary>
          )}
        </RtmProvider>
      )}
      {!isLoggedIn && <LoginForm seat={seat} prepare={() => void loadTabs().catch(() => undefined)} />}
    </Paper>
  );
}

const keys = new WeakMap<object, number>();
let lastKey = 0;

/** Another client begins with nothing of the one before. */
function clientKey(client: object): number {
  const known = keys.get(client);
  if (known !== undefined) return known;
  lastKey += 1;
  keys.set(client, lastKey);
  return lastKey;
}

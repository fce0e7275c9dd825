import { ActionIcon, Avatar, Badge, Button, Text } from '@mantine/core';
import type { ConnectionDetails, RtmStatusCode } from 'ar-rtm-sdk';
import { X } from 'lucide-react';
import { ErrorNote } from '../components/ErrorNote.js';
import { useAction } from '../hooks/use-action.js';
import { useSession } from '../hooks/use-session.js';
import { useWorkspace } from '../hooks/use-workspace.js';
import type { Texts } from '../i18n/en.js';
import { useTexts } from '../i18n/language-context.js';
import type { Connection } from '../model/state.js';
import type { Seat } from '../model/workspace.js';

interface SeatHeadProps {
  readonly seat: Seat;
  readonly connection: Connection;
  readonly uid: string;
  readonly isLoggedIn: boolean;
  readonly canLeave: boolean;
}

const COLORS: Readonly<Record<RtmStatusCode.ConnectionState, string>> = {
  DISCONNECTED: 'gray',
  CONNECTING: 'blue',
  CONNECTED: 'teal',
  RECONNECTING: 'orange',
  ABORTED: 'red',
};

/** Those whose letters can be read. */
const INITIALS = ['indigo', 'violet', 'grape', 'pink', 'blue'];

/** Head of a user: where the connection stands and why, the way out. */
export function SeatHead({ seat, connection, uid, isLoggedIn, canLeave }: SeatHeadProps) {
  const texts = useTexts();
  const session = useSession();
  const workspace = useWorkspace();
  const logout = useAction(() => session.logout());
  const { state, reason, details } = connection;
  const name = uid || texts.playground.unnamed;
  return (
    <div className="seat-head">
      <Avatar
        {...(uid && { name: uid })}
        color={uid ? 'initials' : 'gray'}
        allowedInitialsColors={INITIALS}
        size={36}
        aria-hidden="true"
      />
      <div className="seat-who">
        <Text component="h2" fw={650} size="md" truncate className="seat-name">
          {name}
        </Text>
        <output className="connection" aria-label={texts.session.connection}>
          <Badge color={COLORS[state]} variant="light" size="sm" data-state={state} title={texts.session.states[state]}>
            {state}
          </Badge>
          {reason && (
            <span className="reason" title={texts.session.reasons[reason]}>
              <span className="code">{reason}</span>: {texts.session.reasons[reason]}
            </span>
          )}
          {details && <span className="details">{detailsInWords(details, texts)}</span>}
        </output>
      </div>
      <div className="seat-actions">
        {isLoggedIn && (
          <Button variant="default" size="xs" onClick={() => void logout.run()} loading={logout.isPending}>
            {texts.session.logout}
          </Button>
        )}
        {canLeave && (
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={texts.playground.removeUser(name)}
            title={texts.playground.removeUser(name)}
            onClick={() => workspace.remove(seat.id)}
          >
            <X size={16} aria-hidden="true" />
          </ActionIcon>
        )}
      </div>
      <ErrorNote what={texts.session.logoutFailure} error={logout.error} />
    </div>
  );
}

function detailsInWords({ recovered, gaps }: ConnectionDetails, { session }: Texts): string {
  if (recovered) return session.recovered;
  const missed = [gaps?.inbox ? session.peerMessages : '', ...(gaps?.channels ?? []).map(session.channel)];
  const places = missed.filter((place) => place !== '').join(', ');
  return places === '' ? session.notRecovered : session.missing(places);
}

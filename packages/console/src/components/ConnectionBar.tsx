import type { ConnectionDetails } from 'ar-rtm-sdk';
import { useAction } from '../hooks/use-action.js';
import { useSession } from '../hooks/use-session.js';
import type { Connection } from '../model/state.js';
import { reasonInWords } from '../model/words.js';
import { ErrorNote } from './ErrorNote.js';

interface ConnectionBarProps {
  readonly connection: Connection;
  /** Absent when nobody is logged in. */
  readonly uid: string | undefined;
}

/** Head of the page: where the connection stands and why, who is logged in, the way out. */
export function ConnectionBar({ connection, uid }: ConnectionBarProps) {
  const session = useSession();
  const logout = useAction(() => session.logout());
  const { state, reason, details } = connection;
  return (
    <header className="bar">
      <h1>ArRTM</h1>
      <output className="connection" aria-label="Connection">
        <span className="state" data-state={state}>
          {state}
        </span>
        {reason && (
          <span>
            <span className="code">{reason}</span>: {reasonInWords(reason)}
          </span>
        )}
        {details && <span className="details">{detailsInWords(details)}</span>}
      </output>
      {uid !== undefined && (
        <div className="user">
          <span>
            Logged in as <strong>{uid}</strong>
          </span>
          <button type="button" onClick={() => void logout.run()} disabled={logout.isPending}>
            Log out
          </button>
        </div>
      )}
      <ErrorNote what="Could not log out" error={logout.error} />
    </header>
  );
}

function detailsInWords({ recovered, gaps }: ConnectionDetails): string {
  if (recovered) return 'recovered: nothing was missed';
  const missed = [gaps?.inbox ? 'peer messages' : '', ...(gaps?.channels ?? []).map((id) => `channel ${id}`)];
  const places = missed.filter((place) => place !== '').join(', ');
  return places === '' ? 'not recovered' : `not recovered: something may be missing in ${places}`;
}

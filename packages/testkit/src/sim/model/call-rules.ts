import type { Findings } from '../findings.js';
import type { AppRecord, History, Invitation } from '../history.js';
import { endOf, hasCrashed, lasts, NEVER } from './common.js';

/** The longest life of an invitation: 60 s, the slack of the SDK, and stalls of its page. */
const LIFE_MS = 75_000;
const RUNNING = ['SENT_TO_REMOTE', 'RECEIVED_BY_REMOTE', 'INVITATION_RECEIVED', 'ACCEPT_SENT_TO_LOCAL'];

/** Invitations: each object comes to one end, and the ends of both sides fit together (api.md 8.3). */
export function checkCalls(history: History, found: Findings): void {
  const all = history.apps.flatMap((app) => app.invitations.map((one) => ({ app, one })));
  const remotes = all.filter(({ one }) => one.side === 'Remote');
  for (const { app, one } of all) checkEnd(history, app, one, found);
  for (const { app, one } of all.filter(({ one: { side } }) => side === 'Local')) {
    const its = remotes.filter(({ one: { text } }) => text === one.text);
    const ends = its.map((other) => other.one.state());
    const what = () => `${one.text}: ${one.state()} / ${ends}`;
    const [is, isOne] = [
      (state: string) => one.state() === state,
      (...of: string[]) => ends.some((end) => of.includes(end)),
    ];
    // A server that was killed has forgotten the answer; a caller that has not heard it goes on calling.
    const isForgotten = hasCrashed(history, 0, NEVER);
    const isOnce = isForgotten || new Set(its.map((other) => other.one.session)).size === its.length;
    found.must(isOnce && its.every((other) => other.app.uid === one.other), 'invited once', what);
    // What one side says of the other one is true. The other one may have left before its own end was told.
    found.must(!isOne('ACCEPTED') || is('ACCEPTED_BY_REMOTE'), 'accepted is known', what);
    found.must(!isOne('CANCELED') || is('CANCELED'), 'only the caller cancels', what);
    found.must(!is('REFUSED_BY_REMOTE') || isOne('REFUSED'), 'only the callee refuses', what);
    const hasAccepted = isOne('ACCEPTED', 'ACCEPT_SENT_TO_LOCAL', 'FAILURE');
    found.must(!is('ACCEPTED_BY_REMOTE') || hasAccepted, 'only the callee accepts', what);
    const isThere = history.apps.some(({ uid, sessions }) => uid === one.other && sessions.some(lasts));
    const isQuiet = one.atMs >= history.quietMs && app.sessions.some(lasts) && isThere;
    found.must(!isQuiet || isOne('ACCEPTED'), 'everything works in the quiet', what);
  }
}

function checkEnd(history: History, app: AppRecord, one: Invitation, found: Findings): void {
  const { events, session, side } = one;
  const what = () => `${app.name} ${side} "${one.text}" ${one.state()}: ${JSON.stringify(events)}`;
  const ends = events.filter(({ name }) => name !== 'ReceivedByPeer');
  const names = events.map(({ name }) => name).join(' ');
  const order =
    side === 'Local' ? /^(ReceivedByPeer( |$))?(Canceled|Failure)?$|^ReceivedByPeer (Accepted|Refused)$/ : /^\w*$/;
  found.must(order.test(names) && ends.every(({ state }) => state === one.state()), 'one end', what);
  const isOver = session === undefined || endOf(session) < NEVER || app.goneMs !== undefined;
  const isOld = history.endMs - one.atMs > LIFE_MS;
  found.must(!isOld || app.goneMs !== undefined || !RUNNING.includes(one.state()), 'every invitation ends', what);
  found.must(isOver || ends.length === 1 || RUNNING.includes(one.state()), 'the end is told', what);
}

import type { Findings } from '../findings.js';
import type { AppRecord, AppSession, Call, ChannelFact, Heard, History, Stay } from '../history.js';

/** A session silent for less is not over: of 30 s, a node cut off from the engine may count its lease (10 s) too much. */
export const SURELY_ALIVE_MS = 15_000;

export const NEVER = Number.POSITIVE_INFINITY;

/** Whether the only server was killed meanwhile: live entries are lost, and what was not on disk. */
export function hasCrashed(history: History, fromMs: number, toMs: number): boolean {
  return history.crashes.some((ms) => ms >= fromMs && ms <= toMs);
}

/** From when on an app has no claim to what is accepted. */
export function endOf(session: AppSession, stay?: Stay): number {
  const ends = [session.logout?.atMs, session.endedMs, stay?.leave?.atMs, stay?.endedMs];
  return Math.min(...ends.map((ms) => ms ?? NEVER));
}

/** Logged in to the end. */
export function lasts(session: AppSession): boolean {
  return session.login.answer?.outcome === 'ok' && endOf(session) === NEVER;
}

/**
 * Whether another login of the user may have taken the session over. Newest wins; of two at the same time either may. One
 * that was given up without an answer, be it of the same app, may still be on its way.
 */
export function replacedBefore(history: History, app: AppRecord, session: AppSession, atMs: number): boolean {
  const others = history.apps.filter(({ uid }) => uid === app.uid).flatMap(({ sessions }) => sessions);
  return others.some(({ login }) => {
    const endedMs = login.answer?.outcome === 'ok' ? login.answer.atMs : NEVER;
    return login !== session.login && login.atMs <= atMs && endedMs >= session.login.atMs;
  });
}

/** Accepted: one entry. Refused: none. Without an answer there may be one, but not two. */
export function checkCall(app: AppRecord, call: Call, entries: number, found: Findings): void {
  const { outcome = 'unknown', error = '' } = call.answer ?? {};
  const holds = outcome === 'ok' ? entries === 1 : outcome === 'refused' ? entries === 0 : entries <= 1;
  found.must(
    holds,
    'one entry per accepted message',
    () => `${say(call)} of ${app.name}: ${outcome} ${error}, ${entries}`,
  );
}

export function say(what: Call | ChannelFact | Omit<Heard, 'serverTs'> | undefined): string {
  if (!what) return 'nothing';
  const who = 'uid' in what ? what.uid : 'from' in what ? what.from : (what.to ?? what.channel);
  return `${'kind' in what ? what.kind : what.what} ${who} "${what.text?.slice(0, 20)}" at ${what.atMs.toFixed(1)}`;
}

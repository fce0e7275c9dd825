import type { Findings } from '../findings.js';
import type { AppRecord, AppSession, Call, History } from '../history.js';
import { hasCrashed, lasts, NEVER, say } from './common.js';

/** Presence and attributes are state, not entries: what counts is that what was told last is true in the end. */
export function checkStates(history: History, found: Findings): void {
  checkPresence(history, found);
  for (const app of history.apps) {
    for (const session of app.sessions) {
      checkTold(app, session, found);
      checkUpdates(history, app, session, found);
      if (lasts(session)) for (const read of session.stateCalls) checkRead(history, app, read, found);
    }
  }
}

function checkTold(app: AppRecord, session: AppSession, found: Findings): void {
  const peers = new Set(session.told.map(({ of }) => of));
  for (const peer of peers) {
    const calls = session.stateCalls.filter(({ what, to }) => to === peer && /watch/.test(what));
    let last: { readonly atMs: number; readonly value: string } | undefined;
    for (const { atMs, value } of session.told.filter(({ of }) => of === peer)) {
      const told = () => `${app.name} is told ${value} of ${peer} at ${atMs}`;
      const before = calls.filter((call) => call.atMs <= atMs);
      found.must(
        before.some(({ what }) => what === 'watch'),
        'only of peers that are watched',
        told,
      );
      // Behind an unsubscription that was answered nothing comes, unless another subscription has begun.
      const ended = before.filter(({ what, answer }) => what === 'unwatch' && (answer?.atMs ?? NEVER) < atMs);
      const isOver = ended.some(
        ({ answer, atMs: endedMs }) =>
          answer?.outcome === 'ok' &&
          !before.some((one) => one.what === 'watch' && (one.answer?.atMs ?? NEVER) > endedMs),
      );
      found.must(!isOver, 'nothing behind an unsubscription', told);
      const isAsked = calls.some((call) => call.atMs <= atMs && (call.answer?.atMs ?? NEVER) >= (last?.atMs ?? 0));
      found.must(last?.value !== value || isAsked, 'a state is told when it changes', told);
      last = { atMs, value };
    }
  }
}

/** Everybody who watches has been told last what is true now. */
export function checkPresence(history: History, found: Findings): void {
  for (const { name, sessions } of history.apps) {
    for (const session of sessions.filter(lasts)) {
      for (const peer of watchedBy(session)) {
        const isThere = history.apps.some((app) => app.uid === peer && app.sessions.some(lasts));
        const told = session.told.filter(({ of }) => of === peer).at(-1)?.value;
        const what = () => `${name} was told last that ${peer} is ${told}`;
        found.must(told === (isThere ? 'ONLINE' : 'OFFLINE'), 'presence is true in the end', what);
      }
    }
  }
}

/** Peers whose last call was a subscription that was answered. */
function watchedBy(session: AppSession): string[] {
  const last = new Map<string, Call>();
  for (const call of session.stateCalls) if (/watch/.test(call.what)) last.set(call.to ?? '', call);
  return [...last].filter(([, { what, answer }]) => what === 'watch' && answer?.outcome === 'ok').map(([peer]) => peer);
}

/** Each change has a text of its own, so that no set is told twice. In the quiet every member is told of the last one. */
function checkUpdates(history: History, app: AppRecord, session: AppSession, found: Findings): void {
  for (const { channel, told, endedMs, join } of session.stays) {
    const values = told.map(({ value }) => value);
    // Members are told before the change is on disk: after a crash it may be carried out, and told, again.
    const isOnce = new Set(values).size === values.length || hasCrashed(history, join.atMs, history.endMs);
    found.must(isOnce, 'attributes are told once', () => `${app.name}: ${values}`);
    if (!lasts(session) || endedMs !== undefined || !join.answer) continue;
    const joinedMs = join.answer.atMs;
    // Once before the quiet, when lost feeds have been found, and once behind the change of the quiet.
    for (const untilMs of [history.quietMs, NEVER]) {
      const last = lastOf(changesOf(history, channel).filter(({ atMs }) => atMs < untilMs));
      if (!last || last.atMs <= joinedMs) continue;
      const value = told.filter(({ atMs }) => atMs < untilMs).at(-1)?.value ?? 'nothing';
      const what = () => `${app.name} in ${channel} was told ${value}, not ${last.text}`;
      found.must(value.includes(`"${last.text}"`), 'members are told of attributes', what);
    }
  }
}

/** The accepted change that all others were answered before. */
function lastOf(all: readonly Call[]): Call | undefined {
  return all.find((one) => one.answer?.outcome === 'ok' && all.every((other) => other === one || isBehind(one, other)));
}

/** In the calm a read sees, of each key, what no accepted change has overwritten since. */
function checkRead(history: History, app: AppRecord, read: Call, found: Findings): void {
  const { attributes } = read.answer ?? {};
  if (read.what !== 'read' || read.atMs < history.calmMs) return;
  const reader = `${app.name}: ${say(read)}`;
  if (!attributes) {
    const isThere = history.apps.some(({ uid, sessions }) => uid === read.to && sessions.some(lasts));
    found.must(read.channel === undefined && !isThere, 'attributes can be read', () => reader);
    return;
  }
  const changes = read.channel === undefined ? ownChanges(history, read.to) : changesOf(history, read.channel);
  for (const key of ['all', 'one'] as const) {
    const value = attributes[key];
    const touching = changes.filter(({ replaces }) => replaces || key === 'one');
    const possible = touching.filter((one) => !touching.some((later) => isBehind(later, one)));
    const isPossible = possible.some(
      ({ replaces, text }) => value === ((key === 'all') === (replaces === true) ? text : undefined),
    );
    const isUntouched = value === undefined && touching.every(({ answer }) => answer?.outcome !== 'ok');
    const what = () => `${reader} ${key} is ${value}, not one of ${possible.map(say)}`;
    found.must(isPossible || isUntouched, 'attributes are those of the last change', what);
  }
}

/** Accepted, and called when the other one had been answered. */
function isBehind(later: Call, one: Call): boolean {
  return (
    later.answer?.outcome === 'ok' &&
    one.answer !== undefined &&
    one.answer.outcome !== 'unknown' &&
    later.atMs > one.answer.atMs
  );
}

const changes = (session: AppSession): Call[] =>
  session.stateCalls.filter(({ what, answer }) => what === 'change' && answer?.outcome !== 'refused');

function changesOf(history: History, channel: string): Call[] {
  const sessions = history.apps.flatMap((app) => app.sessions);
  return sessions.flatMap(changes).filter((call) => call.channel === channel);
}

function ownChanges(history: History, uid: string | undefined): Call[] {
  const sessions = history.apps.filter((app) => app.uid === uid).flatMap((app) => app.sessions.filter(lasts));
  return sessions.flatMap(changes).filter((call) => call.channel === undefined);
}

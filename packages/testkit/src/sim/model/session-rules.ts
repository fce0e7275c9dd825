import type { Findings } from '../findings.js';
import type { AppRecord, AppSession, Call, History } from '../history.js';
import { hasCrashed, lasts, NEVER, replacedBefore, SURELY_ALIVE_MS, say } from './common.js';

/** A timer of the SDK, and the turns in which a result reaches the app, come a little late. */
const LATE_MS = 1000;
/** Until a login is on disk: the record is written within a second or two, and the flush may be slow. */
const FORGOTTEN_MS = 4000;

/** Connections: calls end in time, cuts are told truthfully, and in the end everybody is back (design 4, 6). */
export function checkSessions(history: History, found: Findings): void {
  const lasting = history.apps.filter(({ sessions }) => sessions.some(lasts));
  for (const app of history.apps) {
    found.must(app.stray.length === 0, 'nothing outside a session', () => `${app.name}: ${app.stray}`);
    for (const call of app.calls) {
      const isOver = app.goneMs !== undefined && !call.answer;
      const tookMs = (call.answer?.atMs ?? NEVER) - call.atMs;
      const inTime = isOver || tookMs <= call.limitMs + LATE_MS;
      found.must(inTime, 'every call ends in time', () => `${app.name}: ${say(call)} took ${tookMs} ms`);
      // In the quiet everybody is logged in, and reached.
      const isQuiet = call.atMs >= history.quietMs;
      const works = call.answer?.outcome === 'ok' && call.answer.hasPeerReceived !== false;
      found.must(!isQuiet || works, 'everything works in the quiet', () => `${app.name}: ${say(call)}`);
      const { members = [app.uid] } = call.answer ?? {};
      const where = `${app.name} in ${call.channel}`;
      found.must(members.includes(app.uid), 'a list of members holds the caller', () => `${where}: ${members}`);
      if (call.answer?.members) checkMembers(history, where, call, [...members], found);
    }
    checkStates(history, app, found);
  }
  for (const { name, uid, states } of lasting) {
    const state = states.at(-1)?.state;
    found.must(state === 'CONNECTED', 'everybody comes back', () => `${name} is ${state}`);
    const same = lasting.filter((other) => other.uid === uid);
    found.must(same.length === 1, 'one instance per user', () => `${same.map((one) => one.name)}`);
  }
}

function checkStates(history: History, app: AppRecord, found: Findings): void {
  // A session may be older than the app's knowledge of it: it counts from when the app last knew that there was none.
  let [sinceMs, withoutMs] = [0, 0];
  for (const { atMs, state, reason, gaps, silentMs } of app.states) {
    const session = app.sessions.filter(({ login }) => login.atMs <= atMs).at(-1);
    // Live entries survive everything but the death of the only server, and a session everything but 30 s of silence.
    const isExcused = silentMs >= SURELY_ALIVE_MS || hasCrashed(history, sinceMs, atMs);
    found.must(!gaps || isExcused, 'a gap has a reason', () => `${app.name}: ${JSON.stringify(gaps)} at ${atMs}`);
    if (state === 'CONNECTED') sinceMs = withoutMs;
    else withoutMs = atMs;
    if (state !== 'ABORTED' || !session) continue;
    // After a crash, an older login that is on disk may be taken for the newest.
    const isForgotten = hasCrashed(history, session.login.atMs, (session.login.answer?.atMs ?? atMs) + FORGOTTEN_MS);
    const isKicked = reason === 'REMOTE_LOGIN' && (isForgotten || replacedBefore(history, app, session, atMs));
    found.must(isKicked, 'only a newer login ends a session', () => `${app.name}: ${reason} at ${atMs}`);
  }
}

function checkMembers(history: History, where: string, { channel, atMs }: Call, members: string[], found: Findings) {
  if (atMs < history.calmMs) return;
  const isIn = (session: AppSession): boolean =>
    lasts(session) && session.stays.some((one) => one.channel === channel && one.join.answer && !one.endedMs);
  const expected = history.apps.filter(({ sessions }) => sessions.some(isIn)).map(({ uid }) => uid);
  const isExact = `${members.sort()}` === `${expected.sort()}`;
  found.must(isExact, 'in the calm a list of members is right', () => `${where}: ${members}, not ${expected}`);
}

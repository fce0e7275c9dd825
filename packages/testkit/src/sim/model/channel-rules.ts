import type { Findings } from '../findings.js';
import type { ChannelFact, Heard, History } from '../history.js';
import { checkCall, endOf, hasCrashed, NEVER, replacedBefore, SURELY_ALIVE_MS, say } from './common.js';

type StayOf = ReturnType<typeof staysIn>[number];

/** Channels: what was sent is in the log, and what is in the log was heard (design 1, 2). */
export function checkChannels(history: History, found: Findings): void {
  for (const [channel, facts] of history.channels) {
    checkSenders(history, channel, facts, found);
    checkMembership(history, channel, facts, found);
    for (const one of staysIn(history, channel)) checkStay(facts, one, found);
  }
}

function staysIn(history: History, channel: string) {
  const sessions = history.apps.flatMap((app) => app.sessions.map((session) => ({ app, session })));
  const stays = sessions.flatMap((one) => one.session.stays.map((stay) => ({ ...one, stay })));
  return stays.filter(({ stay }) => stay.channel === channel && stay.join.answer?.outcome === 'ok');
}

/** One entry per accepted message, in the order of its sender's calls. */
function checkSenders(history: History, channel: string, facts: readonly ChannelFact[], found: Findings): void {
  const places = new Map<string, number[]>();
  facts.forEach(({ kind, text }, place) => {
    if (kind === 'message') places.set(text, [...(places.get(text) ?? []), place]);
  });
  for (const app of history.apps) {
    let last = -1;
    for (const call of app.calls.filter((one) => one.what === 'channel' && one.channel === channel)) {
      const own = places.get(call.text ?? '') ?? [];
      places.delete(call.text ?? '');
      checkCall(app, call, own.length, found);
      for (const place of own) {
        found.must(place > last, 'a sender is heard in order', () => `${say(call)} of ${app.name} in ${channel}`);
        last = Math.max(last, place);
      }
    }
  }
  found.must(places.size === 0, 'nothing out of thin air', () => `${[...places.keys()]} in ${channel}`);
}

/** Joins and departures take turns, and who is there is not taken out. */
function checkMembership(history: History, channel: string, facts: readonly ChannelFact[], found: Findings): void {
  const isMember = new Map<string, boolean>();
  const crashes = [...history.crashes];
  for (const { kind, uid, atMs, silentMs } of facts) {
    // Memberships of the last second are not on disk when the server is killed, and those before make no entries.
    for (; (crashes[0] ?? NEVER) < atMs; crashes.shift()) isMember.clear();
    const fits = (isMember.get(uid) ?? kind !== 'joined') === (kind !== 'joined');
    found.must(fits, 'joins and departures take turns', () => `${uid} ${kind} in ${channel} at ${atMs}`);
    isMember.set(uid, kind !== 'left');
    if (kind !== 'left' || silentMs >= SURELY_ALIVE_MS) continue;
    for (const { app, session, stay } of staysIn(history, channel)) {
      const isThere = app.uid === uid && (stay.join.answer?.atMs ?? NEVER) < atMs && atMs < endOf(session, stay);
      // A newer login takes the user out of its channels, a crash may forget the membership.
      const isExcused = replacedBefore(history, app, session, atMs) || hasCrashed(history, stay.join.atMs, atMs);
      found.must(!isThere || isExcused, 'members stay', () => `${app.name} left ${channel} at ${atMs}`);
    }
  }
}

/**
 * One stay: the app heard a run of the log without a hole, up to its end. Where it was told of a gap, one run ends and the
 * next begins. What was accepted before the app knew of its membership, or of the gap, may be missing.
 */
function checkStay(facts: readonly ChannelFact[], { app, session, stay }: StayOf, found: Findings): void {
  const { atMs: calledMs, answer: { atMs: joinedMs } = { atMs: NEVER } } = stay.join;
  // The own entry begins the claim; the server may have kept an older membership. The user itself is not reported.
  const isOwn = ({ kind, uid }: ChannelFact): boolean => kind === 'joined' && uid === app.uid;
  const joined = facts.findIndex((fact) => isOwn(fact) && fact.atMs >= calledMs && fact.atMs <= joinedMs);
  const older = facts.reduce((last, fact, place) => (isOwn(fact) && fact.atMs < calledMs ? place : last), -1);
  const others = facts.slice(joined >= 0 ? joined : older + 1).filter(({ uid }) => uid !== app.uid);
  let next = 0;
  for (const { fromMs, heard, isLast } of runsOf(joinedMs, stay.heard)) {
    let best = { begin: next, length: -1 };
    // Joins and departures may look the same: the last run is taken as far to the end as it fits.
    for (let begin = next; begin <= others.length && (isLast || best.length < heard.length); begin += 1) {
      const length = lengthOfMatch(others, begin, heard);
      if (length > best.length || (isLast && length === best.length)) best = { begin, length };
      if ((others[begin]?.atMs ?? 0) > fromMs) break;
    }
    next = best.begin + best.length;
    const where = `${app.name} in ${stay.channel}`;
    const differs = () => `${where} heard ${say(heard[best.length])} instead of ${say(others[next])}`;
    found.must(best.length === heard.length, 'a run without a hole, once, in order', differs);
    const times = heard.filter(({ kind }) => kind === 'message').map(({ serverTs }) => serverTs);
    found.must(`${times}` === `${times.sort((a, b) => a - b)}`, 'server time does not go back', () => where);
    if (best.length !== heard.length) return;
    const isThere = isLast && endOf(session, stay) === NEVER;
    const missing = isThere ? others.slice(next).filter(({ atMs }) => atMs > fromMs) : [];
    found.must(missing.length === 0, 'what is accepted is heard', () => `${where} misses ${say(missing[0])}`);
  }
}

function runsOf(joinedMs: number, all: readonly Heard[]) {
  const gaps = all.flatMap(({ kind }, place) => (kind === 'gap' ? [place] : []));
  return [-1, ...gaps].map((gap, i) => ({
    fromMs: all[gap]?.atMs ?? joinedMs,
    heard: all.slice(gap + 1, gaps[i]),
    isLast: i === gaps.length,
  }));
}

function lengthOfMatch(facts: readonly ChannelFact[], begin: number, heard: readonly Heard[]): number {
  const differs = heard.findIndex(({ kind, from, text }, i) => {
    const fact = facts[begin + i];
    return fact?.kind !== kind || fact.uid !== from || fact.text !== text;
  });
  return differs < 0 ? heard.length : differs;
}

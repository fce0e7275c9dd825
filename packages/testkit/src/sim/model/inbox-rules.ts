import type { Findings } from '../findings.js';
import type { AppRecord, Call, History, InboxFact } from '../history.js';
import { checkCall, endOf, hasCrashed, NEVER, say } from './common.js';

type Sent = ReadonlyMap<string, { readonly app: AppRecord; readonly call: Call }>;

/** Peer messages: heard once and in order by whom they were sent to, and answered truthfully (design 1, 4). */
export function checkInboxes(history: History, found: Findings): void {
  const calls = history.apps.flatMap((app) => app.calls.map((call) => ({ app, call })));
  const sent: Sent = new Map(calls.filter(({ call }) => call.what === 'peer').map((one) => [one.call.text ?? '', one]));
  for (const [uid, facts] of history.inboxes) {
    for (const app of history.apps) if (app.uid === uid) checkReceiver(app, facts, sent, found);
    for (const { text } of facts) {
      found.must(sent.get(text)?.call.to === uid, 'nothing out of thin air', () => `"${text}" to ${uid}`);
    }
  }
  for (const { app, call } of sent.values()) checkMessage(history, app, call, found);
}

function checkMessage(history: History, app: AppRecord, call: Call, found: Findings): void {
  const { text = '', to = '', answer, offline } = call;
  const facts = (history.inboxes.get(to) ?? []).filter((fact) => fact.text === text);
  // Somebody who is not logged in gets no entry; of what the engine did not answer the place is not known.
  const entries = facts.filter(({ place }) => place > 0).length;
  checkCall(app, call, entries === 0 && answer?.outcome === 'ok' ? facts.length : entries, found);
  const sessions = history.apps.filter(({ uid }) => uid === to).flatMap((by) => by.sessions);
  const heardMs = sessions.flatMap(({ heard }) => heard.flatMap((one) => (one.text === text ? [one.atMs] : [])));
  if (answer?.hasPeerReceived) {
    found.must(Math.min(...heardMs) <= answer.atMs, 'received means heard', () => say(call));
    // A new session may hear again what the one before had not acknowledged; this had been. The acknowledgement of a stored
    // message is written behind, so that a server that is killed may forget it.
    const later = sessions.filter(({ login }) => login.atMs > answer.atMs);
    const isAgain = later.some(({ heard }) => heard.some((one) => one.text === text));
    const isExcused = hasCrashed(history, Math.min(...heardMs), Math.max(...heardMs));
    found.must(!isAgain || isExcused, 'acknowledged for good', () => `${say(call)} was heard again`);
  }
  // At the end everybody has been logged in for a while.
  const isDurable = answer?.outcome === 'ok' && offline === true;
  found.must(!isDurable || heardMs.length > 0, 'stored messages are not lost', () => `${say(call)} of ${app.name}`);
}

function checkReceiver(app: AppRecord, facts: readonly InboxFact[], sent: Sent, found: Findings): void {
  const places = new Map(facts.filter(({ place }) => place > 0).map(({ text, place }) => [text, place]));
  const placeOf = (text: string): number => places.get(text) ?? 0;
  // What the engine did not live to answer may be there all the same; its place is not known.
  const doubtful = new Set(facts.filter(({ outcome }) => outcome === 'unanswered').map(({ text }) => text));
  let last = 0;
  const texts = new Set<string>();
  for (const one of app.sessions.flatMap(({ heard }) => heard.filter(({ kind }) => kind === 'message'))) {
    const what = () => `${app.name} heard ${say(one)}`;
    const [place, isNew] = [doubtful.has(one.text) ? last + 0.5 : placeOf(one.text), !texts.has(one.text)];
    found.must(isNew, 'heard once', what);
    found.must(sent.get(one.text)?.app.uid === one.from && place > 0, 'nothing out of thin air', what);
    found.must(!isNew || place > last, 'heard in order of the log', what);
    last = Math.max(last, place);
    texts.add(one.text);
  }
  for (const session of app.sessions) {
    const { login, heard } = session;
    const fromMs = login.answer?.outcome === 'ok' ? login.answer.atMs : NEVER;
    for (const fact of facts) {
      // Whoever is logged in when a message is accepted hears it, or is told that something is missing.
      if (fact.atMs <= fromMs || fact.atMs >= endOf(session) || texts.has(fact.text) || doubtful.has(fact.text))
        continue;
      const isTold = heard.some(({ kind, atMs }) => kind === 'gap' && atMs >= fact.atMs);
      // Whoever leaves may go without what was still under way, but hears nothing behind it.
      const isOvertaken = fact.place > 0 && heard.some(({ text }) => placeOf(text) > fact.place);
      const isOwed = isOvertaken || endOf(session) === NEVER;
      const what = () => `${app.name} misses ${fact.outcome} ${say({ ...fact, kind: 'message' })}`;
      found.must(isTold || !isOwed, 'what is accepted is heard', what);
    }
  }
}

import { expect, test } from 'vitest';
import type { EntryKind, LogEntry } from './entry.js';
import { EMPTY_LOG, type LogAction, matching, reduceLog } from './log-state.js';

const base = (id: number, user = 'amy') => ({ id, at: 0, user });
const client = {};
const entry = (kind: EntryKind, id: number, user = 'amy'): LogEntry => {
  switch (kind) {
    case 'call': {
      const callee = { kind: 'client', id: 'app', object: client } as const;
      const outcome = { state: 'running' } as const;
      return { ...base(id, user), kind, client, appId: 'app', callee, name: 'login', args: [], set: {}, outcome };
    }
    case 'event':
      return { ...base(id, user), kind, client, source: 'client', name: 'MessageFromPeer', args: [] };
    case 'frame':
      return { ...base(id, user), kind, direction: 'in', name: 'ReqKeepAlive', content: '' };
  }
};
const after = (...actions: readonly LogAction[]) => actions.reduce(reduceLog, EMPTY_LOG);
const added = (kind: EntryKind, id: number): LogAction => ({ type: 'added', entry: entry(kind, id) });

test('a call is settled where it is; other entries stay', () => {
  const outcome = { state: 'done', value: 1, tookMs: 2 } as const;
  const { entries } = after(added('call', 1), added('event', 2), added('call', 3), { type: 'settled', id: 1, outcome });
  expect(entries.map((one) => one.kind === 'call' && one.outcome)).toEqual([outcome, false, { state: 'running' }]);
});

test('each kind has a bound of its own, so that frames do not push out the calls', () => {
  const frames = Array.from({ length: 600 }, (_, at) => added('frame', at + 10));
  const { entries } = after(added('call', 1), added('event', 2), ...frames);
  expect(entries.map(({ id }) => id).slice(0, 3)).toEqual([1, 2, 110]);
  expect(entries).toHaveLength(502);
});

test('clearing keeps whether frames are noted', () => {
  const state = after({ type: 'frames-switched', isOn: true }, added('frame', 1), { type: 'cleared' });
  expect(state).toEqual({ entries: [], keepsFrames: true });
});

test('filters choose by kind, user and text, in upper or lower case', () => {
  const entries = [entry('call', 1), entry('event', 2), entry('frame', 3), entry('call', 4, 'ben')];
  const ids = (kinds: readonly EntryKind[], user: string, text: string) =>
    matching(entries, { kinds, user, text }, ({ name }) => name).map(({ id }) => id);
  expect(ids(['call', 'event'], '', '')).toEqual([1, 2, 4]);
  expect(ids(['call', 'event', 'frame'], 'amy', '')).toEqual([1, 2, 3]);
  expect(ids(['call', 'event', 'frame'], '', ' FROMpeer ')).toEqual([2]);
  expect(ids([], '', '')).toEqual([]);
});

import type { EntryKind, LogEntry, Outcome } from './entry.js';

/** The page is for looking at what happens now; older entries go. */
const KEPT_PER_KIND = 500;

export interface LogState {
  readonly entries: readonly LogEntry[];
  /** Frames are many: they are kept on demand. */
  readonly keepsFrames: boolean;
}

export type LogAction =
  | { readonly type: 'added'; readonly entry: LogEntry }
  | { readonly type: 'settled'; readonly id: number; readonly outcome: Outcome }
  | { readonly type: 'frames-switched'; readonly isOn: boolean }
  | { readonly type: 'cleared' };

export const EMPTY_LOG: LogState = { entries: [], keepsFrames: false };

export function reduceLog(state: LogState, action: LogAction): LogState {
  switch (action.type) {
    case 'added':
      return { ...state, entries: bounded([...state.entries, action.entry], action.entry.kind) };
    case 'settled':
      return {
        ...state,
        entries: state.entries.map((entry) =>
          entry.id === action.id && entry.kind === 'call' ? { ...entry, outcome: action.outcome } : entry,
        ),
      };
    case 'frames-switched':
      return { ...state, keepsFrames: action.isOn };
    case 'cleared':
      return { ...state, entries: [] };
  }
}

/** Each kind has a bound of its own: frames do not push the calls out. */
function bounded(entries: readonly LogEntry[], kind: EntryKind): readonly LogEntry[] {
  if (entries.reduce((count, entry) => count + Number(entry.kind === kind), 0) <= KEPT_PER_KIND) return entries;
  const oldest = entries.findIndex((entry) => entry.kind === kind);
  return entries.filter((_, at) => at !== oldest);
}

export interface LogFilter {
  readonly kinds: readonly EntryKind[];
  /** Empty for everybody. */
  readonly user: string;
  /** Empty for all. */
  readonly text: string;
}

/** `words`: what is shown of an entry. */
export function matching(
  entries: readonly LogEntry[],
  { kinds, user, text }: LogFilter,
  words: (entry: LogEntry) => string,
): readonly LogEntry[] {
  const wanted = text.trim().toLowerCase();
  return entries.filter(
    (entry) =>
      kinds.includes(entry.kind) &&
      (user === '' || entry.user === user) &&
      (wanted === '' || words(entry).toLowerCase().includes(wanted)),
  );
}

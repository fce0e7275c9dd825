import type { Texts } from '../i18n/en.js';
import { argumentInWords, errorInWords } from '../model/words.js';
import type { CallEntry, LogEntry } from './entry.js';

/** Arguments as they were given. */
export function argumentsInWords(args: readonly unknown[], texts: Texts): string {
  return args.map((value) => argumentInWords(value, texts)).join(', ');
}

/** On what something was called, such as `channel lobby`. */
export function calleeInWords({ callee }: CallEntry): string {
  if (callee.kind === 'client') return 'client';
  if (callee.kind === 'channel') return callee.id;
  return `${callee.kind === 'outgoing' ? '→' : '←'} ${callee.id}`;
}

/** What became of a call; empty for one that has given nothing back. */
export function outcomeInWords({ outcome }: CallEntry, texts: Texts): string {
  if (outcome.state === 'running') return texts.log.running;
  if (outcome.state === 'failed') return errorInWords(outcome.error, texts);
  return outcome.value === undefined ? '' : argumentInWords(outcome.value, texts);
}

/** All that a line shows, to search in. */
export function entryInWords(entry: LogEntry, texts: Texts): string {
  switch (entry.kind) {
    case 'call': {
      const given = Object.values(entry.set).join(' ');
      const args = argumentsInWords(entry.args, texts);
      return `${entry.user} ${calleeInWords(entry)} ${entry.name} ${args} ${given} ${outcomeInWords(entry, texts)}`;
    }
    case 'event':
      return `${entry.user} ${entry.source} ${entry.name} ${argumentsInWords(entry.args, texts)}`;
    case 'frame':
      return `${entry.user} ${entry.name} ${entry.content}`;
  }
}

import { RTMException } from 'ar-rtm-sdk';
import type { Transfer } from './state.js';
import { UNSEEN } from './unseen.js';
import { errorInWords } from './words.js';

/** Of a longer name so much of its begin and of its end, which tells what it is. */
const BEGIN_SHOWN = 140;
const END_SHOWN = 40;

/** The name of a file, fit to be shown and saved under: senders can make any text a name. */
export function fileNameInWords(name: string): string {
  const characters = [...name.replace(UNSEEN, '\ufffd').trim()];
  if (characters.length === 0) return 'unnamed file';
  if (characters.length <= BEGIN_SHOWN + END_SHOWN) return characters.join('');
  return `${characters.slice(0, BEGIN_SHOWN).join('')}…${characters.slice(-END_SHOWN).join('')}`;
}

const UNITS = ['KB', 'MB', 'GB', 'TB'];

/** A number of bytes, as people read it. */
export function sizeInWords(bytes: number): string {
  if (bytes < 1024) return bytes === 1 ? '1 byte' : `${bytes} bytes`;
  // What would be rounded to 1024 has the next unit.
  const power = Math.min(UNITS.length, Math.floor(Math.log2(bytes * 1.00005) / 10));
  return `${(bytes / 1024 ** power).toFixed(1)} ${UNITS[power - 1]}`;
}

/** What codes mean here, where the SDK says less. */
const PROBLEMS: Readonly<Record<Transfer['direction'], Readonly<Record<number, string>>>> = {
  up: {
    2: 'The file is empty',
    3: 'No byte got through for two minutes',
    4: 'The file is too large: at most 32 MB, or what the server takes',
  },
  down: { 3: 'No byte got through for two minutes', 4: 'The file is not there, or not any more' },
};

/** Why a transfer failed, with the code by which the documentation knows it. */
export function transferErrorInWords({ direction, error }: Pick<Transfer, 'direction' | 'error'>): string {
  const words = error instanceof RTMException ? PROBLEMS[direction][error.code] : undefined;
  return words
    ? `${words} (code ${(error as RTMException).code}, ${(error as RTMException).name})`
    : errorInWords(error);
}

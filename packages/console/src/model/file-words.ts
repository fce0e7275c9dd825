import { RTMException } from 'ar-rtm-sdk';
import type { Texts } from '../i18n/en.js';
import type { Transfer } from './state.js';
import { UNSEEN } from './unseen.js';
import { errorInWords } from './words.js';

/** Of a longer name so much of its begin and of its end, which tells what it is. */
const BEGIN_SHOWN = 140;
const END_SHOWN = 40;

/** The name of a file, fit to be shown and saved under: senders can make any text a name. */
export function fileNameInWords(name: string, { files }: Texts): string {
  const characters = [...name.replace(UNSEEN, '\ufffd').trim()];
  if (characters.length === 0) return files.unnamed;
  if (characters.length <= BEGIN_SHOWN + END_SHOWN) return characters.join('');
  return `${characters.slice(0, BEGIN_SHOWN).join('')}…${characters.slice(-END_SHOWN).join('')}`;
}

const UNITS = ['KB', 'MB', 'GB', 'TB'];

/** A number of bytes, as people read it. */
export function sizeInWords(bytes: number, { files }: Texts): string {
  if (bytes < 1024) return files.bytes(bytes);
  // What would be rounded to 1024 has the next unit.
  const power = Math.min(UNITS.length, Math.floor(Math.log2(bytes * 1.00005) / 10));
  return `${(bytes / 1024 ** power).toFixed(1)} ${UNITS[power - 1]}`;
}

/** What codes mean here, where the SDK says less. */
const PROBLEMS = {
  up: { 2: 'empty', 3: 'stalled', 4: 'tooLarge' },
  down: { 3: 'stalled', 4: 'gone' },
} as const satisfies Record<Transfer['direction'], Readonly<Record<number, keyof Texts['files']>>>;

/** Why a transfer failed, with the code by which the documentation knows it. */
export function transferErrorInWords(
  { direction, error }: Pick<Transfer, 'direction' | 'error'>,
  texts: Texts,
): string {
  if (!(error instanceof RTMException)) return errorInWords(error, texts);
  const problems: Readonly<Record<number, 'empty' | 'stalled' | 'tooLarge' | 'gone'>> = PROBLEMS[direction];
  const problem = problems[error.code];
  return problem ? texts.errors.withCode(texts.files[problem], error.code, error.name) : errorInWords(error, texts);
}

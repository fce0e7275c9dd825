/**
 * Characters that show nothing themselves and may change how others look, such as those that turn the direction of writing
 * around. Not the joiners, which scripts and emoji need.
 */
export const UNSEEN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]|(?![\u200c\u200d])\p{Cf}/gu;

/** One of them as in JSON. */
export function inEscapes(character: string): string {
  return Array.from({ length: character.length }, (_, at) => character.charCodeAt(at))
    .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
    .join('');
}

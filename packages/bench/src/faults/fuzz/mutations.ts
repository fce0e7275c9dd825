import type { Dice } from './dice.js';

/** Texts that have been trouble somewhere. */
const ODD_TEXTS = [
  '',
  '\u0000',
  '__proto__',
  'constructor',
  'toString',
  '../../etc/passwd',
  'a/b',
  '\ud800',
  '\u2028',
  '%00',
  '%s%n',
  "' or 1=1 --",
  '<script>',
  '\r\nX: y',
  'null',
  'NaN',
  '-0',
  '1e999',
  '9007199254740993',
  'x'.repeat(65),
  'x'.repeat(40_000),
  'ä'.repeat(20_000),
  '['.repeat(3000),
];
const ODD_VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  2 ** 53,
  -(2 ** 63),
  [],
  {},
  [null],
  [[[[]]]],
  { __proto__: 1 },
  { length: 1 },
];

/** A value where another one was. */
export function oddValue(dice: Dice): unknown {
  return dice.once(2) ? dice.pick(ODD_TEXTS) : dice.pick(ODD_VALUES);
}

/** An object with fields left out, added, or of other types. */
export function oddObject(dice: Dice, object: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const changed: Record<string, unknown> = { ...object };
  for (let changes = 1 + dice.below(2); changes > 0; changes--) {
    const name = dice.pick(Object.keys(object));
    if (dice.once(4)) delete changed[name];
    else changed[dice.once(6) ? dice.pick(['__proto__', 'constructor', 'Cmd', 'x']) : name] = oddValue(dice);
  }
  return changed;
}

/** Bytes with some flipped, cut out, doubled or put in. */
export function damaged(dice: Dice, bytes: Buffer): Buffer {
  let result = Buffer.from(bytes);
  for (let changes = 1 + dice.below(3); changes > 0 && result.length > 0; changes--) {
    const at = dice.below(result.length);
    const length = 1 + dice.below(Math.min(16, result.length - at));
    switch (dice.below(5)) {
      case 0:
        result[at] = (result[at] as number) ^ (1 << dice.below(8));
        break;
      case 1:
        result = Buffer.concat([result.subarray(0, at), result.subarray(at + length)]);
        break;
      case 2:
        result = Buffer.concat([result.subarray(0, at + length), result.subarray(at)]);
        break;
      case 3: {
        const put = Buffer.from(Array.from({ length }, () => dice.below(256)));
        result = Buffer.concat([result.subarray(0, at), put, result.subarray(at)]);
        break;
      }
      default:
        result = result.subarray(0, at);
    }
  }
  return result;
}

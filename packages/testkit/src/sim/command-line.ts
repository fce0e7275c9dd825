/** What was asked for on the command line. */
export interface Wishes {
  /** The first seed. */
  readonly from: number;
  /** How many seeds at most. */
  readonly count: number;
  readonly steps: number;
  readonly minutes: number;
  readonly isVerbose: boolean;
  readonly isCi: boolean;
  /** Goes on after a deviation. */
  readonly keepsGoing: boolean;
}

export const USAGE = `npm run sim -- [options]
  --seed N         one seed
  --seeds A-B      seeds from A to B
  --steps N        until N events have been executed
  --minutes M      at most M minutes
  --ci             fixed seeds and some fresh ones, at most 2.5 minutes
  --keep-going     do not stop at the first deviation
  --verbose        the whole trace`;

const DEFAULT_SEEDS = 200;

export function readWishes(args: readonly string[]): Wishes | undefined {
  const values = new Map<string, string>();
  const rest = [...args];
  while (rest.length > 0) {
    const [name = '', inline] = (rest.shift() ?? '').split('=', 2);
    if (['--verbose', '--ci', '--keep-going'].includes(name)) values.set(name, '');
    else if (['--seed', '--seeds', '--steps', '--minutes'].includes(name)) {
      const value = inline ?? rest.shift();
      if (value === undefined || !/^\d+(\.\d+)?(-\d+)?$/.test(value)) return undefined;
      values.set(name, value);
    } else return undefined;
  }
  const [first, last] = (values.get('--seeds') ?? values.get('--seed') ?? '').split('-').map(Number);
  const isOpen = values.has('--steps') || values.has('--minutes');
  const hasSeed = values.has('--seed') || values.has('--seeds');
  const count = hasSeed ? (last ?? first ?? 0) - (first ?? 0) + 1 : isOpen ? Number.POSITIVE_INFINITY : DEFAULT_SEEDS;
  return {
    from: hasSeed ? (first ?? 1) : 1,
    count,
    steps: Number(values.get('--steps') ?? Number.POSITIVE_INFINITY),
    minutes: Number(values.get('--minutes') ?? Number.POSITIVE_INFINITY),
    isVerbose: values.has('--verbose'),
    isCi: values.has('--ci'),
    keepsGoing: values.has('--keep-going'),
  };
}

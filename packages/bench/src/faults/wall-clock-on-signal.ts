/** Loaded into a server by `--import`: at SIGHUP the wall clock goes a day ahead, at the next one back. The monotonic clock stays. */
const DAY_MS = 24 * 3600_000;
const TrueDate = Date;
let aheadMs = 0;

class ShiftedDate extends TrueDate {
  constructor(...args: readonly unknown[]) {
    if (args.length === 0) super(ShiftedDate.now());
    else super(...(args as [number]));
  }
  static override now(): number {
    return TrueDate.now() + aheadMs;
  }
}

globalThis.Date = ShiftedDate as DateConstructor;

process.on('SIGHUP', () => {
  aheadMs = aheadMs === 0 ? DAY_MS : 0;
  process.stderr.write(`wall-clock ${ShiftedDate.now()}\n`);
});

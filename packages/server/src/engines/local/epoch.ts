import { MAX_EPOCH } from 'ar-rtm-protocol';
import type { RecordChange, Records, RecordValue } from '../../ports/index.js';
import { keyParts, RECORD_KEYS } from './record-keys.js';
import { numberOf } from './record-values.js';

/** More than a server uses between a backup and the day it is restored: each crash takes one. */
const FORK_EPOCHS = 256;

/** What a start finds out about the stop before it. */
export interface EpochStart {
  readonly epoch: number;
  /** The stop before was graceful: logs, positions and numbers go on. */
  readonly isContinued: boolean;
  readonly serial: number;
  readonly versionSerial: number;
  readonly highWater: number;
}

/** The number that is part of every position (design 2): raised by every unclean start, never used again. */
export function startEpoch(records: Records): EpochStart {
  const copies = RECORD_KEYS.epochs.map((key) => records.get(key)).filter((copy) => copy !== undefined);
  const known = Math.max(0, ...copies.map((copy) => numberOf(copy, 'epoch')));
  const clean = copies.find((copy) => copy.isClean === true && numberOf(copy, 'epoch') === known);
  if (clean) {
    return {
      epoch: known,
      isContinued: true,
      serial: numberOf(clean, 'serial'),
      versionSerial: numberOf(clean, 'versionSerial'),
      highWater: numberOf(clean, 'highWater'),
    };
  }
  // Both copies lost: entries and sessions on disk still tell epochs that have been used.
  const used = copies.length > 0 ? known : highestUsedEpoch(records);
  const epoch = used + 1;
  if (epoch >= MAX_EPOCH) throw new Error(`epoch ${epoch} is above the highest one that message ids can carry`);
  return { epoch, isContinued: false, serial: 0, versionSerial: 0, highWater: 0 };
}

/**
 * What a copy of the data needs that begins a history of its own, because the original may have gone on: no position may
 * mean one thing here and another thing there.
 */
export function forkedEpoch(records: Records): RecordChange[] {
  return both({ epoch: startEpoch(records).epoch + FORK_EPOCHS, isClean: false });
}

export function runningEpoch(epoch: number): RecordChange[] {
  return both({ epoch, isClean: false });
}

export function cleanEpoch(start: Omit<EpochStart, 'isContinued'>): RecordChange[] {
  return both({ ...start, isClean: true });
}

function both(value: RecordValue): RecordChange[] {
  return RECORD_KEYS.epochs.map((key) => ({ key, value }));
}

function highestUsedEpoch(records: Records): number {
  let highest = 0;
  for (const family of [RECORD_KEYS.offline, RECORD_KEYS.sessions]) {
    for (const { key } of records.scan(family)) {
      highest = Math.max(highest, epochOfNumber(Number(keyParts(key)[2])));
    }
  }
  for (const { value } of records.scan(RECORD_KEYS.historyHeads)) {
    highest = Math.max(highest, epochOfNumber(numberOf(value, 'last')));
  }
  return highest;
}

/** Positions and serial numbers both carry their epoch in the upper digits. */
function epochOfNumber(value: number): number {
  return Number.isSafeInteger(value) ? Math.floor(value / 2 ** 36) : 0;
}

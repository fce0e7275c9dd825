import { FakeEnvironment } from 'ar-rtm-testkit/sdk';
import { expect, test } from 'vitest';
import { LogUpload } from './log-upload.js';
import { createLogger } from './logger.js';

/** Severities that are shown with a filter, and whether the filter was taken. */
function shown(filter?: unknown): [boolean | undefined, number[]] {
  const severities: number[] = [];
  const { clock, network } = new FakeEnvironment();
  const logger = createLogger((severity) => severities.push(severity), new LogUpload(clock, network));
  const isTaken = filter === undefined ? undefined : logger.setFilter(filter);
  logger.debug('');
  logger.info('');
  logger.warn('');
  logger.error('');
  return [isTaken, severities];
}

test.each([
  [undefined, [undefined, [1, 2, 3]]],
  [0, [true, [0, 1, 2, 3]]],
  [1, [true, [1, 2, 3]]],
  [2, [true, [2, 3]]],
  [3, [true, [3]]],
  [4, [true, []]],
  [{ error: true, warn: false, info: true, track: false, debug: false }, [true, [1, 3]]],
  [5, [false, [1, 2, 3]]],
  [1.5, [false, [1, 2, 3]]],
  ['INFO', [false, [1, 2, 3]]],
  [{ error: true }, [false, [1, 2, 3]]],
  [null, [false, [1, 2, 3]]],
])('filter %j', (filter, expected) => {
  expect(shown(filter)).toEqual(expected);
});

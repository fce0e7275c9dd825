import { expect, test } from 'vitest';
import type { NodeContext } from './context.js';
import { DeadlineWheel } from './deadline-wheel.js';
import type { Session } from './session.js';
import type { SessionHost } from './session-host.js';
import { TokenWatch } from './token-watch.js';

test('renewals with the same token do not pile up on the wheel', () => {
  const wheel = new DeadlineWheel(100);
  const time = { wallMs: () => 1_700_000_000_000, monotonicMs: () => 0 };
  const watch = new TokenWatch({ time } as unknown as NodeContext, wheel, {} as SessionHost);
  const connection = { profile: { published: false }, send: () => undefined };
  const session = { token: undefined, connection } as unknown as Session;
  for (let i = 0; i < 1000; i++) watch.begin(session, 1_700_086_400);
  for (let now = 100; now <= 120_000; now += 100) wheel.tick(now);
  expect(wheel.size).toBeLessThanOrEqual(1);
});

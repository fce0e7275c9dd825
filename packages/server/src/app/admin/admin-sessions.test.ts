import { FakeTime, SeededChance } from 'ar-rtm-testkit';
import { expect, test } from 'vitest';
import type { Signer } from '../../ports/index.js';
import { DEFAULT_SETTINGS } from '../settings.js';
import { AdminSessions } from './admin-sessions.js';

const HOUR = 3600_000;

const signer: Signer = {
  sign: (text) => `signed ${text}`,
  idOf: (text) => text,
  verify: (text, signature) => signature === `signed ${text}`,
  digest: (text) => `digest of ${text}`,
};

function make() {
  const time = new FakeTime();
  const settings = { ...DEFAULT_SETTINGS, adminSessionMs: 12 * HOUR, adminIdleMs: HOUR };
  return { time, sessions: new AdminSessions({ time, chance: new SeededChance(1), signer, settings }) };
}

test('a session goes on while it is used, up to its end', async () => {
  const { time, sessions } = make();
  const { secret, csrfToken, leftMs } = sessions.begin();
  expect(leftMs).toBe(12 * HOUR);
  for (let minutes = 59; minutes < 12 * 60; minutes += 59) {
    await time.advance(59 * 60_000);
    expect(sessions.use(secret)).toEqual({ csrfToken, leftMs: 12 * HOUR - minutes * 60_000 });
  }
  await time.advance(59 * 60_000);
  expect(sessions.use(secret)).toBeUndefined();
  expect(sessions.size).toBe(0);
});

test('one that is not used for an hour is over', async () => {
  const { time, sessions } = make();
  const { secret } = sessions.begin();
  await time.advance(HOUR - 1);
  expect(sessions.use(secret)).toBeDefined();
  await time.advance(HOUR);
  expect(sessions.use(secret)).toBeUndefined();
});

test('those that are over make room; of the others the one used longest ago', async () => {
  const { time, sessions } = make();
  for (let i = 0; i < 20; i += 1) sessions.begin();
  await time.advance(HOUR);
  const secrets = Array.from({ length: 32 }, () => sessions.begin().secret);
  expect(sessions.size).toBe(32);
  sessions.use(secrets[0] as string);
  sessions.begin();
  expect(sessions.size).toBe(32);
  expect(sessions.use(secrets[0] as string)).toBeDefined();
  expect(sessions.use(secrets[1] as string)).toBeUndefined();
});

test('a CSRF token belongs to one session', () => {
  const { sessions } = make();
  const [one, other] = [sessions.begin(), sessions.begin()];
  expect(sessions.isCsrfTokenOf(one.secret, one.csrfToken)).toBe(true);
  expect(sessions.isCsrfTokenOf(one.secret, other.csrfToken)).toBe(false);
  expect(sessions.use('not a secret')).toBeUndefined();
  sessions.end(one.secret);
  expect(sessions.use(one.secret)).toBeUndefined();
  expect(sessions.use(other.secret)).toBeDefined();
});

/** What apps and deployments may choose, and the clock (token.md 5, 8, 10, 11). */
import { describe, expect, test } from 'vitest';
import { make006, make007, rtm } from '../../test/edge/token-maker.js';
import { nodeTokenCrypto } from '../edge/node-token-crypto.js';
import type { App } from './apps.js';
import { Tokens } from './tokens.js';
import type { TokenPolicy } from './tokens-policy.js';

const CERTIFICATE = 'b7e35d9042ac4f118d6e0f5a71c2984d';
const SECOND = '00000000000000000000000000000000';
const APP: App = {
  appId: '4c1f0a9be27d43d58f60b7a2c93e5d18',
  enabled: true,
  certificates: [CERTIFICATE],
  allowEmptyToken: false,
  allowWildcardUid: false,
};
const NOW = 1_700_000_000;
const LAST_SECOND = 2 ** 32 - 1;

const old = (account: string, ts: number, privilege: number, certificate = CERTIFICATE) =>
  make006({ appId: APP.appId, certificate, account, ts, privilege });
const newer = (user: string, issueTs: number, expire: number, login: number, certificate = CERTIFICATE) =>
  make007({ appId: APP.appId, certificate, services: [rtm(user, login)], issueTs, expire });

function verify(
  token: string,
  options: { app?: Partial<App>; uid?: string; nowS?: number; policy?: Partial<TokenPolicy> } = {},
) {
  const tokens = new Tokens(nodeTokenCrypto, options.policy);
  return tokens.verify({
    app: { ...APP, ...options.app },
    uid: options.uid ?? 'alice',
    token,
    nowS: options.nowS ?? NOW,
  });
}

describe('certificates', () => {
  test('a token of either of two is good, of none other', () => {
    const app = { certificates: [CERTIFICATE, SECOND] };
    for (const make of [
      (key: string) => old('alice', NOW + 9, 0, key),
      (key: string) => newer('alice', NOW, 9, 0, key),
    ]) {
      expect(verify(make(CERTIFICATE), { app }).verdict).toBe('ok');
      expect(verify(make(SECOND), { app }).verdict).toBe('ok');
      expect(verify(make(SECOND))).toEqual({ verdict: 'invalid', fault: 'wrong signature' });
    }
  });

  test('without one any text is good, and the user ID is looked at all the same', () => {
    const app = { certificates: [] };
    for (const token of ['', 'x', 'y'.repeat(5000), old('bob', 1, 1)]) {
      expect(verify(token, { app })).toEqual({ verdict: 'ok' });
      expect(verify(token, { app, uid: 'al*ce' })).toEqual({ verdict: 'invalid', fault: 'user id' });
    }
  });

  test('mixed mode lets the empty token pass, and only that', () => {
    const app = { allowEmptyToken: true };
    expect(verify('', { app })).toEqual({ verdict: 'ok' });
    expect(verify('')).toEqual({ verdict: 'invalid', fault: 'missing' });
    expect(verify(' ', { app }).verdict).toBe('invalid');
    expect(verify(old('bob', NOW + 9, 0), { app }).verdict).toBe('invalid');
    expect(verify(old('alice', NOW, 0), { app }).verdict).toBe('expired');
  });
});

describe('tokens for nobody', () => {
  const app = { allowWildcardUid: true };

  test('are good for everybody where the app says so', () => {
    for (const token of [old('', NOW + 9, 0), newer('', NOW, 9, 0)]) {
      expect(verify(token)).toMatchObject({ verdict: 'invalid', fault: 'other user' });
      expect(verify(token, { app })).toEqual({ verdict: 'ok', expireTs: NOW + 9 });
      expect(verify(token, { app, uid: 'bob' }).verdict).toBe('ok');
      expect(verify(token, { app, nowS: NOW + 9 }).verdict).toBe('expired');
    }
  });

  test('and tokens for somebody stay theirs; a star is no pattern', () => {
    for (const user of ['bob', '*', 'alice*', 'Alice', ' alice']) {
      expect(verify(old(user, NOW + 9, 0), { app }).verdict).toBe('invalid');
      expect(verify(newer(user, NOW, 9, 0), { app }).verdict).toBe('invalid');
    }
    expect(verify(old('alice', NOW + 9, 0), { app }).verdict).toBe('ok');
    expect(verify(newer('alice', NOW, 9, 0), { app }).verdict).toBe('ok');
  });
});

describe('time', () => {
  test('a token is good in its last second and not in the next', () => {
    for (const token of [old('alice', NOW + 9, 0), old('alice', NOW + 99, NOW + 9), newer('alice', NOW - 1, 10, 0)]) {
      expect(verify(token, { nowS: NOW + 8 })).toMatchObject({ verdict: 'ok', expireTs: NOW + 9 });
      expect(verify(token, { nowS: NOW + 9 })).toMatchObject({ verdict: 'expired', expireTs: NOW + 9 });
    }
  });

  test('leeway moves the end of what is taken, not the end that is told', () => {
    const policy = { leewayS: 60 };
    const token = old('alice', NOW, 0);
    expect(verify(token, { policy, nowS: NOW + 59 })).toEqual({ verdict: 'ok', expireTs: NOW });
    expect(verify(token, { policy, nowS: NOW + 60 })).toEqual({ verdict: 'expired', expireTs: NOW });
  });

  test('fields are unsigned, and ends behind the last 32-bit second do not wrap', () => {
    expect(verify(old('alice', LAST_SECOND, 0))).toEqual({ verdict: 'ok', expireTs: LAST_SECOND });
    const token = newer('alice', LAST_SECOND, LAST_SECOND, LAST_SECOND);
    const expireTs = LAST_SECOND + 86_400;
    expect(verify(token, { nowS: expireTs - 1 })).toEqual({ verdict: 'ok', expireTs });
    expect(verify(token, { nowS: expireTs }).verdict).toBe('expired');
  });

  test('a clock at zero, far ahead or without a number', () => {
    const [first, second] = [old('alice', NOW, 0), newer('alice', NOW, 60, 0)];
    expect(verify(first, { nowS: 0 }).verdict).toBe('ok');
    expect(verify(old('alice', 0, 0), { nowS: 0 }).verdict).toBe('expired');
    for (const nowS of [Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY, Number.NaN]) {
      expect(verify(first, { nowS }).verdict).toBe('expired');
      expect(verify(second, { nowS }).verdict).toBe('expired');
    }
  });

  test('a token from the future is good and noticed', () => {
    expect(verify(newer('alice', NOW + 300, 9, 0))).toEqual({ verdict: 'ok', expireTs: NOW + 309 });
    expect(verify(newer('alice', NOW + 301, 9, 0))).toEqual({
      verdict: 'ok',
      expireTs: NOW + 310,
      oddity: 'issued in the future',
    });
  });

  test('the longest life is a setting', () => {
    const policy = { maxLifetimeS: 600 };
    for (const [expire, login, life] of [
      [0, 0, 600],
      [LAST_SECOND, 0, 600],
      [60, 0, 60],
      [0, 60, 60],
      [60, 900, 60],
    ] as const) {
      expect(verify(newer('alice', NOW, expire, login), { policy })).toMatchObject({ expireTs: NOW + life });
    }
  });

  test('which of the two ends of a 006 token counts is a setting', () => {
    const ends = (ts: number, privilege: number) =>
      (['min', 'token', 'privilege'] as const).map((expiry006) =>
        verify(old('alice', ts, privilege), { policy: { expiry006 } }),
      );
    const oddity = 'privilege time looks like a duration';
    expect(ends(NOW + 9, NOW + 5)).toMatchObject([NOW + 5, NOW + 9, NOW + 5].map((expireTs) => ({ expireTs })));
    expect(ends(NOW + 5, NOW + 9)).toMatchObject([NOW + 5, NOW + 5, NOW + 9].map((expireTs) => ({ expireTs })));
    expect(ends(NOW + 5, 0)).toEqual(Array(3).fill({ verdict: 'ok', expireTs: NOW + 5 }));
    expect(ends(NOW + 5, 3600)).toEqual([
      { verdict: 'expired', expireTs: 3600, oddity },
      { verdict: 'ok', expireTs: NOW + 5 },
      { verdict: 'expired', expireTs: 3600, oddity },
    ]);
  });
});

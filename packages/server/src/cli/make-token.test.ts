import { expect, test } from 'vitest';
import { Tokens } from '../domain/tokens.js';
import { nodeTokenCrypto } from '../edge/node-token-crypto.js';
import { makeToken } from './make-token.js';

const NOW = 1_700_000_000;
const app = (appId: string, certificates: string[]) => ({
  appId,
  certificates,
  enabled: true,
  allowEmptyToken: false,
  allowWildcardUid: false,
});
const FIRST = app('4c1f0a9be27d43d58f60b7a2c93e5d18', ['b7e35d9042ac4f118d6e0f5a71c2984d', '0'.repeat(32)]);
const SECOND = app('0123456789abcdef0123456789abcdef', []);
const asked = { appId: undefined, uid: 'alice', ttlS: 60 };

test('a token of the command line is one that the server takes, for that app, user and time', () => {
  const made = makeToken(asked, [FIRST], NOW);
  const token = made.ok ? made.token : '';
  const tokens = new Tokens(nodeTokenCrypto);
  expect(tokens.verify({ app: FIRST, uid: 'alice', token, nowS: NOW + 59 })).toEqual({
    verdict: 'ok',
    expireTs: NOW + 60,
  });
  expect(tokens.verify({ app: FIRST, uid: 'alice', token, nowS: NOW + 60 }).verdict).toBe('expired');
  expect(tokens.verify({ app: FIRST, uid: 'bob', token, nowS: NOW }).verdict).toBe('invalid');
});

test.each([
  [asked, [], /No apps/],
  [asked, [FIRST, SECOND], /--app/],
  [{ ...asked, appId: 'f'.repeat(32) }, [FIRST], /no app f/],
  [{ ...asked, appId: SECOND.appId }, [FIRST, SECOND], /no certificate/],
  [{ ...asked, uid: 'al*ce' }, [FIRST], /user id/],
  [{ ...asked, ttlS: 0 }, [FIRST], /--ttl/],
  [{ ...asked, ttlS: 86_401 }, [FIRST], /--ttl/],
  [{ ...asked, ttlS: Number.NaN }, [FIRST], /--ttl/],
])('%j is refused in words', (request, apps, reason) => {
  const made = makeToken(request, apps, NOW);
  expect(made.ok ? '' : made.reason).toMatch(reason);
});

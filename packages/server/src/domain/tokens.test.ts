import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { block, body007, make006, make007, pack007, rtm, service, u16, u32 } from '../../test/edge/token-maker.js';
import { nodeTokenCrypto } from '../edge/node-token-crypto.js';
import type { App } from './apps.js';
import { Tokens } from './tokens.js';

interface Vector {
  readonly name: string;
  readonly appId: string;
  readonly appCertificate: string;
  readonly uid: string;
  readonly now: number;
  readonly token: string;
  readonly expect: 'ok' | 'expired' | 'invalid';
  readonly expireTs: number | null;
}

const APP: App = {
  appId: '4c1f0a9be27d43d58f60b7a2c93e5d18',
  enabled: true,
  certificates: ['b7e35d9042ac4f118d6e0f5a71c2984d'],
  allowEmptyToken: false,
  allowWildcardUid: false,
};
const NOW = 1_700_000_000;
const CLAIM = { app: APP, uid: 'alice', nowS: NOW };
const MADE = { appId: APP.appId, certificate: APP.certificates[0] as string };
const VALID_006 = make006({ ...MADE, account: 'alice', ts: NOW + 86_400, privilege: NOW + 3600 });
const BODY_007 = body007({ ...MADE, services: [rtm('alice', 3600)], issueTs: NOW, expire: 3600 });
const VALID_007 = pack007(BODY_007);

const tokens = new Tokens(nodeTokenCrypto);

/** The vectors' outcome for the same input. */
function judge({ appId, appCertificate, uid, now, token }: Vector) {
  const app = { ...APP, appId, certificates: appCertificate === '' ? [] : [appCertificate] };
  const result = tokens.verify({ app, uid, token, nowS: now });
  return { expect: result.verdict, expireTs: 'expireTs' in result ? (result.expireTs ?? null) : null };
}

describe('vectors', () => {
  const ours = new URL('fixtures/token-vectors.json', import.meta.url);
  const all = new URL('../../../../../shared/spec/token-vectors.json', import.meta.url);
  const read = (file: URL): readonly Vector[] => JSON.parse(readFileSync(file, 'utf8'));

  test.each(read(ours))('$name', (vector) => {
    expect(judge(vector)).toEqual({ expect: vector.expect, expireTs: vector.expireTs });
  });

  test('all of the specification', (ctx) => {
    if (!existsSync(all)) ctx.skip(`${all.pathname} is not there`);
    const vectors = read(all);
    const outcomes = vectors.map((vector) => ({ name: vector.name, ...judge(vector) }));
    expect(outcomes).toEqual(vectors.map(({ name, expect, expireTs }) => ({ name, expect, expireTs })));
    expect(vectors).toHaveLength(98);
  });

  test('the maker of tokens for tests makes the same ones', () => {
    const [valid006, valid007] = ['anyrtc-006-valid', 'agora-007-valid'].map((name) =>
      read(ours).find((vector) => vector.name === name),
    );
    expect(make006({ ...MADE, account: 'alice', ts: 1_700_086_400, privilege: 1_700_003_600 })).toBe(valid006?.token);
    expect(BODY_007).toEqual(inflateSync(Buffer.from(valid007?.token.slice(3) ?? '', 'base64')));
  });
});

describe('changed and random text', () => {
  const verdictOf = (token: string) => tokens.verify({ ...CLAIM, token }).verdict;
  const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=';

  test('every changed bit of the bytes under a valid token is refused', () => {
    const content = Buffer.from(VALID_006.slice(35), 'base64');
    const changed006 = flips(content).map((bytes) => VALID_006.slice(0, 35) + bytes.toString('base64'));
    const changed007 = flips(BODY_007).map(pack007);
    expect([VALID_006, VALID_007].map(verdictOf)).toEqual(['ok', 'ok']);
    expect(new Set([...changed006, ...changed007].map(verdictOf))).toEqual(new Set(['invalid']));
  });

  test('every changed character of a valid token is refused', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(VALID_006, VALID_007),
        fc.nat(),
        fc.oneof(fc.constantFrom(...BASE64), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 })),
        (valid, place, character) => {
          const at = place % valid.length;
          const token = valid.slice(0, at) + character + valid.slice(at + 1);
          fc.pre(token !== valid && !hasSameBody(token, VALID_007));
          expect(verdictOf(token)).toBe('invalid');
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('every cut, and everything in front or behind, is refused', () => {
    for (const valid of [VALID_006, VALID_007]) {
      for (let end = 0; end < valid.length; end++) expect(verdictOf(valid.slice(0, end))).toBe('invalid');
      for (const more of [' ', '\n', 'A', 'AAAA', '=', '\0']) {
        expect([verdictOf(valid + more), verdictOf(more + valid)]).toEqual(['invalid', 'invalid']);
      }
    }
    const packed = Buffer.from(VALID_007.slice(3), 'base64');
    expect(verdictOf(`007${Buffer.concat([packed, Buffer.alloc(3)]).toString('base64')}`)).toBe('invalid');
  });

  test('random text and random bytes never throw and are never let in', () => {
    const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
    const text = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 3000 }),
      bytes.map((array) => `006${APP.appId}${array.toString('base64')}`),
      bytes.map((array) => `007${array.toString('base64')}`),
      bytes.map((array) => pack007(array)),
      bytes.map((array) => pack007(Buffer.concat([BODY_007.subarray(0, 82), array]))),
    );
    fc.assert(
      fc.property(text, fc.boolean(), (token, allow) => {
        const app = { ...APP, allowWildcardUid: allow, allowEmptyToken: allow };
        expect(tokens.verify({ ...CLAIM, app, token }).verdict).toBe('invalid');
      }),
      { numRuns: 2000 },
    );
  });

  test('signed services of any shape never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(20), (array, serviceCount) => {
        const trailer = Buffer.from(array);
        const token = make007({ ...MADE, services: [], trailer, serviceCount, issueTs: NOW, expire: 60 });
        expect(['ok', 'expired', 'invalid']).toContain(verdictOf(token));
      }),
    );
  });
});

describe('the message of a 006 token', () => {
  const resultOf = (...privileges: Buffer[]) =>
    tokens.verify({
      ...CLAIM,
      token: make006({ ...MADE, account: 'alice', ts: NOW + 9, privilege: 0, privileges: Buffer.concat(privileges) }),
    });
  const refused = { verdict: 'invalid', fault: 'no right to log in' };
  const login = [u16(1000), u32(0)];

  test('has exactly one privilege, the right to log in, and ends there; also if the rest is signed', () => {
    expect(resultOf(u16(1), ...login)).toEqual({ verdict: 'ok', expireTs: NOW + 9 });
    for (const count of [0, 2, 0x101]) expect(resultOf(u16(count), ...login)).toEqual(refused);
    for (const key of [1, 1001, 0xe8]) expect(resultOf(u16(1), u16(key), u32(0))).toEqual(refused);
    expect(resultOf(u16(1), ...login, u16(1), u32(0))).toEqual(refused);
    expect(resultOf(u16(2), ...login, u16(1001), u32(0))).toEqual(refused);
    expect(resultOf(u16(2), u16(1), u32(0), ...login)).toEqual(refused);
    expect(resultOf(u16(1), u16(1000), u16(0))).toEqual(refused);
    expect(resultOf(u16(0))).toEqual(refused);
  });
});

describe('services of a 007 token', () => {
  const resultOf = (services: readonly Buffer[], more: { trailer?: Buffer; serviceCount?: number } = {}) =>
    tokens.verify({ ...CLAIM, token: make007({ ...MADE, services, issueTs: NOW, expire: 3600, ...more }) });

  test('every known one before the RTM service is skipped', () => {
    const text = block(Buffer.from('room'));
    const others = [
      service(1, [[1, 9]], Buffer.concat([text, text])),
      service(3, [], Buffer.concat([text, text])),
      service(4, [[1, 9]], Buffer.alloc(0)),
      service(5, [], text),
      service(6, [], Buffer.concat([text, text])),
      service(7, [], Buffer.concat([text, text, u16(2)])),
      service(9, [], Buffer.alloc(0)),
      service(10, [], Buffer.alloc(0)),
    ];
    expect(resultOf([...others, rtm('alice', 60)])).toEqual({ verdict: 'ok', expireTs: NOW + 60 });
  });

  test('the app ID in it counts, also where two apps have the same certificate', () => {
    const token = make007({ ...MADE, appId: 'f'.repeat(32), services: [rtm('alice', 60)], issueTs: NOW, expire: 60 });
    expect(tokens.verify({ ...CLAIM, token })).toEqual({ verdict: 'invalid', fault: 'other app' });
  });

  test('more than 2048 characters are not looked at, also if all is well inside', () => {
    const room = (size: number) =>
      service(1, [], Buffer.concat([block(randomBytes(size)), block(Buffer.from('alice'))]));
    expect(resultOf([room(1350), rtm('alice', 60)])).toMatchObject({ verdict: 'ok' });
    expect(resultOf([room(1450), rtm('alice', 60)])).toEqual({ verdict: 'invalid', fault: 'too long' });
  });

  test('an unknown one hides what follows it', () => {
    const unknown = service(8, [], Buffer.alloc(0));
    expect(resultOf([unknown, rtm('alice', 60)])).toEqual({ verdict: 'invalid', fault: 'no right to log in' });
    expect(resultOf([rtm('alice', 60), unknown])).toMatchObject({ verdict: 'ok' });
  });

  test('of several for the user the last to end counts, without the right none', () => {
    expect(resultOf([rtm('alice'), rtm('alice', 9), rtm('bob', 900), rtm('alice', 60)])).toMatchObject({
      expireTs: NOW + 60,
    });
    expect(resultOf([rtm('bob', 900), rtm('alice')])).toMatchObject({ fault: 'no right to log in' });
    expect(resultOf([rtm('bob', 900)])).toMatchObject({ fault: 'other user' });
  });

  test('at most 16 services, 32 privileges each, and nothing behind', () => {
    const sixteen = Array.from({ length: 16 }, () => rtm('alice', 60));
    expect(resultOf(sixteen).verdict).toBe('ok');
    expect(resultOf([...sixteen, rtm('alice', 60)])).toMatchObject({ fault: 'malformed' });
    const user = block(Buffer.from('alice'));
    const keys = (count: number) => Array.from({ length: count }, (_, i): [number, number] => [i + 1, 60]);
    expect(resultOf([service(2, keys(32), user)]).verdict).toBe('ok');
    expect(resultOf([service(2, keys(33), user)])).toMatchObject({ fault: 'malformed' });
    expect(resultOf([rtm('alice', 60)], { trailer: u16(0) })).toMatchObject({ fault: 'malformed' });
    expect(resultOf([], { serviceCount: 0 })).toMatchObject({ fault: 'no right to log in' });
  });
});

/** Every copy with one bit changed. */
function flips(bytes: Uint8Array): Buffer[] {
  return Array.from({ length: bytes.length * 8 }, (_, bit) => {
    const copy = Buffer.from(bytes);
    copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    return copy;
  });
}

/** The last bits of a deflate stream mean nothing: such a token is another spelling of the same one (token.md 4.1). */
function hasSameBody(one: string, other: string): boolean {
  const [first, second] = [one, other].map((token) => Buffer.from(token.slice(3), 'base64'));
  if (!first || !second || !one.startsWith('007') || first.toString('base64') !== one.slice(3)) return false;
  try {
    return inflateSync(first).equals(inflateSync(second));
  } catch {
    return false; // not zlib
  }
}

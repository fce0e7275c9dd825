import { expect, test } from 'vitest';
import { addressOfOrigin, gatewayUrl, readAddress, socketUrl } from './address.js';

test.each([
  [{ ServerAdd: 'rtm.test' }, 'https://rtm.test'],
  [{ ServerAdd: 'rtm.test', Port: 9080, Wss: false }, 'http://rtm.test:9080'],
  [{ ServerAdd: '10.0.0.1', Wss: true, Port: undefined }, 'https://10.0.0.1'],
  [{ ServerAdd: '[::1]', Port: 65535 }, 'https://[::1]:65535'],
  [{ ServerAdd: 'rtm.test:8080', Wss: false }, 'http://rtm.test:8080'],
])('%j', (value, base) => {
  expect(readAddress(value)).toEqual({ base, secure: base.startsWith('https') });
});

test.each([
  null,
  'rtm.test',
  {},
  { ServerAdd: '' },
  { ServerAdd: 5 },
  { ServerAdd: 'http://rtm.test' },
  { ServerAdd: 'rtm test' },
  { ServerAdd: '::1' },
  { ServerAdd: 'rtm.test', Port: 0 },
  { ServerAdd: 'rtm.test', Port: 65536 },
  { ServerAdd: 'rtm.test', Port: 1.5 },
  { ServerAdd: 'rtm.test', Port: '9080' },
  { ServerAdd: 'rtm.test', Wss: 'yes' },
  { ServerAdd: 'rtm.test:8080', Port: 9080 },
  { ServerAdd: 'rtm.test:99999' },
])('%j is refused', (value) => {
  expect(readAddress(value)).toBeUndefined();
});

test('an origin has to be http or https', () => {
  expect(addressOfOrigin('https://a.test:1')).toEqual({ base: 'https://a.test:1', secure: true });
  expect(addressOfOrigin('http://a.test')).toEqual({ base: 'http://a.test', secure: false });
  expect([addressOfOrigin('null'), addressOfOrigin('file://'), addressOfOrigin(undefined)]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test('addresses of requests', () => {
  const address = { base: 'http://a.test', secure: false };
  expect(gatewayUrl(address)).toBe('http://a.test/arapi/v1?action=wrtm_gateway');
  expect(socketUrl(address, 'b.test', 9080)).toBe('ws://b.test:9080');
  expect(socketUrl({ ...address, secure: true }, 'b.test', undefined)).toBe('wss://b.test:443');
});

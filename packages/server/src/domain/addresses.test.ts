import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Addresses, networkOf } from './addresses.js';

const rule = { connections: 3, perSecond: 5 };

test('so many connections of one address, and others go on', () => {
  const addresses = new Addresses({ ...rule, perSecond: 100 });
  for (let i = 0; i < 3; i++) {
    expect(addresses.refusal('10.0.0.1', 0)).toBeUndefined();
    addresses.tried('10.0.0.1', 0);
    addresses.opened('10.0.0.1', 0);
  }
  expect(addresses.refusal('10.0.0.1', 0)).toBe('connections');
  expect(addresses.refusal('10.0.0.2', 0)).toBeUndefined();
  addresses.closed('10.0.0.1');
  expect(addresses.refusal('10.0.0.1', 0)).toBeUndefined();
});

test('so many new ones a second, also when each is closed at once', () => {
  const addresses = new Addresses(rule);
  for (let i = 0; i < 5; i++) {
    expect(addresses.refusal('10.0.0.1', 0)).toBeUndefined();
    addresses.tried('10.0.0.1', 0);
    addresses.opened('10.0.0.1', 0);
    addresses.closed('10.0.0.1');
  }
  expect(addresses.refusal('10.0.0.1', 0)).toBe('rate');
  expect(addresses.refusal('10.0.0.1', 199)).toBe('rate');
  expect(addresses.refusal('10.0.0.1', 201)).toBeUndefined();
});

test('the memory is bounded by the open connections, whatever addresses come', () => {
  const addresses = new Addresses(rule);
  for (let i = 0; i < 100; i++) addresses.opened(`10.1.0.${i}`, 0);
  for (let i = 0; i < 50_000; i++) {
    const address = `10.${2 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}`;
    addresses.tried(address, 0);
    if (i % 2 === 0) {
      addresses.opened(address, 0);
      addresses.closed(address);
    }
  }
  expect(addresses.size).toBe(10_100);
  // Who is connected is not forgotten.
  addresses.opened('10.1.0.7', 0);
  addresses.opened('10.1.0.7', 0);
  expect(addresses.refusal('10.1.0.7', 0)).toBe('connections');
});

test('what is open comes back to nothing', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(3), { maxLength: 50 }), (hosts) => {
      const addresses = new Addresses({ connections: 1000, perSecond: 1000 });
      for (const host of hosts) addresses.opened(`10.0.0.${host}`, 0);
      for (const host of hosts) addresses.closed(`10.0.0.${host}`);
      const strict = new Set(hosts.map((host) => addresses.refusal(`10.0.0.${host}`, 0)));
      expect([...strict].filter((refusal) => refusal !== undefined)).toEqual([]);
    }),
  );
});

test.each([
  ['10.0.0.1', '10.0.0.1'],
  ['::ffff:10.0.0.1', '10.0.0.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0db8:0001:0002::1', '2001:db8:1:2::/64'],
  ['2001:DB8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['', ''],
])('%s counts as %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});

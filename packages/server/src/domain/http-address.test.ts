import { expect, test } from 'vitest';
import { httpAddress } from './http-address.js';

test.each([
  ['chat.example.com', undefined, true, 'https://chat.example.com'],
  ['chat.example.com', 443, true, 'https://chat.example.com'],
  ['chat.example.com', 80, true, 'https://chat.example.com:80'],
  ['chat.example.com', 80, false, 'http://chat.example.com'],
  ['[::1]', 9080, false, 'http://[::1]:9080'],
])('%s, port %s, secure %s: %s', (host, port, secure, address) => {
  expect(httpAddress({ host, port }, secure)).toBe(address);
});

test('half an address is none: nothing is guessed', () => {
  expect(httpAddress(undefined, true)).toBeUndefined();
  expect(httpAddress({ host: 'chat.example.com' }, undefined)).toBeUndefined();
});

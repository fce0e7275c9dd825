import { expect, test } from 'vitest';
import { textOf } from './text-message.js';

test.each([
  [{ text: 'hi' }],
  [{ text: 'hi', messageType: 'TEXT' }],
  [{ text: 'hi', messageType: undefined, rawMessage: undefined, description: 'not transmitted' }],
])('%j is a text message', (message) => expect(textOf(message)).toBe('hi'));

test.each([
  [undefined],
  [null],
  ['hi'],
  [{}],
  [{ text: '' }],
  [{ text: 5 }],
  [{ text: 'hi', messageType: 'RAW' }],
  [{ text: 'hi', messageType: 'text' }],
  [{ text: 'hi', rawMessage: new Uint8Array(1) }],
])('%j is none', (message) => expect(textOf(message)).toBeUndefined());

test('exactly 32 KB fit, by the more generous count', () => {
  const fits = (text: string) => textOf({ text }) === text;
  expect([fits('a'.repeat(32_768)), fits('a'.repeat(32_769))]).toEqual([true, false]);
  // U+20AC: 3 bytes in UTF-8, 1 for the count of 1.0.15.
  expect([fits('\u20ac'.repeat(32_768)), fits('\u20ac'.repeat(32_769))]).toEqual([true, false]);
  // U+4E00: 3 bytes, 2 for the count of 1.0.15.
  expect([fits('\u4e00'.repeat(16_384)), fits('\u4e00'.repeat(16_385))]).toEqual([true, false]);
});

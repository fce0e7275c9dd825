import { RtmInvalidStatusError } from 'ar-rtm-sdk';
import { expect, test } from 'vitest';
import { en } from '../i18n/en.js';
import { argumentInWords, bytesIn, bytesInWords, errorInWords, timeInWords } from './words.js';

test('errors of the SDK are shown with their code, once', () => {
  const error = new RtmInvalidStatusError(102, 'The client is not logged in');
  expect(errorInWords(error, en)).toBe('The client is not logged in (code 102, RtmInvalidStatusError)');
  expect(errorInWords(new Error('plain'), en)).toBe('plain');
  expect(errorInWords('text', en)).toBe('text');
});

test('arguments are shown as JSON with spaces, long ones shortened', () => {
  expect(argumentInWords({ text: 'a\nb', list: [1] }, en)).toBe('{ "text": "a\\nb", "list": [ 1 ] }');
  expect(argumentInWords(undefined, en)).toBe('undefined');
  expect(argumentInWords('x'.repeat(1000), en)).toMatch(/^"x{199}… \(1002 characters\)$/);
});

test('arguments show what a Blob is, and what would not be seen', () => {
  const thumbnail = new Blob([new Uint8Array(12345)], { type: 'image/png' });
  expect(argumentInWords({ thumbnail, other: new Blob() }, en)).toBe(
    '{ "thumbnail": "Blob(12345 bytes, image/png)", "other": "Blob(0 bytes)" }',
  );
  expect(argumentInWords('photo\u202egpj.exe', en)).toBe('"photo\\u202egpj.exe"');
});

test('times have two digits for hours, minutes and seconds, three for milliseconds', () => {
  expect(timeInWords(new Date(2026, 0, 2, 3, 4, 5, 6).getTime())).toBe('03:04:05.006');
});

test('bytes are pairs of hex digits, both ways', () => {
  expect(bytesIn('48 65\n6C6c6f')).toEqual(new TextEncoder().encode('Hello'));
  for (const text of ['', ' ', '4', '4 8g', 'hello', '0x48']) expect(bytesIn(text)).toBeUndefined();
  expect(bytesInWords(new Uint8Array([0, 255]))).toBe('00 ff');
  expect(bytesInWords(new Uint8Array(100), 2)).toBe('00 00 …');
  expect(argumentInWords({ rawMessage: new Uint8Array([1]) }, en)).toBe('{ "rawMessage": "Uint8Array(01)" }');
});

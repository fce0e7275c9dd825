import { RtmInvalidStatusError } from 'ar-rtm-sdk';
import { expect, test } from 'vitest';
import { argumentInWords, errorInWords, timeInWords } from './words.js';

test('errors of the SDK are shown with their code, once', () => {
  const error = new RtmInvalidStatusError(102, 'The client is not logged in');
  expect(errorInWords(error)).toBe('The client is not logged in (code 102, RtmInvalidStatusError)');
  expect(errorInWords(new Error('plain'))).toBe('plain');
  expect(errorInWords('text')).toBe('text');
});

test('arguments are shown as JSON with spaces, long ones shortened', () => {
  expect(argumentInWords({ text: 'a\nb', list: [1] })).toBe('{ "text": "a\\nb", "list": [ 1 ] }');
  expect(argumentInWords(undefined)).toBe('undefined');
  expect(argumentInWords('x'.repeat(1000))).toMatch(/^"x{199}… \(1002 characters\)$/);
});

test('arguments show what a Blob is, and what would not be seen', () => {
  const thumbnail = new Blob([new Uint8Array(12345)], { type: 'image/png' });
  expect(argumentInWords({ thumbnail, other: new Blob() })).toBe(
    '{ "thumbnail": "Blob(12345 bytes, image/png)", "other": "Blob(0 bytes)" }',
  );
  expect(argumentInWords('photo\u202egpj.exe')).toBe('"photo\\u202egpj.exe"');
});

test('times have two digits for hours, minutes and seconds, three for milliseconds', () => {
  expect(timeInWords(new Date(2026, 0, 2, 3, 4, 5, 6).getTime())).toBe('03:04:05.006');
});

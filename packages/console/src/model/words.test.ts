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

test('times have two digits for hours, minutes and seconds, three for milliseconds', () => {
  expect(timeInWords(new Date(2026, 0, 2, 3, 4, 5, 6).getTime())).toBe('03:04:05.006');
});

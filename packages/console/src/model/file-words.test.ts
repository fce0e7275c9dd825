import { RtmInternalError, RtmInvalidStatusError } from 'ar-rtm-sdk';
import { expect, test } from 'vitest';
import { en } from '../i18n/en.js';
import * as words from './file-words.js';

const fileNameInWords = (name: string) => words.fileNameInWords(name, en);
const sizeInWords = (bytes: number) => words.sizeInWords(bytes, en);
const transferErrorInWords = (transfer: Parameters<typeof words.transferErrorInWords>[0]) =>
  words.transferErrorInWords(transfer, en);

test('names show what would not be seen, and stay as they are otherwise', () => {
  expect(fileNameInWords('Größe 日本語 👨‍👩‍👧 می‌خواهم.pdf')).toBe('Größe 日本語 👨‍👩‍👧 می‌خواهم.pdf');
  expect(fileNameInWords('photo\u202egpj.exe')).toBe('photo\ufffdgpj.exe');
  expect(fileNameInWords('a\nb\u0000c\u2066d\u2028e\ud800f\u200b')).toBe('a\ufffdb\ufffdc\ufffdd\ufffde\ufffdf\ufffd');
  expect(fileNameInWords(' ')).toBe('unnamed file');
});

test('a long name keeps its end', () => {
  const name = fileNameInWords(`${'👋'.repeat(10_000)}.exe`);
  expect([...name]).toHaveLength(181);
  expect(name).toMatch(/👋…👋+\.exe$/u);
});

test('sizes have the unit that fits', () => {
  expect([0, 1, 1023, 1024, 1536].map(sizeInWords)).toEqual(['0 bytes', '1 byte', '1023 bytes', '1.0 KB', '1.5 KB']);
  expect([1024 ** 2 - 1, 1024 ** 2, 33_554_432, 2 ** 50].map(sizeInWords)).toEqual([
    '1.0 MB',
    '1.0 MB',
    '32.0 MB',
    '1024.0 TB',
  ]);
});

test('errors say what a code means for this direction, with the code', () => {
  const error = new RtmInvalidStatusError(4, 'Refused');
  expect(transferErrorInWords({ direction: 'down', error })).toMatch(/not any more \(code 4, RtmInvalidStatusError\)$/);
  expect(transferErrorInWords({ direction: 'up', error })).toMatch(/^The file is too large.* \(code 4, /);
  const other = new RtmInternalError(1, 'the server has no room for more files');
  expect(transferErrorInWords({ direction: 'up', error: other })).toBe(
    'the server has no room for more files (code 1, RtmInternalError)',
  );
  expect(transferErrorInWords({ direction: 'up', error: new Error('plain') })).toBe('plain');
});

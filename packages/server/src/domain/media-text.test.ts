import { textFits, utf8Bytes } from 'ar-rtm-protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mediaText, type TellableMedia } from './media-text.js';

const LIMIT = 32 * 1024;
const LINK = 'https://chat.example.com/arapi/v1/artmgw/media/0123?app=1&until=2&sig=3';
const REPORT: TellableMedia = { isImage: false, name: 'report.pdf', size: 1_468_006, description: '', link: undefined };

const told = (more: Partial<TellableMedia>, limit = LIMIT): string => mediaText({ ...REPORT, ...more }, limit);

test('name, size, description and link, a line each', () => {
  expect(told({ description: 'the numbers\nof May', link: LINK })).toBe(
    `report.pdf (1.4 MB)\nthe numbers\nof May\n${LINK}`,
  );
  expect(told({ link: LINK })).toBe(`report.pdf (1.4 MB)\n${LINK}`);
  expect(told({ description: ' \n' })).toBe('report.pdf (1.4 MB)');
});

describe('names', () => {
  test.each(['', '   ', '\n', '\u0000\u001b', '\u202e\u2066', '\u200b', '\ud83d'])('%j is none', (name) => {
    expect(told({ name, size: 0 })).toBe('file');
    expect(told({ name, size: 0, isImage: true })).toBe('image');
  });

  test.each([
    ['a\nb\r\nc.txt', 'a b c.txt'],
    ['bell\u0007\u001b[31m.txt', 'bell [31m.txt'],
    ['line\u2028and\u2029paragraph', 'line and paragraph'],
    // Would be shown as "invoice exe.pdf".
    ['invoice\u202efdp.exe', 'invoice fdp.exe'],
    ['half \ud83d\ud83d.png', 'half .png'],
    [' 报告 👩‍👩‍👧.pdf ', '报告 👩‍👩‍👧.pdf'],
  ])('%j stands there as %j', (name, shown) => {
    expect(told({ name, size: 0 })).toBe(shown);
  });

  test('a very long one is cut in whole characters', () => {
    expect(told({ name: 'x'.repeat(100), size: 0 })).toBe('x'.repeat(100));
    expect(told({ name: 'x'.repeat(101), size: 0 })).toBe(`${'x'.repeat(99)}…`);
    expect(told({ name: '😀'.repeat(8000), size: 0 })).toBe(`${'😀'.repeat(99)}…`);
  });
});

test.each([
  [0, ''],
  [0.5, ''],
  [1, ' (1 byte)'],
  [999, ' (999 bytes)'],
  [1000, ' (1 KB)'],
  [1536, ' (1.5 KB)'],
  [10_000, ' (9.8 KB)'],
  [10_240, ' (10 KB)'],
  [1_023_000, ' (999 KB)'],
  [1_048_575, ' (1 MB)'],
  [32 * 1024 * 1024, ' (32 MB)'],
  [5 * 1024 ** 4, ' (5 TB)'],
  [1e300, ''],
])('%d bytes are told as %j', (size, words) => {
  expect(told({ size })).toBe(`report.pdf${words}`);
});

describe('the limit of messages', () => {
  test('the description is cut first, in whole characters', () => {
    const text = told({ description: '😀'.repeat(9000), link: LINK });
    expect(text).toMatch(/^report\.pdf \(1\.4 MB\)\n(😀)+…\nhttps:/u);
    expect(text.endsWith(`\n${LINK}`)).toBe(true);
    expect(utf8Bytes(text)).toBeGreaterThan(LIMIT - 4);
    expect(utf8Bytes(text)).toBeLessThanOrEqual(LIMIT);
  });

  test('a link is there as a whole or not at all', () => {
    const short = `report.pdf (1.4 MB)\n${LINK}`;
    expect(told({ description: 'some words', link: LINK }, utf8Bytes(short))).toBe(short);
    expect(told({ description: 'some words', link: LINK }, utf8Bytes(short) - 1)).toBe('report.pdf (1.4 MB)');
    expect(told({ link: LINK }, 10)).toBe('report.…');
    expect(told({ name: '😀', link: LINK }, 2)).toBe('fi');
  });

  test('whatever it is made of, a text fits and is not empty', () => {
    const unit = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme', maxLength: 400 }));
    const link = fc.option(fc.constant(LINK), { nil: undefined });
    const media = fc.record({
      isImage: fc.boolean(),
      name: unit,
      size: fc.double({ min: 0 }),
      description: unit,
      link,
    });
    fc.assert(
      fc.property(media, fc.integer({ min: 1, max: 500 }), (one, limit) => {
        const text = mediaText(one, limit);
        expect(text).not.toBe('');
        expect(textFits(text, limit) && utf8Bytes(text) <= limit).toBe(true);
        if (text.includes('http')) expect(text.endsWith(LINK) || one.name.includes('http')).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

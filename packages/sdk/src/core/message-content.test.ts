import { isRawBody, rawBytes } from 'ar-rtm-protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contentOf, messageOf } from './message-content.js';

const FLAGS = { HistoryMsg: false };
const textOf = (message: unknown) => contentOf(message, FLAGS)?.MsgBody;

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
  [{ text: 'hi', messageType: null }],
  [{ text: 'hi', messageType: 'constructor' }],
  [{ text: 'hi', rawMessage: 'not bytes' }],
  [{ rawMessage: new Uint8Array(1), text: '' }],
  [{ rawMessage: new Uint8Array(1), messageType: 'TEXT' }],
  [{ rawMessage: new Uint8Array(1), description: 5 }],
  [{ rawMessage: new Uint8Array(1), description: null }],
  [{ rawMessage: new Uint16Array(1) }],
  [{ rawMessage: new ArrayBuffer(1) }],
  [{ rawMessage: [1, 2] }],
  [{ messageType: 'RAW' }],
  [{ messageType: 'FILE' }],
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

test('bytes and description of a raw message come back as they were at the call', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.string(), fc.boolean(), (bytes, description, isNamed) => {
      const mine = Uint8Array.from(bytes);
      const content = contentOf({ rawMessage: mine, description, ...(isNamed && { messageType: 'RAW' }) }, FLAGS);
      mine.fill(7);
      if (!content) throw new Error('not taken');
      expect([content.MsgType, isRawBody(content.MsgBody), rawBytes(content.MsgBody)]).toEqual([2, true, bytes.length]);
      expect(messageOf(content)).toEqual({ rawMessage: Uint8Array.from(bytes), description, messageType: 'RAW' });
    }),
  );
});

test('a part of a larger buffer is sent as that part, and a Buffer like any other array', () => {
  const whole = new Uint8Array([1, 2, 3, 4]);
  for (const rawMessage of [whole.subarray(1, 3), Buffer.from([2, 3])]) {
    expect(contentOf({ rawMessage }, FLAGS)).toEqual({ MsgType: 2, MsgBody: 'AgM=', HistoryMsg: false, Desc: '' });
  }
});

test('32 KB of bytes and description fit together, and not one byte more', () => {
  const fits = (bytes: number, description: string) =>
    contentOf({ rawMessage: new Uint8Array(bytes), description }, FLAGS) !== undefined;
  expect([fits(0, ''), fits(32_768, ''), fits(32_769, '')]).toEqual([true, true, false]);
  expect([fits(32_766, '\u00e4'), fits(32_767, '\u00e4')]).toEqual([true, false]);
});

test('types that are not known, and bodies that are no Base64, are no messages', () => {
  for (const MsgType of [0, 3, 4, 5, -1, 1.5]) expect(messageOf({ MsgType, MsgBody: 'x', Desc: '' })).toBeUndefined();
  expect(messageOf({ MsgType: 2, MsgBody: '*', Desc: '' })).toBeUndefined();
});

import {
  ATTRIBUTE_FRAMES,
  CALL_FRAMES,
  CHANNEL_FRAMES,
  HISTORY_FRAMES,
  PEER_FRAMES,
  PRESENCE_FRAMES,
  SESSION_FRAMES,
} from 'ar-rtm-protocol';
import { expect, test } from 'vitest';
import { objectOf, readFrame, readJson } from './frames.js';

const TABLES = {
  ...SESSION_FRAMES,
  ...PEER_FRAMES,
  ...CHANNEL_FRAMES,
  ...ATTRIBUTE_FRAMES,
  ...PRESENCE_FRAMES,
  ...HISTORY_FRAMES,
  ...CALL_FRAMES,
};

/** What the protocol's reader of a field takes; the texts are those that readers of JSON take, too. */
const VALUES = [0, 2 ** 53, 1.5, '', 'x', '{}', '[]', [], ['x'], {}];

/** Fields that have two types, depending on the frame, and those that the SDK reads as something that is or is not true. */
const LOOSE = /^(Status|Attributes|ChanMemSize|Resumed|InboxGap|Gap|Offline)$/;
/** Fields that the SDK does not read. */
const UNREAD = /^(Caps|ExpireTs|Cmd|ToUId|QueryUserId)$/;

function takes(name: string, value: unknown): boolean {
  try {
    readJson(JSON.stringify({ [name]: value }));
    return true;
  } catch {
    return false;
  }
}

const FIELDS = Object.entries(TABLES)
  .flatMap(([cmd, fields]) => Object.entries(fields).map(([name, reader]) => [cmd, name, reader] as const))
  .filter(([, name]) => !LOOSE.test(name) && !UNREAD.test(name));

test.each(FIELDS)('%s: %s is taken where the protocol takes it, and nothing of another type', (_cmd, name, reader) => {
  const isTaken = (value: unknown) => typeof reader(value) !== 'symbol';
  for (const value of VALUES) {
    // What is in lists and texts is looked at by who reads them.
    const isRight =
      (Array.isArray(value) && isTaken([])) || (typeof value === 'string' && isTaken('{}')) || isTaken(value);
    expect([value, takes(name, value)]).toEqual([value, isRight]);
  }
  expect(takes(name, null)).toBe(true);
});

test('fields in lists are looked at, too, and null is a field that is missing', () => {
  const text = JSON.stringify({ Cmd: 'X', Content: '{"Status":[{"UserId":"bob","State":null}]}' });
  expect(readFrame(text)).toEqual({ cmd: 'X', content: { Status: [{ UserId: 'bob' }] } });
  expect(() => readFrame(JSON.stringify({ Cmd: 'X', Content: '{"Status":[{"UserId":1}]}' }))).toThrow('UserId');
});

test.each([undefined, null, 1, 'x', []])('%j is no object', (value) => {
  expect(() => objectOf(value)).toThrow('not an object');
});

/** The published client in a real browser talks with our SDK in a browser and in Node. */
import { expect, test } from 'vitest';
import { texts, useStage } from '../harness.js';
import type { User } from '../user.js';

const stage = useStage();

/** Things that encodings get wrong, and the most that fits into a message: 32 KB, of one-byte and of four-byte characters. */
const TEXTS = [
  'hello',
  'Grüße, 你好, שלום, e\u0301',
  '😀 👩‍👩‍👧‍👦 🏴‍☠️',
  'line one\nline two\r\n\ttabbed "quoted" \\ / </script> &amp; \u2028 \u0001',
  'x'.repeat(32_768),
  '😀'.repeat(8192),
];

async function three(): Promise<Readonly<Record<'pia' | 'amy' | 'ned', User>>> {
  const server = await stage.server();
  const [pia, amy] = await Promise.all([stage.pageUser('published', server), stage.pageUser('ours', server)]);
  const users = { pia, amy, ned: stage.nodeUser('ours', server) };
  await Promise.all(Object.entries(users).map(([uid, user]) => user.login(uid)));
  return users;
}

test('peer messages arrive intact in every direction', async () => {
  const users = await three();
  for (const [from, sender] of Object.entries(users)) {
    for (const to of Object.keys(users)) {
      if (to === from) continue;
      const received = await Promise.all(TEXTS.map((text) => sender.sendToPeer(to, text)));
      expect(received, `${from} to ${to}`).toEqual(TEXTS.map(() => true));
    }
  }
  for (const [to, receiver] of Object.entries(users)) {
    const calls = await receiver.peerMessages.atLeast(2 * TEXTS.length);
    for (const from of Object.keys(users)) {
      if (from === to) continue;
      expect(texts(calls.filter(([, sender]) => sender === from)), `${from} to ${to}`).toEqual(TEXTS);
    }
    expect(calls.every(([, , { isOfflineMessage }]) => !isOfflineMessage)).toBe(true);
  }
});

test('channel messages arrive intact at all other members, who see each other', async () => {
  const users = await three();
  for (const user of Object.values(users)) await user.join('room');
  for (const user of Object.values(users)) expect(await user.members('room')).toEqual(['amy', 'ned', 'pia']);
  expect(await users.pia.memberEvents('room', 'MemberJoined').atLeast(2)).toEqual([['amy'], ['ned']]);

  for (const user of Object.values(users)) for (const text of TEXTS) await user.sendToChannel('room', text);

  for (const [to, receiver] of Object.entries(users)) {
    const calls = await receiver.channelMessages('room').atLeast(2 * TEXTS.length);
    for (const from of Object.keys(users)) {
      const expected = from === to ? [] : TEXTS;
      expect(texts(calls.filter(([, sender]) => sender === from)), `${from} to ${to}`).toEqual(expected);
    }
  }

  await users.pia.leave('room');
  expect(await users.amy.memberEvents('room', 'MemberLeft').atLeast(1)).toEqual([['pia']]);
  await users.amy.leave('room');
  expect(await users.ned.memberEvents('room', 'MemberLeft').atLeast(2)).toEqual([['pia'], ['amy']]);
});

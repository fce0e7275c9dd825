/** The newest login of a user wins, whichever SDKs are involved. */
import { expect, test } from 'vitest';
import { texts, useStage } from '../harness.js';

const stage = useStage();

const KICKED = { ours: 'ABORTED', published: 'DISCONNECTED' } as const;

test.each([
  ['published', 'ours'],
  ['ours', 'published'],
  ['ours', 'ours'],
] as const)('%s is kicked by %s, which stays', async (older, newer) => {
  const server = await stage.server();
  const [first, second] = await Promise.all([stage.pageUser(older, server), stage.pageUser(newer, server)]);
  const friend = stage.nodeUser('ours', server);
  await friend.login('friend');
  await first.login('kim');
  await first.join('room');
  await second.login('kim');

  const changes = await first.states.until((calls) => calls.some(([, reason]) => reason === 'REMOTE_LOGIN'));
  expect(changes.at(-1)?.slice(0, 2)).toEqual([KICKED[older], 'REMOTE_LOGIN']);

  // The new one talks, in both directions; the old one hears nothing.
  await second.join('room');
  expect(await second.members('room')).toEqual(['kim']);
  expect(await friend.sendToPeer('kim', 'who is there?')).toBe(true);
  expect(await second.sendToPeer('friend', 'the new one')).toBe(true);
  expect(texts(await second.peerMessages.atLeast(1))).toEqual(['who is there?']);
  expect(texts(await friend.peerMessages.atLeast(1))).toEqual(['the new one']);
  expect(first.peerMessages.calls).toEqual([]);
  expect(first.states.calls).toEqual(changes);
  expect(second.states.calls.map(([state]) => state)).toEqual(['CONNECTING', 'CONNECTED']);
});

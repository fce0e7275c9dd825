/** Fifty users of both SDKs talk in one channel at the same time. */
import { expect, test } from 'vitest';
import { texts, useStage } from './harness.js';

const stage = useStage();

const USERS_OF_EACH_SDK = 25;
const MESSAGES = 20;

test('everyone in a crowd hears every message of the others once, in the order of its sender', async () => {
  const server = await stage.server();
  const crowd = Array.from({ length: 2 * USERS_OF_EACH_SDK }, (_, i) => ({
    uid: `user-${i}`,
    user: stage.nodeUser(i % 2 === 0 ? 'ours' : 'published', server),
  }));
  await Promise.all(crowd.map(({ uid, user }) => user.login(uid)));
  await Promise.all(crowd.map(({ user }) => user.join('square')));

  await Promise.all(
    crowd.map(async ({ uid, user }) => {
      for (let i = 0; i < MESSAGES; i += 1) await user.sendToChannel('square', `${uid} ${i}`);
    }),
  );
  // One channel is one sequence: whatever comes twice, comes before this.
  const [first] = crowd;
  await first?.user.sendToChannel('square', 'the end');

  for (const { uid, user } of crowd) {
    const heard = user.channelMessages('square');
    if (user === first?.user) await heard.atLeast((crowd.length - 1) * MESSAGES);
    else await heard.until((calls) => calls.at(-1)?.[0].text === 'the end');
    for (const other of crowd) {
      const calls = heard.calls.filter(([{ text }, from]) => from === other.uid && text !== 'the end');
      const said = Array.from({ length: MESSAGES }, (_, i) => `${other.uid} ${i}`);
      expect(texts(calls), `${other.uid} to ${uid}`).toEqual(other.uid === uid ? [] : said);
    }
  }
});

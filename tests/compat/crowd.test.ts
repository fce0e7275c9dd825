/** Many users in one channel at once. */
import { CHROME, FIREFOX } from 'ar-rtm-testkit/published';
import { expect, test } from 'vitest';
import { channelMessages, texts, useStage } from './stage.js';

const stage = useStage();
const USERS = 50;
const MESSAGES = 20;

test("50 users send 20 messages each: everyone gets every other's exactly once, all in one order", async () => {
  await stage.start();
  const channels = await Promise.all(
    Array.from({ length: USERS }, async (_, i) => {
      const { client } = await stage.user(`u${i}`, i % 2 === 0 ? CHROME : FIREFOX);
      return client.createChannel('crowd');
    }),
  );
  const observer = await stage.raw('observer');
  await observer.request('JoinChannel', { ChanId: 'crowd' });
  const heard = channels.map((channel) => channelMessages(channel));
  await Promise.all(channels.map((channel) => channel.join()));
  await Promise.all(
    channels.map(async (channel, i) => {
      for (let n = 0; n < MESSAGES; n++) await channel.sendMessage({ text: `u${i}:${n}` });
    }),
  );
  const expected = (USERS - 1) * MESSAGES;
  await Promise.all(heard.map((calls) => calls.atLeast(expected)));
  // Behind everything that may still come.
  await Promise.all(channels.map((channel) => channel.getMembers()));
  await observer.frames.until(() => observer.all('RecvMsgFromChan').length >= USERS * MESSAGES);
  const order = observer.all('RecvMsgFromChan').map(({ MsgBody }) => MsgBody as string);
  expect(order).toHaveLength(USERS * MESSAGES);
  const ids = observer.all('RecvMsgFromChan').map(({ MsgId }) => MsgId as number);
  expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
  heard.forEach(({ calls }, i) => {
    expect(calls).toHaveLength(expected);
    for (const [message, from] of calls) expect(message.text.startsWith(`${from}:`)).toBe(true);
    expect(texts(calls)).toEqual(order.filter((text) => !text.startsWith(`u${i}:`)));
  });
  for (let i = 0; i < USERS; i++) {
    const own = order.filter((text) => text.startsWith(`u${i}:`));
    expect(own).toEqual(Array.from({ length: MESSAGES }, (_, n) => `u${i}:${n}`));
  }
});

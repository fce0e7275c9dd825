/** Attributes of users and channels, with the built SDK in a page and in Node. */
import { expect, test } from 'vitest';
import { useStage } from '../harness.js';

const stage = useStage();

test('attributes of a user and of a channel are the same on both sides, and the members are told', async () => {
  const server = await stage.server();
  const amy = await stage.pageUser('ours', server);
  const ned = stage.nodeUser('ours', server);
  await amy.login('amy');
  await ned.login('ned');
  await amy.join('room');
  await ned.join('room');

  await amy.setAttributes({ mood: 'gut gelaunt 😀' });
  expect(await ned.attributesOf('amy')).toEqual({ mood: 'gut gelaunt 😀' });
  await ned.setAttributes({ colour: 'blue' });
  expect(await amy.attributesOf('ned')).toEqual({ colour: 'blue' });

  await ned.setChannelAttributes('room', { topic: '天气' });
  const [[told] = []] = await amy.attributeUpdates('room').atLeast(1);
  expect(told?.topic?.value).toBe('天气');
  await amy.setChannelAttributes('room', { topic: 'rain' });
  expect((await ned.attributeUpdates('room').until((calls) => calls.at(-1)?.[0].topic?.value === 'rain')).length).toBe(
    2,
  );
  expect(await amy.channelAttributes('room')).toEqual({ topic: 'rain' });
});

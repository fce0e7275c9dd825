/** Channels, with both SDKs. */
import { expect } from 'vitest';
import { codeOf, differs, hear, oursOnly, scenario } from './scene.js';

type Heard = [message: { text?: string }, from: string, properties: Record<string, unknown>];

scenario([29, 30, 31, 32, 33, 37], 'join and leave, as the others see them, and who is there', async (scene) => {
  const [ann, ben] = [await scene.login('ann'), await scene.login('ben')];
  const [hers, his] = [ann.createChannel('room'), ben.createChannel('room')];
  expect([hers.channelId, his.channelId]).toEqual(['room', 'room']);
  const [joined, left] = [hear<[string]>(hers, 'MemberJoined'), hear<[string]>(hers, 'MemberLeft')];
  await hers.join();
  await his.join();
  expect(await joined.atLeast(1)).toEqual([['ben']]);
  expect([...(await his.getMembers())].sort()).toEqual(['ann', 'ben']);
  await his.leave();
  expect(await left.atLeast(1)).toEqual([['ben']]);
  expect(await hers.getMembers()).toEqual(['ann']);
  await his.join();
  await joined.atLeast(2);
  await ben.logout();
  expect(await left.atLeast(2)).toEqual([['ben'], ['ben']]);
});

scenario([34], 'the count is told behind a join, and when it changes', async (scene) => {
  const [ann, ben] = [await scene.login('ann'), await scene.login('ben')];
  const channel = ann.createChannel('room');
  const counts = hear<[number]>(channel, 'MemberCountUpdated');
  await channel.join();
  expect(await counts.atLeast(1)).toEqual([[1]]);
  await ben.createChannel('room').join();
  expect((await counts.atLeast(2)).at(-1)).toEqual([2]);
  await ben.logout();
  expect((await counts.atLeast(3)).at(-1)).toEqual([1]);
});

scenario([25], 'members are counted without joining; a channel that nobody knows has none', async (scene) => {
  const [ann, ben] = [await scene.login('ann'), await scene.login('ben')];
  await ben.createChannel('room').join();
  expect(await ann.getChannelMemberCount(['room', 'empty'])).toEqual({ room: 1, empty: 0 });
});

scenario([35, 36], 'a channel message reaches all others, in order, and not its author', async (scene) => {
  const users = [await scene.login('ann'), await scene.login('ben'), await scene.login('carol')];
  const channels = users.map((client) => client.createChannel('room'));
  const heard = channels.map((channel) => hear<Heard>(channel, 'ChannelMessage'));
  for (const channel of channels) await channel.join();
  const texts = Array.from({ length: 20 }, (_, number) => `message ${number}`);
  for (const text of texts) await channels[0]?.sendMessage({ text });
  for (const one of heard.slice(1)) {
    const calls = await one.atLeast(20);
    expect(calls.map(([{ text }]) => text)).toEqual(texts);
    expect(calls.map(([, from, { isOfflineMessage }]) => [from, isOfflineMessage])).toEqual(
      texts.map(() => ['ann', false]),
    );
  }
  expect(heard[0]?.calls).toEqual([]);
});

scenario(
  [35],
  'an empty or oversize message is refused with 4, one of a client that has not joined with 5',
  async (scene) => {
    const ann = await scene.login('ann');
    const channel = ann.createChannel('room');
    expect(await codeOf(channel.sendMessage({ text: 'a' }))).toBe(5);
    await channel.join();
    expect(await codeOf(channel.sendMessage({ text: 'a'.repeat(32_769) }))).toBe(4);
    expect(await codeOf(channel.sendMessage({ text: '' }))).toBe(4);
  },
);

scenario([29], 'a channel ID that breaks the rule is refused', async (scene) => {
  const ann = await scene.login('ann');
  for (const channelId of ['', 'ä', 'a'.repeat(65)]) {
    expect(() => ann.createChannel(channelId)).toThrow(expect.objectContaining({ code: 1 }));
  }
});

differs(
  'B31',
  [35],
  'no message at all in a channel',
  async (scene) => {
    const ann = await scene.login('ann');
    const channel = ann.createChannel('room');
    await channel.join();
    const result = await channel.sendMessage(null as never).catch((error: Error) => error);
    return (result as Error).name;
  },
  { ours: 'RtmInvalidArgumentError', published: 'TypeError' },
);

differs(
  'B36',
  [29],
  'a second object of a channel in use',
  async (scene) => {
    const ann = await scene.login('ann');
    const first = ann.createChannel('room');
    await first.join();
    ann.createChannel('room');
    return codeOf(first.sendMessage({ text: 'still there' }));
  },
  { ours: 'resolved', published: 5 },
);

scenario([30], 'joining twice is refused with 6', async (scene) => {
  const ann = await scene.login('ann');
  const channel = ann.createChannel('room');
  await channel.join();
  expect(await codeOf(channel.join())).toBe(6);
});

oursOnly([30], 'the 21st channel is refused with 5', async (scene) => {
  const ann = await scene.login('ann');
  for (let number = 0; number < 20; number++) await ann.createChannel(`room ${number}`).join();
  expect(await codeOf(ann.createChannel('one more').join())).toBe(5);
});

oursOnly([30, 31], 'leaving while joining: join rejects 210', async (scene) => {
  const ann = await scene.login('ann');
  const channel = ann.createChannel('room');
  const join = codeOf(channel.join());
  await channel.leave();
  expect(await join).toBe(210);
});

scenario([37], 'members of a channel that was not joined are refused with 5', async (scene) => {
  const ann = await scene.login('ann');
  expect(await codeOf(ann.createChannel('room').getMembers())).toBe(5);
});

scenario([25], 'more than 32 channels in one count are refused with 5', async (scene) => {
  const ann = await scene.login('ann');
  const names = Array.from({ length: 33 }, (_, number) => `room ${number}`);
  expect(await codeOf(ann.getChannelMemberCount(names))).toBe(5);
});

/** Attributes of users and of channels, with both SDKs. */
import { expect } from 'vitest';
import { codeOf, differs, hear, outcome, scenario } from './scene.js';

type Updated = [attributes: Record<string, { value: string; lastUpdateUserId: string; lastUpdateTs: number }>];

scenario([12, 13, 14, 15, 16, 17], "a user's attributes are set, merged, removed, cleared and read", async (scene) => {
  const [ann, ben] = [await scene.login('ann'), await scene.login('ben')];
  await ann.setLocalUserAttributes({ age: '30', town: 'Bern' });
  await ann.addOrUpdateLocalUserAttributes({ town: 'Basel', team: 'red' });
  expect(await ben.getUserAttributes('ann')).toEqual({ age: '30', town: 'Basel', team: 'red' });
  expect(await ben.getUserAttributesByKeys('ann', ['town', 'shoe'])).toEqual({ town: 'Basel' });
  await ann.deleteLocalUserAttributesByKeys(['age', 'shoe']);
  expect(await ben.getUserAttributes('ann')).toEqual({ town: 'Basel', team: 'red' });
  await ann.setLocalUserAttributes({ age: '31' });
  expect(await ben.getUserAttributes('ann')).toEqual({ age: '31' });
  await ann.clearLocalUserAttributes();
  expect(await outcome(() => ben.getUserAttributesByKeys('ann', ['age']))).toBe('resolved');
});

scenario([12, 13, 14, 16, 17], 'names of objects are names like any other', async (scene) => {
  const [ann, ben] = [await scene.login('ann'), await scene.login('ben')];
  await ann.setLocalUserAttributes({ constructor: 'a', toString: 'b' } as never);
  expect(Object.entries(await ben.getUserAttributes('ann')).sort()).toEqual([
    ['constructor', 'a'],
    ['toString', 'b'],
  ]);
});

scenario(
  [18, 19, 20, 21, 22, 23],
  "a channel's attributes, with author and time, by a user who is no member",
  async (scene) => {
    const [ann, ben] = [await scene.login('ann'), await scene.login('ben')];
    await ann.setChannelAttributes('room', { topic: 'chess', level: '1' });
    await ben.addOrUpdateChannelAttributes('room', { level: '2' });
    const all = await ann.getChannelAttributes('room');
    expect(all).toMatchObject({
      topic: { value: 'chess', lastUpdateUserId: 'ann' },
      level: { value: '2', lastUpdateUserId: 'ben' },
    });
    expect(Math.abs((all.topic?.lastUpdateTs ?? 0) - Date.now())).toBeLessThan(60_000);
    expect(Object.keys(await ann.getChannelAttributesByKeys('room', ['level', 'none']))).toEqual(['level']);
    await ann.deleteChannelAttributesByKeys('room', ['level']);
    expect(Object.keys(await ann.getChannelAttributes('room'))).toEqual(['topic']);
    await ann.clearChannelAttributes('room');
    expect(await ann.getChannelAttributes('room')).toEqual({});
    expect(await ann.getChannelAttributes('never seen')).toEqual({});
  },
);

scenario([24], 'members hear the whole set when a change asks for it, the author too', async (scene) => {
  const [ann, ben] = [await scene.login('ann'), await scene.login('ben')];
  const channels = [ann, ben].map((client) => client.createChannel('room'));
  const updates = channels.map((channel) => hear<Updated>(channel, 'AttributesUpdated'));
  for (const channel of channels) await channel.join();
  await ann.setChannelAttributes('room', { a: '1' });
  await ann.addOrUpdateChannelAttributes('room', { b: '2' }, { enableNotificationToChannelMembers: true });
  for (const update of updates) {
    const [[attributes] = []] = await update.atLeast(1);
    expect(Object.entries(attributes ?? {}).map(([key, { value }]) => [key, value])).toEqual([
      ['a', '1'],
      ['b', '2'],
    ]);
  }
  await ben.clearChannelAttributes('room', { enableNotificationToChannelMembers: true });
  for (const update of updates) expect((await update.atLeast(2)).at(-1)).toEqual([{}]);
});

scenario([12, 18], 'too much is refused with 4 by the server, too', async (scene) => {
  const ann = await scene.login('ann');
  const large = Object.fromEntries(Array.from({ length: 33 }, (_, number) => [`key ${number}`, 'value']));
  expect(await codeOf(ann.setLocalUserAttributes(large))).toBe(4);
  expect(await codeOf(ann.setChannelAttributes('room', large))).toBe(4);
});

differs(
  'B42',
  [16],
  'attributes of a user who has none',
  async (scene) => {
    const [ann] = [await scene.login('ann'), await scene.login('ben')];
    return [await outcome(() => ann.getUserAttributes('ben')), await outcome(() => ann.getUserAttributes('nobody'))];
  },
  { ours: ['resolved', 6], published: ['resolved', 'resolved'] },
);

scenario([12], 'a value that is no text is refused with 3', async (scene) => {
  const ann = await scene.login('ann');
  expect(await codeOf(ann.setLocalUserAttributes({ age: 30 } as never))).toBe(3);
});

differs(
  'B45',
  [22],
  'a channel ID that breaks the rule',
  async (scene) => {
    const ann = await scene.login('ann');
    return outcome(() => ann.getChannelAttributes('ä'));
  },
  { ours: 3, published: 1 },
);

/** Member counts and the reports of who joined and left, below and above the threshold. */
import { FIREFOX } from 'ar-rtm-testkit/published';
import type { RawClient } from 'ar-rtm-testkit/raw-client';
import { record } from 'ar-rtm-testkit/recorder';
import { expect, test } from 'vitest';
import { useStage } from './stage.js';

const stage = useStage();

/** Members reported one by one up to 4 members, as with 512. */
function start(counts: { smallMs: number; largeMs: number }) {
  return stage.start({
    settings: { memberCounts: { threshold: 4, ...counts }, membersListed: 4 },
    engineLimits: { membersReported: 4 },
  });
}

async function join(uid: string): Promise<RawClient> {
  const client = await stage.raw(uid);
  expect(await client.request('JoinChannel', { ChanId: 'room' })).toMatchObject({ Code: 0 });
  return client;
}

test('the joiner gets the count behind the reply, also the first one', async () => {
  await start({ smallMs: 50, largeMs: 100 });
  const eve = await join('eve');
  expect((await eve.next('MemSizeChanged')).MemSize).toBe(1);
  const ann = await join('ann');
  expect((await ann.next('MemSizeChanged')).MemSize).toBe(2);
  expect((await eve.next('MemSizeChanged')).MemSize).toBe(2);
  for (const client of [eve, ann]) {
    const cmds = client.frames.calls.map(([cmd]) => cmd);
    expect(cmds.indexOf('JoinChannel')).toBeLessThan(cmds.indexOf('MemSizeChanged'));
  }
});

test('up to the threshold joins and departures are reported, above it only the count', async () => {
  await start({ smallMs: 20, largeMs: 40 });
  const alice = await stage.user('alice', FIREFOX);
  const channel = alice.client.createChannel('room');
  const joined = record<[string]>(channel, 'MemberJoined');
  const left = record<[string]>(channel, 'MemberLeft');
  const counts = record<[number]>(channel, 'MemberCountUpdated');
  await channel.join();
  const others: RawClient[] = [];
  for (const uid of ['b', 'c', 'd', 'e', 'f']) others.push(await join(uid));
  await counts.until((calls) => calls.at(-1)?.[0] === 6);
  expect(joined.calls).toEqual([['b'], ['c'], ['d']]);
  // 6 -> 5 -> 4 members: the departures are not reported, from then on they are.
  for (const client of others.slice(0, 2)) await client.logout();
  await counts.until((calls) => calls.at(-1)?.[0] === 4);
  for (const client of others.slice(2, 4)) await client.logout();
  await counts.until((calls) => calls.at(-1)?.[0] === 2);
  expect(left.calls.map(([uid]) => uid)).toEqual(expect.arrayContaining(['d', 'e']));
  expect(left.calls.map(([uid]) => uid)).not.toContain('b');
  await join('g');
  await joined.until((calls) => calls.at(-1)?.[0] === 'g');
});

test('a list is cut at the threshold and holds the one who asks', async () => {
  await start({ smallMs: 20, largeMs: 40 });
  const members: RawClient[] = [];
  for (const uid of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) members.push(await join(uid));
  const last = members.at(-1) as RawClient;
  const answer = await last.request('GetChanMembers', { ChanId: 'room', MsgId: 1 });
  expect(answer.Code).toBe(0);
  expect(answer.Members).toHaveLength(4);
  expect(answer.Members).toContain('g');
});

test('the count comes at most once per interval, the first change at once, the last value always', async () => {
  await start({ smallMs: 400, largeMs: 800 });
  const eve = await join('eve');
  const at: { ms: number; count: unknown }[] = [];
  const counts = record<[number]>(
    {
      on: (_event, listener) =>
        eve.socket.on('message', (data) => {
          const frame = JSON.parse(String(data)) as { Cmd: string; Content: string };
          if (frame.Cmd !== 'MemSizeChanged') return;
          const { MemSize } = JSON.parse(frame.Content) as { MemSize: number };
          at.push({ ms: performance.now(), count: MemSize });
          (listener as (count: number) => void)(MemSize);
        }),
    },
    'count',
  );
  const others = await Promise.all(['a', 'b', 'c'].map((uid) => join(uid)));
  await counts.until((calls) => calls.at(-1)?.[0] === 4);
  expect(at.length).toBeLessThanOrEqual(3);
  for (let i = 1; i < at.length; i++)
    expect((at[i] as { ms: number }).ms - (at[i - 1] as { ms: number }).ms).toBeGreaterThan(380);
  at.length = 0;
  const more = await Promise.all(['d', 'e', 'f', 'g'].map((uid) => join(uid)));
  await counts.until((calls) => calls.at(-1)?.[0] === 8);
  for (let i = 1; i < at.length; i++)
    expect((at[i] as { ms: number }).ms - (at[i - 1] as { ms: number }).ms).toBeGreaterThan(780);
  at.length = 0;
  await Promise.all([...others, ...more].map((client) => client.logout()));
  await counts.until((calls) => calls.at(-1)?.[0] === 1);
  expect(at.length).toBeLessThanOrEqual(3);
});

test('a member that comes and goes within one interval', async () => {
  await start({ smallMs: 200, largeMs: 200 });
  const eve = await join('eve');
  await eve.next('MemSizeChanged');
  for (let i = 0; i < 3; i++) await (await join('ann')).logout();
  const bob = await join('bob');
  await eve.frames.until(() => eve.all('MemSizeChanged').at(-1)?.MemSize === 2);
  await bob.frames.until(() => bob.all('MemSizeChanged').at(-1)?.MemSize === 2);
  expect(eve.all('ChanMemberJoin').map(({ UserId }) => UserId)).toEqual(['ann', 'ann', 'ann', 'bob']);
  expect(eve.all('ChanMemberLeave').map(({ UserId }) => UserId)).toEqual(['ann', 'ann', 'ann']);
});

test('the same with 80 members above a threshold of 64', async () => {
  await stage.start({
    settings: { memberCounts: { threshold: 64, smallMs: 50, largeMs: 100 }, membersListed: 64 },
    engineLimits: { membersReported: 64 },
  });
  const eve = await join('eve');
  const clients = await Promise.all(Array.from({ length: 80 }, (_, i) => join(`u${i}`)));
  await eve.frames.until(() => eve.all('MemSizeChanged').at(-1)?.MemSize === 81);
  expect(eve.all('ChanMemberJoin')).toHaveLength(63);
  eve.send('SendChannelMsg', { ChanId: 'room', MsgId: 1, MsgType: 1, MsgBody: 'to all' });
  for (const client of clients) expect((await client.next('RecvMsgFromChan')).MsgBody).toBe('to all');
  await Promise.all(clients.map((client) => client.logout()));
  await eve.frames.until(() => eve.all('MemSizeChanged').at(-1)?.MemSize === 1);
  expect(eve.all('ChanMemberLeave')).toHaveLength(63);
});

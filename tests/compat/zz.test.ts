import { expect, test } from 'vitest';
import { APP, eventually, useStage } from './stage.js';
const stage = useStage();
test('replies of authors that are cut', async () => {
  await stage.start({ settings: { messages: { perSecond: 10_000, burst: 10_000 } } });
  const bob = await stage.raw('bob');
  await bob.request('JoinChannel', { ChanId: 'room' });
  let n = 0;
  const timer = setInterval(() => {
    for (let i = 0; i < 20; i++) bob.send('SendChannelMsg', { ChanId: 'room', MsgId: n++, MsgType: 1, MsgBody: 'x'.repeat(2000) });
  }, 1);
  let eve = await stage.raw('eve');
  await eve.request('JoinChannel', { ChanId: 'room' });
  for (let r = 0; r < 60; r++) {
    eve.terminate();
    const c = await stage.raw('eve', { userSId: eve.userSId });
    eve = c;
    c.send('JoinChannel', { ChanId: 'room' });
    for (let i = 0; i < 5; i++) c.send('SendChannelMsg', { ChanId: 'room', MsgId: i, MsgType: 1, MsgBody: 'x' });
    await c.frames.until(() => c.frames.calls.length > 2 + r % 8);
  }
  clearInterval(timer);
  await bob.settled();
  console.log(stage.server.census());
  await eventually(() => stage.server.census()['replies'] === 0, 'no replies wait');
});
test('reading paused for long', async () => {
  await stage.start({ settings: { offlineMs: 800, publishedPingMs: 100, messages: { perSecond: 100, burst: 1 } } });
  const bob = await stage.raw('bob');
  await bob.request('JoinChannel', { ChanId: 'room' });
  const eve = await stage.raw('eve');
  await eve.request('JoinChannel', { ChanId: 'room' });
  for (let i = 0; i < 600; i++) eve.send('SendChannelMsg', { ChanId: 'room', MsgId: i, MsgType: 1, MsgBody: 'x' });
  await bob.frames.until(() => bob.all('RecvMsgFromChan').length === 600);
  expect(bob.all('ChanMemberLeave')).toEqual([]);
  expect(stage.server.count('sessions_expired')).toBe(0);
});

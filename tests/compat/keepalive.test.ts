/** Keepalive of both variants, as published clients need it. */
import { CHROME, FIREFOX } from 'ar-rtm-testkit/published';
import { expect, test } from 'vitest';
import { states, useStage } from './stage.js';

const stage = useStage();

test('ReqKeepAlive comes at its interval to those who announced it, pings to all, KeepAlive is answered', async () => {
  await stage.start({ settings: { publishedKeepAliveMs: 600, publishedPingMs: 200 } });
  const driven = await stage.raw('driven', { svrKeepAlive: true });
  const driving = await stage.raw('driving');
  const times: number[] = [];
  driven.socket.on('message', (data) => {
    if (String(data).includes('ReqKeepAlive')) times.push(performance.now());
  });
  for (let i = 1; i <= 5; i++) {
    expect(await driving.request('KeepAlive', { time: String(Date.now()) })).toEqual({});
    await driven.frames.until(() => driven.all('ReqKeepAlive').length >= i);
  }
  const between = ((times.at(-1) as number) - (times[0] as number)) / (times.length - 1);
  expect(between).toBeGreaterThan(550);
  expect(between).toBeLessThan(1200);
  expect(driving.all('ReqKeepAlive')).toEqual([]);
  expect(driven.all('ReqKeepAlive')[0]).toEqual({});
  expect(driving.pings.calls.length).toBeGreaterThanOrEqual(5);
  expect(driven.pings.calls.length).toBeGreaterThanOrEqual(2);
});

test('KeepAlive is answered exactly once each, also behind a flood and while it is being held back', async () => {
  await stage.start({ settings: { messages: { perSecond: 200, burst: 10 }, pauseMs: 100 } });
  const eve = await stage.raw('eve');
  await eve.request('JoinChannel', { ChanId: 'room' });
  for (let MsgId = 0; MsgId < 100; MsgId++) {
    eve.send('SendChannelMsg', { ChanId: 'room', MsgId, MsgType: 1, MsgBody: 'x' });
    if (MsgId % 10 === 0) eve.send('KeepAlive', { time: '1' });
  }
  await eve.frames.until(() => eve.all('KeepAlive').length >= 10 && eve.all('SendChannelMsg').length >= 100);
  await eve.settled();
  expect(eve.all('KeepAlive')).toHaveLength(10);
  expect(eve.all('SendChannelMsg').every(({ Code }) => Code === 0)).toBe(true);
});

test('both variants of the published client stay connected when nothing is said', async () => {
  await stage.start({ settings: { publishedKeepAliveMs: 200, publishedPingMs: 100, offlineMs: 600 } });
  const chrome = await stage.user('chrome', CHROME);
  const firefox = await stage.user('firefox', FIREFOX);
  const told = [states(chrome), states(firefox)];
  // Ten requests are more than three times the OFFLINE time.
  await chrome.frames.until(
    (frames) => frames.filter(([way, cmd]) => way === 'in' && cmd === 'ReqKeepAlive').length >= 10,
  );
  const answers = chrome.frames.calls.filter(([way, cmd]) => way === 'out' && cmd === 'KeepAlive');
  expect(answers.length).toBeGreaterThanOrEqual(9);
  expect(firefox.frames.calls.filter(([way, cmd]) => way === 'in' && cmd === 'KeepAlive')).toHaveLength(1);
  expect(told.map(({ calls }) => calls)).toEqual([[], []]);
  expect(await chrome.client.sendMessageToPeer({ text: 'x' }, 'firefox')).toEqual({ hasPeerReceived: true });
});

test('a KeepAlive before the Login and behind a refused one is tolerated (Q15)', async () => {
  await stage.start();
  const early = await stage.socket();
  early.send('KeepAlive', { time: '1' });
  expect((await early.login({ appId: 'f'.repeat(32), uid: 'eve', sessionId: 'made-up' })).Code).not.toBe(0);
  early.send('KeepAlive', { time: '2' });
  expect(await early.closed).toBe(1000);
  expect(stage.server.count('malformed_frames')).toBe(0);
});

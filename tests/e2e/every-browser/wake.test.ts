/**
 * Pages that browsers put to sleep: frozen, left and come back to, without network, hidden with slow timers. Awake again they
 * are back within 2 s, and have everything once.
 */
import { availableParallelism, loadavg } from 'node:os';
import { expect, type TestContext, test } from 'vitest';
import { chosen } from '../browsers/choose.js';
import type { Tab } from '../browsers/tab.js';
import { lasting, texts, useStage } from '../harness.js';
import type { TcpProxy } from '../tcp-proxy.js';
import { type User, userInPage } from '../user.js';

const stage = useStage();

/** More than the heartbeat, so that a page without network has seen a cut. */
const HEARTBEAT_MS = 5000;
/** The server calls it unreachable after 6 s of silence, and ends its session after 30. */
const UNREACHABLE_MS = 7000;
const SHORT_MS = 3000;
/** Where processes wait for cores, everything takes so many times as long. */
const backWithinMs = (): number => 2000 * Math.max(1, (loadavg()[0] ?? 0) / availableParallelism());

/** Firefox's pages cannot be frozen one by one. */
const atOnce = { concurrent: chosen() !== 'firefox' };

interface Scene {
  readonly page: Tab;
  readonly amy: User;
  readonly ned: User;
  readonly proxy: TcpProxy;
}

/** Amy, in a page behind a network that can fail, and Ned; both in a channel. */
async function scene({ onTestFinished }: TestContext): Promise<Scene> {
  const own = stage.apart(onTestFinished);
  const server = await own.server();
  const proxy = await own.proxy(server);
  const page = await own.sdkPage('ours', proxy);
  const amy = await userInPage(page);
  const ned = own.nodeUser('ours', server);
  await amy.login('amy');
  await ned.login('ned');
  await amy.join('room');
  await ned.join('room');
  await ned.sendToChannel('room', '0');
  await amy.channelMessages('room').atLeast(1);
  return { page, amy, ned, proxy };
}

/** Messages while the page sleeps for so long: in the channel, and to it alone. */
async function talk({ ned }: Scene, ms: number): Promise<() => Promise<unknown>> {
  const sent: Promise<unknown>[] = [];
  for (const text of ['1', '2', '3']) {
    sent.push(ned.sendToChannel('room', text), ned.sendToPeer('amy', text, { enableOfflineMessaging: true }));
    await lasting(ms / 4);
  }
  await lasting(ms / 4);
  return () => Promise.all(sent);
}

/** Nothing has reached the page, so that what follows is no wonder. */
function isAsleep({ amy }: Scene): void {
  expect(texts(amy.channelMessages('room').calls)).toEqual(['0']);
  expect(amy.peerMessages.calls).toEqual([]);
}

/** From the moment it wakes: all is there in time, once and in order; both directions go on, and nobody was seen to leave. */
async function isBack({ amy, ned }: Scene, wake: () => Promise<unknown>, sent: () => Promise<unknown>): Promise<void> {
  const woken = performance.now();
  await wake();
  await Promise.all([
    amy.channelMessages('room').until((calls) => texts(calls).includes('3')),
    amy.peerMessages.until((calls) => texts(calls).includes('3')),
    amy.sendToChannel('room', 'back'),
  ]);
  const late = performance.now() - woken;
  console.log(`back after ${late.toFixed(0)} of ${backWithinMs().toFixed(0)} ms`);
  expect(late).toBeLessThan(backWithinMs());
  await sent();
  await ned.sendToChannel('room', 'end');
  await ned.sendToPeer('amy', 'end');
  const room = await amy.channelMessages('room').until((calls) => texts(calls).includes('end'));
  expect(texts(room)).toEqual(['0', '1', '2', '3', 'end']);
  expect(texts(await amy.peerMessages.until((calls) => texts(calls).includes('end')))).toEqual(['1', '2', '3', 'end']);
  expect(texts(ned.channelMessages('room').calls)).toEqual(['back']);
  expect(ned.memberEvents('room', 'MemberLeft').calls).toEqual([]);
  for (const [state, , details] of amy.states.calls.slice(2)) {
    if (state === 'CONNECTED') expect(details).toEqual({ recovered: true });
    else expect(state).toBe('RECONNECTING');
  }
}

test('a page that was frozen', atOnce, async (context) => {
  const all = await scene(context);
  const resume = await all.page.freeze();
  const sent = await talk(all, SHORT_MS);
  isAsleep(all);
  await isBack(all, resume, sent);
});

test('a page that was frozen while its connections died', atOnce, async (context) => {
  const all = await scene(context);
  const resume = await all.page.freeze();
  all.proxy.silence();
  const sent = await talk(all, UNREACHABLE_MS);
  all.proxy.cut();
  all.proxy.restore();
  isAsleep(all);
  await isBack(all, resume, sent);
});

test('a page that was left for another one, and come back to', atOnce, async (context) => {
  const all = await scene(context);
  const { page, amy, proxy } = all;
  await page.evaluate(() => {
    addEventListener('pageshow', ({ persisted }) => Object.assign(window, { e2eKept: persisted }));
  }, undefined);
  await page.goto(`http://127.0.0.1:${proxy.port}/healthz`);
  const sent = await talk(all, SHORT_MS);
  isAsleep(all);
  const returned = page.back();
  await returned;
  const isKept = await page.evaluate(() => (window as { e2eKept?: boolean }).e2eKept === true, undefined);
  console.log(isKept ? 'the page was kept' : 'the page was not kept');
  if (chosen() === 'chromium') expect(isKept).toBe(true);
  if (isKept) {
    await isBack(all, () => returned, sent);
    return;
  }
  // A new page, whose user comes back by a login of its own.
  const again = await userInPage(page);
  await again.login('amy');
  await again.join('room');
  await sent();
  expect(texts(await again.peerMessages.atLeast(3))).toEqual(['1', '2', '3']);
  expect(amy.peerMessages.calls).toEqual([]);
});

test('a page without network', atOnce, async (context) => {
  const all = await scene(context);
  const online = await stage.disconnect(all.page, all.proxy);
  const sent = await talk(all, HEARTBEAT_MS);
  isAsleep(all);
  await isBack(all, online, sent);
});

test('a hidden page with slow timers: connected, and back from a cut when it is shown', atOnce, async (context) => {
  const all = await scene(context);
  const { page, amy, ned, proxy } = all;
  const show = await stage.hide(page);
  const sent = await talk(all, HEARTBEAT_MS);
  await sent();
  expect(texts(amy.peerMessages.calls)).toEqual(['1', '2', '3']);
  expect(amy.states.calls.slice(2)).toEqual([]);
  proxy.cut();
  const meanwhile = ned.sendToChannel('room', '4');
  await lasting(SHORT_MS);
  proxy.restore();
  const shown = performance.now();
  await show();
  expect(texts(await amy.channelMessages('room').atLeast(5))).toEqual(['0', '1', '2', '3', '4']);
  expect(performance.now() - shown).toBeLessThan(backWithinMs());
  await meanwhile;
  expect(texts(amy.peerMessages.calls)).toEqual(['1', '2', '3']);
});

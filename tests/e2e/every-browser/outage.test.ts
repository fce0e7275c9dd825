/** Servers that restart and networks that fail, seen by clients in a browser. */
import { expect, test } from 'vitest';
import { lasting, texts, useStage } from '../harness.js';
import { type User, userInPage } from '../user.js';

const stage = useStage();

const OUTAGE_MS = 2000;

/** The published client refuses sends (5) from its reconnect until it has joined again, and says nothing of that moment. */
async function sendBack(user: User): Promise<void> {
  for (;;) {
    try {
      return await user.sendToChannel('room', 'back');
    } catch (error) {
      if (!/Error Code 5 /.test(String(error))) throw error;
    }
  }
}

test('a page survives a graceful restart of the server: joined, members intact', async () => {
  const dataDir = await stage.tempDir();
  const server = await stage.server({ dataDir });
  const amy = await stage.pageUser('ours', server);
  const ned = stage.nodeUser('ours', server);
  await amy.login('amy');
  await ned.login('ned');
  await amy.join('room');
  await ned.join('room');
  await ned.sendToChannel('room', 'before');
  await amy.channelMessages('room').atLeast(1);

  expect(await server.stop()).toBe(0);
  await stage.server({ dataDir, port: server.port });

  // Calls wait until the session is restored.
  expect(await amy.members('room')).toEqual(['amy', 'ned']);
  await ned.sendToChannel('room', 'after');
  expect(await ned.sendToPeer('amy', 'hello again')).toBe(true);
  expect(texts(await amy.channelMessages('room').atLeast(2))).toEqual(['before', 'after']);
  expect(texts(await amy.peerMessages.atLeast(1))).toEqual(['hello again']);
  expect(ned.memberEvents('room', 'MemberLeft').calls).toEqual([]);
  expect(amy.memberEvents('room', 'MemberLeft').calls).toEqual([]);
  // A restart within 4 s that lost nothing is invisible; otherwise the page is told what became of it.
  const [login, success, interrupted, restored, ...rest] = amy.states.calls;
  expect([login?.[0], success?.[0]]).toEqual(['CONNECTING', 'CONNECTED']);
  if (interrupted) {
    expect(interrupted).toEqual(['RECONNECTING', 'INTERRUPTED']);
    expect(restored).toEqual(['CONNECTED', 'LOGIN_SUCCESS', { recovered: true }]);
  }
  expect(rest).toEqual([]);
});

test.each([
  ['ours', 'cut'],
  ['ours', 'silence'],
  ['published', 'cut'],
  ['published', 'silence'],
] as const)('%s in a browser comes back after 2 s of %s', async (kind, outage) => {
  const server = await stage.server();
  const proxy = await stage.proxy(server);
  const amy = await stage.pageUser(kind, proxy);
  const ned = stage.nodeUser('ours', server);
  await amy.login('amy');
  await ned.login('ned');
  await amy.join('room');
  await ned.join('room');

  proxy[outage]();
  const meanwhile = [ned.sendToPeer('amy', 'meanwhile'), ned.sendToChannel('room', 'meanwhile')];
  await lasting(OUTAGE_MS);
  proxy.restore();

  expect(texts(await amy.peerMessages.atLeast(1))).toEqual(['meanwhile']);
  await Promise.all(meanwhile);
  await sendBack(amy);
  expect(texts(await ned.channelMessages('room').atLeast(1))).toEqual(['back']);
  await ned.sendToChannel('room', 'welcome');
  const heard = await amy.channelMessages('room').until((calls) => texts(calls).includes('welcome'));
  if (kind === 'ours') {
    // Everything arrives, and the cut is invisible.
    expect(amy.states.calls.slice(2)).toEqual([]);
    expect(texts(heard)).toEqual(['meanwhile', 'welcome']);
  } else if (outage === 'silence') {
    expect(texts(heard)).toEqual(['meanwhile', 'welcome']);
  }
  expect(await amy.members('room')).toEqual(['amy', 'ned']);
});

// For ours: wake.test.ts.
test('published comes back after the browser was offline for 2 s', async () => {
  const server = await stage.server();
  const proxy = await stage.proxy(server);
  const page = await stage.sdkPage('published', proxy);
  const amy = await userInPage(page, proxy);
  const ned = stage.nodeUser('ours', server);
  await amy.login('amy');
  await ned.login('ned');
  await amy.join('room');
  await ned.join('room');

  const online = await stage.disconnect(page, proxy);
  const meanwhile = ned.sendToPeer('amy', 'meanwhile');
  await lasting(OUTAGE_MS);
  await online();

  expect(texts(await amy.peerMessages.atLeast(1))).toEqual(['meanwhile']);
  await meanwhile;
  await sendBack(amy);
  expect(texts(await ned.channelMessages('room').atLeast(1))).toEqual(['back']);
  expect(ned.memberEvents('room', 'MemberLeft').calls).toEqual([]);
});

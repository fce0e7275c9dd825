/** The built SDK in Node, as `import 'ar-rtm-sdk'` finds it there, against the server process. */
import { expect, test } from 'vitest';
import { ArRTM, ENTRY } from './built-sdk.js';
import { texts, useStage } from './harness.js';

const stage = useStage();

test('the SDK under test is the built one', () => {
  expect(ENTRY).toMatch(/\/packages\/sdk\/dist\/node\.mjs$/);
  expect(ArRTM.VERSION).toMatch(/^\d+\.\d+\.\d+$/);
});

test('users log in, talk to each other and in channels, and log out', async () => {
  const server = await stage.server();
  const [ann, ben] = [stage.nodeUser('ours', server), stage.nodeUser('ours', server)];
  await ann.login('ann');
  await ben.login('ben');
  expect(await ann.sendToPeer('ben', 'hello')).toBe(true);
  expect(await ann.sendToPeer('nobody', 'hello')).toBe(false);
  const [[message, from, properties] = []] = await ben.peerMessages.atLeast(1);
  expect([message?.text, from, properties?.isOfflineMessage]).toEqual(['hello', 'ann', false]);

  await ann.join('room');
  await ben.join('room');
  expect(await ann.memberEvents('room', 'MemberJoined').atLeast(1)).toEqual([['ben']]);
  await ben.sendToChannel('room', 'to all');
  expect(texts(await ann.channelMessages('room').atLeast(1))).toEqual(['to all']);
  await ben.logout();
  expect(await ann.memberEvents('room', 'MemberLeft').atLeast(1)).toEqual([['ben']]);
  expect(ben.states.calls.map(([state, reason]) => `${state} ${reason}`)).toEqual([
    'CONNECTING LOGIN',
    'CONNECTED LOGIN_SUCCESS',
    'DISCONNECTED LOGOUT',
  ]);
});

test('an offline message is delivered after the login of its receiver', async () => {
  const server = await stage.server();
  const [ann, ben] = [stage.nodeUser('ours', server), stage.nodeUser('ours', server)];
  await ann.login('ann');
  expect(await ann.sendToPeer('ben', 'lost')).toBe(false);
  expect(await ann.sendToPeer('ben', 'kept', { enableOfflineMessaging: true })).toBe(false);
  await ben.login('ben');
  expect(await ann.sendToPeer('ben', 'live')).toBe(true);
  const calls = await ben.peerMessages.atLeast(2);
  expect(calls.map(([{ text }, from, { isOfflineMessage }]) => [text, from, isOfflineMessage])).toEqual([
    ['kept', 'ann', true],
    ['live', 'ann', false],
  ]);
});

test('an answered offline message survives kill -9 of the server', async () => {
  const dataDir = await stage.tempDir();
  const server = await stage.server({ dataDir });
  const ann = stage.nodeUser('ours', server);
  await ann.login('ann');
  await ann.sendToPeer('ben', 'kept', { enableOfflineMessaging: true });
  await server.kill();

  const restarted = await stage.server({ dataDir, port: server.port });
  const ben = stage.nodeUser('ours', restarted);
  await ben.login('ben');
  const [[message, from, properties] = []] = await ben.peerMessages.atLeast(1);
  expect([message?.text, from, properties?.isOfflineMessage]).toEqual(['kept', 'ann', true]);
});

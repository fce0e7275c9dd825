/** Applications in the style of the documentation of both SDKs compile (npm run typecheck), and run. */
import { startTestServer, type TestServer } from 'ar-rtm-server/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RtmSample } from './samples/agora-1.4.js';
import { call } from './samples/anyrtc-call.js';
import { chat } from './samples/anyrtc-chat.js';

let server: TestServer;
const lines: string[] = [];
const log = (line: string): void => {
  lines.push(line);
};

beforeEach(async () => {
  lines.length = 0;
  server = await startTestServer();
});

afterEach(async () => {
  await server.stop();
});

async function logged(line: string): Promise<void> {
  const giveUp = performance.now() + 8000;
  while (!lines.includes(line)) {
    if (performance.now() > giveUp) throw new Error(`"${line}" was not logged: ${JSON.stringify(lines)}`);
    await new Promise((resume) => setTimeout(resume, 10));
  }
}

test('the chat of 1.0.15', async () => {
  await chat(server.address, log);
  expect(lines).toEqual([
    'on connection state changed to CONNECTING reason: LOGIN',
    'on connection state changed to CONNECTED reason: LOGIN_SUCCESS',
    'login success',
    'received',
    'friend: hello back',
    'joined: friend',
    'friend in the channel: hi all, offline: false',
    'members: demo,friend',
    'count: 2',
    'attributes: notice=be kind',
    'mood: good',
    'online: true',
    'friend is ONLINE',
    'left: friend',
    'on connection state changed to DISCONNECTED reason: LOGOUT',
  ]);
});

test('the call of 1.0.15', async () => {
  await call(server.address, log);
  expect([...lines].sort()).toEqual(
    [
      'caller calls: lunch?',
      'it rings',
      'answer: coming',
      'accepted',
      'in the call',
      'INVITATION_API_CALL_ERR_ALREADY_END',
    ].sort(),
  );
});

test('an application for Agora 1.4', async () => {
  const [ann, ben] = [new RtmSample(server.address, log), new RtmSample(server.address, () => undefined)];
  await ann.login('ann');
  await ben.login('ben');
  expect(ann.listeners()).toBe(2);
  await ann.join('room');
  await ben.join('room');
  expect(await ben.sendText('hello', 'ann')).toBe(true);
  await ben.sendRaw(Uint8Array.of(1, 2, 3), 'room');
  await logged('ben: 3 bytes, bytes');
  const mediaId = await ben.sendFile(new Blob(['content']), 'b.txt', 'ann');
  await logged('ben: file b.txt of 7');
  expect(await ann.fetch(mediaId)).toBe('content');
  await ben.sendImage(new Blob(['image']), new Blob(['small']), 'ann');
  await logged('ben: image of 320 x 200, thumbnail of 5');
  ann.invite('ben');
  await logged('refused');
  expect(ann.image('media')).toMatchObject({ mediaId: 'media', messageType: 'IMAGE', width: 0, fileName: '' });
  expect(ann.file('media')).toMatchObject({ mediaId: 'media', messageType: 'FILE', size: 0, fileName: 'a.txt' });
  expect(lines).toEqual(expect.arrayContaining(['connected: LOGIN_SUCCESS', 'ben: hello', 'room has 2']));
  await ben.logout();
  await ann.logout();
});

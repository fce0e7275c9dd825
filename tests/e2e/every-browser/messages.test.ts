/** Raw messages and history with the built SDK, in Node and in a page, against the server process. */
import { expect, test } from 'vitest';
import { ArRTM } from '../built-sdk.js';
import { useStage } from '../harness.js';
import { APP } from '../user.js';

const stage = useStage();
const ARCHIVED = { enableHistoricalMessaging: true };

async function loggedIn(uid: string, { port }: { readonly port: number }) {
  const confPriCloudAddr = { ServerAdd: '127.0.0.1', Port: port, Wss: false };
  const client = ArRTM.createInstance(APP, { confPriCloudAddr, logFilter: ArRTM.LOG_FILTER_OFF });
  await client.login({ uid });
  return client;
}

test('raw messages between Node and a page arrive with all their bytes, and are archived', async () => {
  const server = await stage.server();
  const ned = await loggedIn('ned', server);
  const every = Uint8Array.from({ length: 256 }, (_, i) => i);
  const page = await stage.sdkPage('ours', server);
  await page.evaluate(
    async ({ appId, port }) => {
      const confPriCloudAddr = { ServerAdd: '127.0.0.1', Port: port, Wss: false };
      const sdk = window.ArRTM as unknown as typeof ArRTM;
      const amy = sdk.createInstance(appId, { confPriCloudAddr, logFilter: 4 });
      // Back it goes, reversed, with all that was seen of it.
      amy.on('MessageFromPeer', (message, from) => {
        const { rawMessage, description, messageType } = message as {
          rawMessage: Uint8Array;
          description: string;
          messageType: string;
        };
        const back = { rawMessage: rawMessage.slice().reverse(), description: `${messageType} ${description}` };
        void amy.sendMessageToPeer(back, from, { enableHistoricalMessaging: true });
      });
      await amy.login({ uid: 'amy' });
    },
    { appId: APP, port: server.port },
  );
  const back = new Promise<unknown>((resolve) => ned.on('MessageFromPeer', (message) => resolve(message)));
  const sent = { rawMessage: every, description: 'äöü' };
  expect(await ned.sendMessageToPeer(sent, 'amy', ARCHIVED)).toEqual({ hasPeerReceived: true });
  expect(await back).toEqual({ rawMessage: every.slice().reverse(), description: 'RAW äöü', messageType: 'RAW' });
  const large = { rawMessage: new Uint8Array(32_768).fill(200) };
  expect(await ned.sendMessageToPeer(large, 'nobody', ARCHIVED)).toEqual({ hasPeerReceived: false });
  const { messages, nextOffset } = await ned.getPeerHistory('nobody');
  expect([messages.length, nextOffset, messages[0]?.senderId]).toEqual([1, undefined, 'ned']);
  expect(messages[0]?.message).toEqual({ ...large, description: '', messageType: 'RAW' });
  const archive = await ned.getPeerHistory('amy', { order: 'desc', limit: 1 });
  expect(archive.messages).toMatchObject([{ senderId: 'amy', message: { description: 'RAW äöü' } }]);
  expect(archive.nextOffset).toBe(archive.messages[0]?.offset);
  await ned.logout();
});

test('what was archived survives kill -9 of the server, each message once', async () => {
  const dataDir = await stage.tempDir();
  const server = await stage.server({ dataDir });
  const ann = await loggedIn('ann', server);
  const room = ann.createChannel('room');
  await room.join();
  const accepted: string[] = [];
  const sending = Array.from({ length: 40 }, async (_, i) => {
    const text = `${i}`;
    await (i % 2 ? room.sendMessage({ text }, ARCHIVED) : ann.sendMessageToPeer({ text }, 'ben', ARCHIVED));
    accepted.push(text);
    // In the middle of it.
    if (accepted.length === 20) await server.kill();
  });
  const settled = Promise.allSettled(sending);
  while (accepted.length < 20) await new Promise((resume) => setTimeout(resume, 5));
  const before = [...accepted];
  const restarted = await stage.server({ dataDir, port: server.port });
  await settled;
  const ben = await loggedIn('ben', restarted);
  const again = ben.createChannel('room');
  await again.join();
  const found = [...(await ben.getPeerHistory('ann')).messages, ...(await again.getHistory()).messages].map(
    ({ message }) => message.text as string,
  );
  expect(new Set(found).size).toBe(found.length);
  expect(found).toEqual(expect.arrayContaining(before));
  expect(found).toEqual(expect.arrayContaining(accepted));
  await Promise.all([ann.logout().catch(() => undefined), ben.logout()]);
});

/** Peer messages, with both SDKs. */
import type { RtmImageMessage, RtmRawMessage } from 'ar-rtm-sdk';
import { expect } from 'vitest';
import { codeOf, differs, hear, oursOnly, outcome, scenario } from './scene.js';

type Heard = [message: { text?: string; messageType?: string }, from: string, properties: Record<string, unknown>];

scenario([5, 6], 'a message arrives once, with sender and time, and the sender learns that it did', async (scene) => {
  const [ann, ben] = [await scene.login('ann'), await scene.login('ben')];
  const heard = hear<Heard>(ben, 'MessageFromPeer');
  const before = Date.now();
  expect(await ann.sendMessageToPeer({ text: 'hello' }, 'ben')).toEqual({ hasPeerReceived: true });
  const [[message, from, properties] = []] = await heard.atLeast(1);
  expect([message?.text, from, properties?.['isOfflineMessage']]).toEqual(['hello', 'ann', false]);
  expect(properties?.['serverReceivedTs']).toBeGreaterThanOrEqual(before - 1000);
  expect(properties?.['serverReceivedTs']).toBeLessThanOrEqual(Date.now() + 1000);
});

scenario([5, 6], 'messages of one sender arrive in the order of the calls', async (scene) => {
  const [ann, ben] = [await scene.login('ann'), await scene.login('ben')];
  const heard = hear<Heard>(ben, 'MessageFromPeer');
  const texts = Array.from({ length: 50 }, (_, number) => `message ${number}`);
  await Promise.all(texts.map((text) => ann.sendMessageToPeer({ text }, 'ben')));
  expect((await heard.atLeast(50)).map(([{ text }]) => text)).toEqual(texts);
});

scenario([5, 6], 'a message for nobody is stored on demand, and comes with the next login', async (scene) => {
  const ann = await scene.login('ann');
  expect(await ann.sendMessageToPeer({ text: 'lost' }, 'ben')).toEqual({ hasPeerReceived: false });
  const kept = await ann.sendMessageToPeer({ text: 'kept' }, 'ben', { enableOfflineMessaging: true });
  expect(kept).toEqual({ hasPeerReceived: false });
  const ben = await scene.client();
  const heard = hear<Heard>(ben, 'MessageFromPeer');
  await ben.login({ uid: 'ben' });
  const [[message, from, properties] = []] = await heard.atLeast(1);
  expect([message?.text, from, properties?.['isOfflineMessage']]).toEqual(['kept', 'ann', true]);
});

scenario([5], 'a message to oneself is delivered like any other', async (scene) => {
  const ann = await scene.login('ann');
  const heard = hear<Heard>(ann, 'MessageFromPeer');
  await ann.sendMessageToPeer({ text: 'note' }, 'ann');
  expect((await heard.atLeast(1)).map(([{ text }, from]) => [text, from])).toEqual([['note', 'ann']]);
});

scenario([5], 'a text of 32 KB is taken, hard characters are kept', async (scene) => {
  const [ann, ben] = [await scene.login('ann'), await scene.login('ben')];
  const heard = hear<Heard>(ben, 'MessageFromPeer');
  for (const text of ['a'.repeat(32_768), '\u0000"\\\u2028\ud83d\ude00']) {
    expect(await ann.sendMessageToPeer({ text }, 'ben')).toEqual({ hasPeerReceived: true });
    expect((await heard.atLeast(1)).at(-1)?.[0].text).toBe(text);
  }
});

scenario([5], 'bad arguments are refused: 6 the peer, 7 the message', async (scene) => {
  const ann = await scene.login('ann');
  expect(await codeOf(ann.sendMessageToPeer({ text: 'a' }, 'ä'))).toBe(6);
  expect(await codeOf(ann.sendMessageToPeer({ text: 'a'.repeat(32_769) }, 'ben'))).toBe(7);
  expect(await codeOf(ann.sendMessageToPeer({ text: '' }, 'ben'))).toBe(7);
});

scenario([5], 'not logged in: 102', async (scene) => {
  const client = await scene.client();
  expect(await codeOf(client.sendMessageToPeer({ text: 'a' }, 'ben'))).toBe(102);
});

scenario([5, 6], 'nothing of a refused message arrives', async (scene) => {
  const [ann, ben] = [await scene.login('ann'), await scene.login('ben')];
  const heard = hear<Heard>(ben, 'MessageFromPeer');
  expect(await codeOf(ann.sendMessageToPeer({ text: 'a'.repeat(32_769) }, 'ben'))).toBe(7);
  await ann.sendMessageToPeer({ text: 'behind' }, 'ben');
  expect((await heard.atLeast(1)).map(([{ text }]) => text)).toEqual(['behind']);
});

differs(
  'B28',
  [5],
  'no message at all',
  async (scene) => {
    const ann = await scene.login('ann');
    return outcome(() => ann.sendMessageToPeer(null as never, 'ben'));
  },
  { ours: 7, published: 'pending' },
);

differs(
  'B33',
  [6],
  'messageType of a received text',
  async (scene) => {
    const [ann, ben] = [await scene.login('ann'), await scene.login('ben')];
    const heard = hear<Heard>(ben, 'MessageFromPeer');
    await ann.sendMessageToPeer({ text: 'hello' }, 'ben');
    return (await heard.atLeast(1))[0]?.[0].messageType;
  },
  { ours: 'TEXT', published: undefined },
);

oursOnly([5, 6, 27], 'bytes travel as they are, with a description', async (scene) => {
  const [ann, ben] = [await scene.login('ann'), await scene.login('ben')];
  const heard = hear<[message: RtmRawMessage]>(ben, 'MessageFromPeer');
  const rawMessage = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  const message = ann.createMessage<RtmRawMessage>({ rawMessage, description: 'all of them' });
  expect(message.messageType).toBe('RAW');
  expect(await ann.sendMessageToPeer(message, 'ben')).toEqual({ hasPeerReceived: true });
  const [[got] = []] = await heard.atLeast(1);
  expect(got).toEqual({ rawMessage, description: 'all of them', messageType: 'RAW' });
});

oursOnly([27], 'messages are made from what is known of them', async (scene) => {
  const client = await scene.client();
  expect(client.createMessage({ text: 'hello' })).toEqual({ text: 'hello', messageType: 'TEXT' });
  expect(client.createMessage<RtmImageMessage>({ mediaId: 'id', messageType: 'IMAGE' })).toMatchObject({
    mediaId: 'id',
    messageType: 'IMAGE',
    width: 0,
    height: 0,
    size: 0,
    fileName: '',
    description: '',
  });
  expect(() => client.createMessage(null as never)).toThrow(expect.objectContaining({ code: 1 }));
});

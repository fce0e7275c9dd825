/** The examples that are pages, served as their README says, by what people see and do there. */
import type { Page } from 'playwright-core';
import { createServer, type ViteDevServer } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inRoot } from '../../scripts/lib/root.mjs';
import { complaintsOf } from '../e2e/console-tab.js';
import { useStage } from '../e2e/harness.js';
import { useServers } from './servers.js';

/** A microphone that beeps, allowed without a question; and calls within one machine that has no network. */
const stage = useStage([
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--allow-loopback-in-peer-connection',
]);
const startServer = useServers();
let vite: ViteDevServer;

beforeAll(async () => {
  process.env.ARRTM_SERVER = (await startServer()).url;
  vite = await createServer({ root: inRoot('examples'), logLevel: 'warn', server: { port: 0, host: '127.0.0.1' } });
  await vite.listen();
});

afterAll(async () => {
  delete process.env.ARRTM_SERVER;
  await vite?.close();
});

/** A window with a profile of its own. */
async function open(folder: string): Promise<{ page: Page; complaints: string[] }> {
  const page = await (await stage.context()).newPage();
  const complaints = complaintsOf(page);
  await page.goto(`${vite.resolvedUrls?.local[0]}${folder}/`);
  return { page, complaints };
}

const status = (page: Page, text: string | RegExp) => page.getByRole('status').filter({ hasText: text }).waitFor();
const lines = (page: Page) => page.getByRole('list', { name: 'Messages' }).getByRole('listitem').allTextContents();

test('one-to-one chat: messages, receipts, presence, and what was kept', async () => {
  const [ann, ben] = [await open('one-to-one-chat'), await open('one-to-one-chat')];
  const logIn = async ({ page }: typeof ann, uid: string, peer: string) => {
    await page.getByLabel('Your user ID').fill(uid);
    await page.getByLabel('User ID of the other').fill(peer);
    await page.getByRole('button', { name: 'Log in' }).click();
  };
  const say = async ({ page }: typeof ann, text: string) => {
    await page.getByRole('textbox', { name: 'Message' }).fill(text);
    await page.getByRole('button', { name: 'Send' }).click();
  };
  await logIn(ann, 'ann/', 'ben');
  await status(ann.page, /uid is not valid/);
  await logIn(ann, 'ann', 'ben');
  await ann.page.getByText('ben is OFFLINE').waitFor();
  await say(ann, 'are you there?');
  await ann.page.getByText('(kept)').waitFor();
  await logIn(ben, 'ben', 'ann');
  await ann.page.getByText('ben is ONLINE').waitFor();
  await say(ben, '<b>I am</b>');
  await ben.page.getByText('(received)').waitFor();
  expect(await lines(ben.page)).toEqual(['ann: are you there? (while you were away)', 'ben: <b>I am</b> (received)']);
  await expect.poll(() => lines(ann.page)).toEqual(['ann: are you there? (kept)', 'ben: <b>I am</b>']);
  expect([...ann.complaints, ...ben.complaints]).toEqual([]);
});

test('group chat: who comes later reads what was said before', async () => {
  const join = async (uid: string) => {
    const opened = await open('group-chat');
    await opened.page.getByLabel('Your user ID').fill(uid);
    await opened.page.getByRole('button', { name: 'Join' }).click();
    await status(opened.page, `${uid}: CONNECTED`);
    return opened;
  };
  const say = async ({ page }: Awaited<ReturnType<typeof join>>, text: string) => {
    await page.getByRole('textbox', { name: 'Message' }).fill(text);
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText(text).waitFor();
  };
  const ann = await join('ann');
  await say(ann, 'first');
  await say(ann, 'second');
  const ben = await join('ben');
  await ben.page.getByText('second').waitFor();
  await say(ben, 'third');
  const all = ['ann: first', 'ann: second', 'ben: third'];
  for (const { page } of [ann, ben]) await expect.poll(() => lines(page)).toEqual(all);
  await ann.page.getByText('Here: ann, ben').or(ann.page.getByText('Here: ben, ann')).waitFor();
  expect([...ann.complaints, ...ben.complaints]).toEqual([]);
});

test('voice call: ring, talk with sound in both directions, hang up; refuse; cancel', async () => {
  const [ann, ben] = [await open('voice-call'), await open('voice-call')];
  for (const [{ page }, uid] of [
    [ann, 'ann'],
    [ben, 'ben'],
  ] as const) {
    await page.getByLabel('Your user ID').fill(uid);
    await page.getByRole('button', { name: 'Log in' }).click();
    await status(page, 'Ready');
  }
  const call = async () => {
    await ann.page.getByLabel('User ID to call').fill('ben');
    await ann.page.getByRole('button', { name: 'Call' }).click();
    await status(ben.page, 'ann is calling');
  };
  await call();
  await status(ann.page, 'Ringing at ben');
  await ben.page.getByRole('button', { name: 'Accept' }).click();
  await status(ann.page, 'Talking with ben');
  await status(ben.page, 'Talking with ann');
  for (const { page } of [ann, ben]) await page.waitForFunction(hearsSomething);
  await ben.page.getByRole('button', { name: 'Hang up' }).click();
  await status(ann.page, 'ben has hung up');

  await call();
  await ben.page.getByRole('button', { name: 'Refuse' }).click();
  await status(ann.page, 'ben has refused');
  await status(ben.page, 'Refused');

  await call();
  await ann.page.getByRole('button', { name: 'Hang up' }).click();
  await status(ann.page, 'Canceled');
  await status(ben.page, 'ann has hung up');
  expect([...ann.complaints, ...ben.complaints]).toEqual([]);
});

/** In the page: whether what the other one's browser sends is a sound, and no silence. */
function hearsSomething(): boolean {
  const { srcObject } = document.getElementById('audio') as HTMLAudioElement;
  if (!(srcObject instanceof MediaStream)) return false;
  const state = window as { analyser?: AnalyserNode };
  if (!state.analyser) {
    const context = new AudioContext();
    void context.resume();
    state.analyser = context.createAnalyser();
    context.createMediaStreamSource(srcObject).connect(state.analyser);
  }
  const samples = new Float32Array(state.analyser.fftSize);
  state.analyser.getFloatTimeDomainData(samples);
  return samples.some((sample) => Math.abs(sample) > 0.01);
}

test('whiteboard: everybody sees the same picture, also who comes later', async () => {
  const ann = await open('whiteboard');
  await status(ann.page, '1 at the board');
  const early = await open('whiteboard');
  await status(early.page, '2 at the board');
  const { mouse } = ann.page;
  const box = await ann.page.getByLabel('Board').boundingBox();
  const [left, top] = [box?.x ?? 0, box?.y ?? 0];
  await mouse.move(left + 50, top + 50);
  await mouse.down();
  await mouse.move(left + 300, top + 200, { steps: 20 });
  await mouse.up();
  await mouse.move(left + 320, top + 60);

  const drawn = await pixels(ann.page);
  expect(drawn).toBeGreaterThan(200);
  await expect.poll(() => pixels(early.page)).toBe(drawn);
  const late = await open('whiteboard');
  await expect.poll(() => pixels(late.page)).toBe(drawn);
  expect([...ann.complaints, ...early.complaints, ...late.complaints]).toEqual([]);
});

/** How many points of the board have a color. */
function pixels(page: Page): Promise<number> {
  return page.evaluate(() => {
    const board = document.getElementById('board') as HTMLCanvasElement;
    // A copy: to be read often makes the browser complain of the board itself.
    const copy = new OffscreenCanvas(board.width, board.height).getContext('2d', { willReadFrequently: true });
    copy?.drawImage(board, 0, 0);
    const data = copy?.getImageData(0, 0, board.width, board.height).data ?? new Uint8ClampedArray();
    return data.filter((alpha, i) => i % 4 === 3 && alpha > 0).length;
  });
}

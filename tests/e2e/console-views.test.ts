/** Every view of the console in both languages, both schemes and on a telephone: readable, reachable, without an accessibility fault. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import {
  addUser,
  complaintsOf,
  connection,
  join,
  logIn,
  message,
  open,
  openPeer,
  say,
  screenshots,
  screenshotsInBothSchemes,
  seat,
} from './console-tab.js';
import { useStage } from './harness.js';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const KEY = /^The operator key, shown only now: (op_[0-9a-f]{64})$/m;

const stage = useStage();

declare global {
  interface Window {
    axe: { run(options: RunOptions): Promise<AxeResults> };
  }
}

/** What axe finds wrong, in light and dark, wide and narrow. */
async function isAccessible(page: Page, name: string): Promise<void> {
  await page.evaluate(await readFile(AXE, 'utf8'));
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const width of [1280, 360]) {
      await page.setViewportSize({ width, height: 900 });
      // Colours change over some frames; what is between two of them is none. One that is replaced by another rejects.
      await page.evaluate(() => Promise.allSettled(document.getAnimations().map((animation) => animation.finished)));
      const { violations } = await page.evaluate(() => window.axe.run({ resultTypes: ['violations'] }));
      const found = violations.flatMap(({ id, nodes }) =>
        nodes.map((node) => `${id}: ${node.failureSummary} ${node.html}`),
      );
      expect(found, `${name}, ${colorScheme}, ${width}`).toEqual([]);
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 1280, height: 900 });
}

test('axe finds no fault in any view', async () => {
  const server = await stage.server();
  const page = await (await stage.context()).newPage();
  const complaints = complaintsOf(page);
  await page.goto(server.url);
  await page.getByRole('button', { name: 'Log in' }).waitFor();
  await isAccessible(page, 'login');
  await logIn(page, 'amy');
  const [ben, amy] = [await addUser(page, 'ben'), seat(page, 'amy')];
  await openPeer(amy, 'ben');
  await say(amy, 'ben', 'hello');
  await message(ben, 'Messages with amy', 'hello').waitFor();
  await isAccessible(page, 'peers');
  await join(amy, 'garden');
  await amy.getByRole('button', { name: 'Channel attributes (0)' }).click();
  await open(ben, 'Calls');
  await ben.getByLabel('User ID to call').fill('amy');
  await ben.getByRole('button', { name: 'Call', exact: true }).click();
  await amy.getByText('ben is calling').waitFor();
  await isAccessible(page, 'channels and calls');
  await amy.getByRole('button', { name: 'Accept the call of ben' }).click();
  await open(amy, 'People');
  await amy.getByLabel('User ID to watch').fill('ben');
  await amy.getByRole('button', { name: 'Watch', exact: true }).click();
  await amy.getByRole('list', { name: 'Watched users' }).getByText('online', { exact: true }).waitFor();
  await open(ben, 'Connection');
  await ben.getByRole('button', { name: 'Cut the network' }).click();
  await isAccessible(page, 'people and connection');
  await ben.getByRole('button', { name: 'Restore the network' }).click();

  await page.getByRole('link', { name: 'Overview' }).click();
  await page.getByLabel('Operator key', { exact: true }).waitFor();
  await isAccessible(page, 'operator login');
  const key = KEY.exec(server.output.join('\n'))?.[1] ?? '';
  await page.getByLabel('Operator key', { exact: true }).fill(key);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByText('ready', { exact: true }).waitFor();
  await page.getByRole('region', { name: 'Search' }).getByRole('button', { name: 'Search' }).click();
  await page.getByRole('button', { name: /^amy/ }).waitFor();
  await isAccessible(page, 'overview');
  await page.getByRole('button', { name: /^amy/ }).click();
  await page.getByRole('button', { name: 'Kick amy' }).click();
  await isAccessible(page, 'one user');
  expect(complaints).toEqual([]);
});

test('the page speaks the language of the browser, and the one that is chosen', async () => {
  const server = await stage.server();
  const page = await (await stage.context({ locale: 'zh-CN' })).newPage();
  const complaints = complaintsOf(page);
  await page.goto(server.url);
  await page.getByRole('button', { name: '登录' }).waitFor();
  expect(await page.evaluate(() => [document.documentElement.lang, document.title])).toEqual(['zh-CN', 'ArRTM 控制台']);
  await screenshotsInBothSchemes(page, 'zh-login');
  await page.getByLabel('用户 ID').fill('amy');
  await page.getByRole('button', { name: '登录' }).click();
  await page.getByRole('tab', { name: '频道' }).click();
  await page.getByLabel('频道 ID').fill('garden');
  await page.getByRole('button', { name: '加入' }).click();
  await page.getByRole('textbox', { name: '发给 garden 的消息' }).fill('你好');
  await page.keyboard.press('Enter');
  await page.getByText('服务器已接受', { exact: true }).waitFor();
  await screenshotsInBothSchemes(page, 'zh');
  for (const name of ['呼叫', '用户', '连接']) await page.getByRole('tab', { name }).click();
  await page.getByRole('link', { name: '总览' }).click();
  await page.getByLabel('运维密钥', { exact: true }).fill(KEY.exec(server.output.join('\n'))?.[1] ?? '');
  await page.getByRole('button', { name: '登录' }).click();
  await page.getByText('就绪', { exact: true }).waitFor();
  await screenshots(page, 'zh-overview');
  await page.getByRole('link', { name: '演练场' }).click();

  await page.getByRole('button', { name: '语言' }).click();
  await page.getByRole('menuitemradio', { name: 'English' }).click();
  // Nobody is logged out by that.
  await connection(page, 'CONNECTED LOGIN_SUCCESS').waitFor();
  await open(page, 'Channels');
  await page.getByRole('button', { name: 'Leave garden' }).waitFor();
  await page.reload();
  await page.getByRole('button', { name: 'Log in' }).waitFor();
  expect(await page.evaluate(() => document.documentElement.lang)).toBe('en');
  expect(complaints).toEqual([]);
});

test('the colours follow the system until somebody chooses', async () => {
  const server = await stage.server();
  const page = await (await stage.context()).newPage();
  await page.goto(server.url);
  await page.getByRole('button', { name: 'Log in' }).waitFor();
  const isDark = () =>
    page.evaluate(() => {
      const [red = 0] = getComputedStyle(document.body).backgroundColor.match(/\d+/g)?.map(Number) ?? [];
      return red < 100;
    });
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect.poll(isDark).toBe(true);
  await page.emulateMedia({ colorScheme: 'light' });
  await expect.poll(isDark).toBe(false);
  await page.getByRole('button', { name: 'Colours' }).click();
  await page.getByRole('menuitemradio', { name: 'Dark' }).click();
  await expect.poll(isDark).toBe(true);
  await page.reload();
  await expect.poll(isDark).toBe(true);
});

test('on a telephone one user shows at a time, and nothing sticks out', async () => {
  const server = await stage.server();
  const page = await (await stage.context()).newPage();
  const complaints = complaintsOf(page);
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto(server.url);
  await logIn(page, 'amy');
  const longId = `a-user-with-a-very-long-name-${'x'.repeat(30)}`;
  await addUser(page, longId);
  expect(await seat(page, 'amy').isVisible()).toBe(false);
  await openPeer(seat(page, longId), 'amy');
  await say(seat(page, longId), 'amy', 'wide '.repeat(50) + 'w'.repeat(200));
  await page.getByText('amy', { exact: true }).first().click();
  await seat(page, 'amy').getByRole('tab', { name: 'Peers' }).waitFor();
  const sticksOut = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  for (const part of ['Peers', 'Channels', 'Calls', 'People', 'Connection'] as const) {
    await open(seat(page, 'amy'), part);
    expect(await sticksOut(), part).toBeLessThanOrEqual(0);
  }
  await open(seat(page, 'amy'), 'Peers');
  await message(seat(page, 'amy'), `Messages with ${longId}`, 'wide').waitFor();
  expect(await sticksOut()).toBeLessThanOrEqual(0);
  await screenshots(page, 'telephone');
  expect(complaints).toEqual([]);
});

test('the keyboard alone gets one past the head, in, and to a message', async () => {
  const server = await stage.server();
  const page = await (await stage.context()).newPage();
  await page.goto(server.url);
  await page.getByRole('button', { name: 'Log in' }).waitFor();
  await page.keyboard.press('Tab');
  const skip = page.getByRole('button', { name: 'Skip to the content' });
  expect(await skip.evaluate((element) => element === document.activeElement)).toBe(true);
  expect((await skip.boundingBox())?.y).toBeGreaterThanOrEqual(0);
  await page.keyboard.press('Enter');
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('content');
  /** Whatever has the focus shows it. */
  const outline = () =>
    page.evaluate(() => {
      const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement as Element);
      return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 1;
    });
  const tabTo = async (role: 'textbox' | 'tab' | 'button', name: string) => {
    const target = page.getByRole(role, { name, exact: true });
    await target.waitFor();
    for (let i = 0; i < 40; i += 1) {
      await page.keyboard.press('Tab');
      if (await target.evaluate((element) => element === document.activeElement)) {
        if (role !== 'textbox') expect(await outline(), name).toBe(true);
        return;
      }
    }
    expect.fail(`the ${role} ${name} cannot be reached`);
  };
  await tabTo('textbox', 'User ID');
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText('kay');
  await page.keyboard.press('Enter');
  await connection(page, 'CONNECTED LOGIN_SUCCESS').waitFor();
  await tabTo('tab', 'Peers');
  await tabTo('textbox', 'User ID of the peer');
  await page.keyboard.insertText('kay');
  await page.keyboard.press('Enter');
  await tabTo('textbox', 'Message to kay');
  await page.keyboard.insertText('to myself');
  await page.keyboard.press('Enter');
  await message(page, 'Messages with kay', 'to myself').first().waitFor();
  await tabTo('button', 'Copy as code');
});

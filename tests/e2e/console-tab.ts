/** A tab with the console page, by what a person sees and does there. */
import { fileURLToPath } from 'node:url';
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

const SCREENSHOTS = fileURLToPath(new URL('./screenshots/', import.meta.url));
const WIDTH = 1280;

/** Collects what a browser would show as errors. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  return complaints;
}

export async function logIn(page: Page, uid: string): Promise<void> {
  await page.getByLabel('User ID').fill(uid);
  await page.getByRole('button', { name: 'Log in' }).click();
  await connection(page, 'CONNECTED LOGIN_SUCCESS').waitFor();
}

/** The bar, once it shows these words. */
export function connection(page: Page, words: string): Locator {
  const pattern = new RegExp(words.split(' ').join('.*'));
  return page.getByRole('status', { name: 'Connection' }).filter({ hasText: pattern });
}

export async function openPeer(page: Page, uid: string): Promise<void> {
  await page.getByLabel('User ID of the peer').fill(uid);
  await page.getByRole('button', { name: 'Chat' }).click();
}

export async function join(page: Page, channelId: string): Promise<void> {
  await page.getByLabel('Channel ID').fill(channelId);
  await page.getByRole('button', { name: 'Join' }).click();
  await page.getByRole('button', { name: `Leave ${channelId}` }).waitFor();
}

export async function say(page: Page, to: string, text: string): Promise<void> {
  const field = page.getByRole('textbox', { name: `Message to ${to}`, exact: true });
  await field.fill(text);
  await field.press('Enter');
}

/** A message in the list of a peer or a channel, once it is there. */
export function message(page: Page, label: string, text: string): Locator {
  return page.getByRole('log', { name: label, exact: true }).getByRole('article').filter({ hasText: text });
}

export function members(page: Page): Locator {
  return page.getByRole('list', { name: 'Members' }).getByRole('listitem');
}

/** On a wide screen and on a telephone, where nothing may stick out. */
export async function screenshots(page: Page, name: string): Promise<void> {
  for (const width of [WIDTH, 360]) {
    await page.setViewportSize({ width, height: 900 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth), `width of ${name}`).toBeLessThanOrEqual(
      width,
    );
    await page.screenshot({ path: `${SCREENSHOTS}${name}-${width}.png`, fullPage: true });
  }
  await page.setViewportSize({ width: WIDTH, height: 900 });
}

export async function screenshotsInBothSchemes(page: Page, name: string): Promise<void> {
  await screenshots(page, name);
  await page.emulateMedia({ colorScheme: 'dark' });
  await screenshots(page, `${name}-dark`);
  await page.emulateMedia({ colorScheme: 'light' });
}

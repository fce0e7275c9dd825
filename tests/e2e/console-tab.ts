/** A tab with the console page, by what a person sees and does there. */
import { fileURLToPath } from 'node:url';
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

/** Git ignores it; SCREENSHOTS_DIR names another folder. */
const SCREENSHOTS = process.env.SCREENSHOTS_DIR ?? fileURLToPath(new URL('./screenshots', import.meta.url));
const WIDTH = 1280;

/** The whole page, or one of its users. */
type Place = Page | Locator;

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
  await askToLogIn(page, uid);
  await connection(page, 'CONNECTED LOGIN_SUCCESS').waitFor();
}

async function askToLogIn(place: Place, uid: string): Promise<void> {
  await place.getByLabel('User ID', { exact: true }).fill(uid);
  await place.getByRole('button', { name: 'Log in' }).click();
}

/** One of several users of a page, once it has logged in. */
export function seat(page: Page, uid: string): Locator {
  return page.getByRole('region', { name: `User ${uid}`, exact: true });
}

/** Another user on the same page, in a column of its own. */
export async function addUser(page: Page, uid: string): Promise<Locator> {
  await page.getByRole('button', { name: 'Add user' }).click();
  await askToLogIn(page.getByRole('region', { name: 'User new user', exact: true }), uid);
  await connection(seat(page, uid), 'CONNECTED LOGIN_SUCCESS').waitFor();
  return seat(page, uid);
}

/** The bar, once it shows these words. */
export function connection(place: Place, words: string): Locator {
  const pattern = new RegExp(words.split(' ').join('.*'));
  return place.getByRole('status', { name: 'Connection' }).filter({ hasText: pattern });
}

export async function open(place: Place, part: 'Peers' | 'Channels' | 'Calls' | 'People' | 'Connection') {
  await place.getByRole('tab', { name: part }).click();
}

export async function openPeer(place: Place, uid: string): Promise<void> {
  await open(place, 'Peers');
  await place.getByLabel('User ID of the peer').fill(uid);
  await place.getByRole('button', { name: 'Chat', exact: true }).click();
}

export async function join(place: Place, channelId: string): Promise<void> {
  await open(place, 'Channels');
  await place.getByLabel('Channel ID').fill(channelId);
  await place.getByRole('button', { name: 'Join', exact: true }).click();
  await place.getByRole('button', { name: `Leave ${channelId}` }).waitFor();
}

export async function say(place: Place, to: string, text: string): Promise<void> {
  const field = place.getByRole('textbox', { name: `Message to ${to}`, exact: true });
  await field.fill(text);
  await field.press('Enter');
}

/** A message in the list of a peer or a channel, once it is there. */
export function message(place: Place, label: string, text: string): Locator {
  return place.getByRole('log', { name: label, exact: true }).getByRole('article').filter({ hasText: text });
}

export function members(place: Place): Locator {
  return place.getByRole('list', { name: 'Members' }).getByRole('listitem');
}

/** On a wide screen and on a telephone, where nothing may stick out. */
export async function screenshots(page: Page, name: string): Promise<void> {
  for (const width of [WIDTH, 360]) {
    await page.setViewportSize({ width, height: 900 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth), `width of ${name}`).toBeLessThanOrEqual(
      width,
    );
    // What sticks to the head is where it belongs only there.
    await page.evaluate(() => scrollTo(0, 0));
    await page.screenshot({ path: `${SCREENSHOTS}/${name}-${width}.png`, fullPage: true });
  }
  await page.setViewportSize({ width: WIDTH, height: 900 });
}

export async function screenshotsInBothSchemes(page: Page, name: string): Promise<void> {
  await screenshots(page, name);
  await page.emulateMedia({ colorScheme: 'dark' });
  await screenshots(page, `${name}-dark`);
  await page.emulateMedia({ colorScheme: 'light' });
}

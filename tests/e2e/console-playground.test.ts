/** Several users on one page of the console: what they can do to each other, and what the page shows of it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join as pathOf } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { run } from './command.js';
import {
  addUser,
  complaintsOf,
  connection,
  join,
  logIn,
  members,
  message,
  open,
  openPeer,
  say,
  screenshots,
  screenshotsInBothSchemes,
  seat,
} from './console-tab.js';
import { useStage } from './harness.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const stage = useStage();

/** Users side by side, the first of them on a page of its own making. */
async function users(url: string, first: string, ...others: readonly string[]) {
  const page = await (await stage.context()).newPage();
  const complaints = complaintsOf(page);
  await page.goto(url);
  await logIn(page, first);
  for (const uid of others) await addUser(page, uid);
  return { page, complaints, seats: [first, ...others].map((uid) => seat(page, uid)) };
}

function log(page: Page): Locator {
  return page.getByRole('log', { name: 'Events' });
}

/** A kind of entries in the log, on or off. */
async function toggle(page: Page, kind: string): Promise<void> {
  await page.getByRole('group', { name: 'Kinds' }).getByText(kind, { exact: true }).click();
}

/** Runs a program that goes on until it is ended, and waits for what it is to print. */
async function runs(code: string, expected: readonly RegExp[]): Promise<void> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], { cwd: ROOT });
  const exited = once(child, 'exit');
  let printed = '';
  let errors = '';
  const said = new Promise<void>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      if (expected.every((pattern) => pattern.test(printed))) resolve();
    });
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const isSaid = await Promise.race([said.then(() => true), exited.then(() => false)]);
  child.kill();
  await exited;
  expect([isSaid, errors], printed).toEqual([true, '']);
}

function callLine(place: Locator, title: string, words: string): Locator {
  return place.getByRole('listitem').filter({ hasText: title }).filter({ hasText: words });
}

async function callFrom(place: Locator, callee: string, content: string): Promise<void> {
  await open(place, 'Calls');
  await place.getByLabel('User ID to call').fill(callee);
  await place.getByLabel('What to say').fill(content);
  await place.getByRole('button', { name: 'Call', exact: true }).click();
}

test('users of one page talk: texts, bytes, history, channels, attributes, presence', async () => {
  const server = await stage.server();
  const { page, complaints, seats } = await users(server.url, 'amy', 'ben', 'cat');
  const [amy, ben, cat] = seats as [Locator, Locator, Locator];

  // Peers, with what is kept.
  await openPeer(amy, 'ben');
  await amy.getByLabel('Keep in the history').check();
  await say(amy, 'ben', 'kept');
  await message(ben, 'Messages with amy', 'kept').waitFor();
  await amy.getByLabel('Keep in the history').uncheck();
  await amy.getByLabel('Raw bytes').check();
  const bytes = amy.getByRole('textbox', { name: 'Bytes to ben' });
  await bytes.fill('no bytes');
  await bytes.press('Enter');
  await amy.getByText('Not pairs of hex digits').waitFor();
  await bytes.fill('48 65 6c 6C 6f');
  await bytes.press('Enter');
  await message(ben, 'Messages with amy', '5 bytes 48 65 6c 6c 6f').waitFor();
  await ben.getByRole('button', { name: 'History' }).click();
  const history = page.getByRole('list', { name: 'History of amy' });
  await history.getByText('kept').waitFor();
  expect(await history.getByRole('listitem').count()).toBe(1);
  await screenshotsInBothSchemes(page, 'history');
  await page.keyboard.press('Escape');

  // A channel, its attributes and its members.
  for (const place of [amy, ben]) await join(place, 'garden');
  await say(amy, 'garden', 'among roses');
  await message(ben, 'Messages in garden', 'among roses').waitFor();
  await open(cat, 'Channels');
  await cat.getByLabel('Channel ID').fill('garden');
  await cat.getByRole('button', { name: 'Count members' }).click();
  await cat.getByText('garden has 2 members.').waitFor();
  await amy.getByRole('button', { name: 'Channel attributes (0)' }).click();
  await amy.getByLabel('Key').first().fill('topic');
  await amy.getByLabel('Value').first().fill('roses');
  await amy.getByRole('button', { name: 'Set', exact: true }).first().click();
  await ben.getByRole('button', { name: 'Channel attributes (1)' }).click();
  await ben.getByText('roses by amy').waitFor();
  await ben.getByRole('button', { name: 'Remove topic' }).click();
  await amy.getByRole('button', { name: 'Channel attributes (0)' }).waitFor();
  await screenshotsInBothSchemes(page, 'playground');

  // Presence, live, and attributes of users.
  await open(amy, 'People');
  await amy.getByLabel('User ID to watch').fill('cat');
  await amy.getByRole('button', { name: 'Ask once' }).click();
  await amy.getByText('cat is online.').waitFor();
  await amy.getByRole('button', { name: 'Watch', exact: true }).click();
  const watched = amy.getByRole('list', { name: 'Watched users' });
  await watched.getByText('online', { exact: true }).waitFor();
  await open(cat, 'People');
  const people = cat.getByRole('tabpanel', { name: 'People' });
  await people.getByLabel('Key').fill('mood');
  await people.getByLabel('Value').fill('sunny');
  await people.getByRole('button', { name: 'Set', exact: true }).click();
  await people.getByText('sunny').waitFor();
  await watched.getByRole('button', { name: 'Attributes of cat' }).click();
  await watched.getByText('sunny').waitFor();
  await screenshotsInBothSchemes(page, 'people');
  await cat.getByRole('button', { name: 'Log out' }).click();
  await watched.getByText('offline', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Remove ben' }).click();
  await members(amy).getByText('ben', { exact: true }).waitFor({ state: 'detached' });
  await watched.getByRole('button', { name: 'Stop watching cat' }).click();
  await log(page).getByText('unsubscribePeersOnlineStatus').waitFor();
  expect(complaints).toEqual([]);
});

test('calls ring, and are accepted, refused, canceled or time out', async () => {
  const args = ['--set', 'times.callReceiptMs=3000', '--set', 'times.callExpireMs=15000'];
  const server = await stage.server({ args });
  const { page, complaints, seats } = await users(server.url, 'amy', 'ben');
  const [amy, ben] = seats as [Locator, Locator];

  await openPeer(amy, 'ben');
  for (let line = 1; line <= 12; line += 1) await say(amy, 'ben', `line ${line}`);
  await message(ben, 'Messages with amy', 'line 12').waitFor();
  await amy.getByRole('button', { name: 'Call ben' }).click();
  expect(await amy.getByLabel('User ID to call').inputValue()).toBe('ben');
  await callFrom(amy, 'ben', 'Tea?');
  await ben.getByText('amy is calling').waitFor();
  await ben.getByText('“Tea?”').first().waitFor();
  await callLine(amy, 'To ben', 'ringing').waitFor();
  // What rings takes room from the messages; the newest stays in sight.
  const isAtEnd = (list: Element) => list.scrollTop + list.clientHeight >= list.scrollHeight - 1;
  const messages = ben.getByRole('log', { name: 'Messages with amy' });
  expect(await messages.evaluate((list) => list.scrollHeight > list.clientHeight)).toBe(true);
  await expect.poll(() => messages.evaluate(isAtEnd)).toBe(true);
  await screenshotsInBothSchemes(page, 'ringing');
  await callFrom(amy, 'ben', 'Again');
  await ben.getByRole('button', { name: 'Accept the call of amy' }).last().click();
  await callLine(amy, 'To ben', 'Again').getByText('accepted', { exact: true }).waitFor();

  await callFrom(amy, 'ben', 'Coffee?');
  await ben.getByText('“Coffee?”').first().waitFor();
  await ben.getByRole('button', { name: 'Refuse the call of amy' }).last().click();
  await callLine(amy, 'To ben', 'Coffee?').getByText('refused', { exact: true }).waitFor();

  await callFrom(amy, 'ben', 'Never mind');
  await ben.getByText('“Never mind”').first().waitFor();
  await amy.getByRole('button', { name: 'Cancel the call to ben' }).first().click();
  await open(ben, 'Calls');
  await callLine(ben, 'From amy', 'Never mind').getByText('canceled by the caller').waitFor();

  // The first one has not been answered; and somebody who is not there.
  await callLine(ben, 'From amy', 'Tea?').getByText('failed: nobody answered in time').waitFor({ timeout: 60_000 });
  await callFrom(amy, 'dora', 'Are you there?');
  await callLine(amy, 'To dora', 'failed: the peer was offline').waitFor();
  expect(await ben.getByRole('button', { name: 'Accept the call of amy' }).count()).toBe(0);
  await screenshotsInBothSchemes(page, 'calls');
  await amy.getByRole('button', { name: 'Dismiss: To dora' }).click();
  await callLine(amy, 'To dora', '').waitFor({ state: 'detached' });
  expect(complaints).toEqual([]);
});

test('a user whose network is cut loses nothing; the others do not notice', async () => {
  const server = await stage.server();
  const { page, complaints, seats } = await users(server.url, 'amy', 'ben');
  const [amy, ben] = seats as [Locator, Locator];
  for (const place of [amy, ben]) await join(place, 'garden');
  await open(amy, 'Connection');
  await amy.getByRole('button', { name: 'Cut the network' }).click();
  await amy.getByText('The network of this user is cut.').waitFor();
  await connection(amy, 'RECONNECTING INTERRUPTED').waitFor();
  await screenshotsInBothSchemes(page, 'cut');

  const texts = Array.from({ length: 5 }, (_, at) => `while you were away ${at + 1}`);
  for (const text of texts) await say(ben, 'garden', text);
  await openPeer(ben, 'amy');
  for (const text of texts) await say(ben, 'amy', text);
  await open(ben, 'Channels');
  await message(ben, 'Messages in garden', texts[4] ?? '')
    .getByText('accepted')
    .waitFor();
  await connection(ben, 'CONNECTED LOGIN_SUCCESS').waitFor();
  await open(amy, 'Channels');
  expect(await message(amy, 'Messages in garden', 'while').count()).toBe(0);

  await amy.getByRole('button', { name: 'Restore the network' }).click();
  await connection(amy, 'CONNECTED LOGIN_SUCCESS recovered').waitFor();
  const read = (label: string) => amy.getByRole('log', { name: label }).locator('.text').allTextContents();
  await message(amy, 'Messages in garden', texts[4] ?? '').waitFor();
  await expect.poll(() => read('Messages with ben').then(({ length }) => length)).toBe(0);
  await open(amy, 'Peers');
  await message(amy, 'Messages with ben', texts[4] ?? '').waitFor();
  expect(await read('Messages with ben')).toEqual(texts);
  await open(amy, 'Channels');
  expect(await read('Messages in garden')).toEqual(texts);
  await say(amy, 'garden', 'back again');
  await message(ben, 'Messages in garden', 'back again').waitFor();
  expect(complaints).toEqual([]);
});

test('the log shows calls, events and frames, and gives them as a program that runs', async () => {
  const server = await stage.server();
  const context = await stage.context();
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const page = await context.newPage();
  const complaints = complaintsOf(page);
  await page.goto(server.url);
  await logIn(page, 'amy');
  const ben = await addUser(page, 'ben');
  const amy = seat(page, 'amy');
  for (const place of [amy, ben]) await join(place, 'tea room');
  await say(amy, 'tea room', 'it’s "ready"');
  await openPeer(ben, 'amy');
  await say(ben, 'amy', 'coming');
  await open(amy, 'Peers');
  await message(amy, 'Messages with ben', 'coming').waitFor();
  await open(amy, 'Channels');
  await open(ben, 'Channels');
  await ben.getByLabel('Channel ID').fill('tea room');
  await ben.getByRole('button', { name: 'Join', exact: true }).click();
  await log(page)
    .getByText(/code 211/)
    .waitFor();
  await log(page).getByText('ChannelMessage').waitFor();

  // Frames only while they are wanted, and without secrets.
  expect(await log(page).locator('[data-kind="frame"]').count()).toBe(0);
  await toggle(page, 'Frames');
  await say(amy, 'tea room', 'with frames');
  await log(page).getByText('SendChannelMsg').first().waitFor();
  await screenshotsInBothSchemes(page, 'frames');
  await toggle(page, 'Calls');
  await toggle(page, 'Events');
  expect(await log(page).locator('[data-kind="call"]').count()).toBe(0);
  for (const name of ['Calls', 'Events']) await toggle(page, name);
  await toggle(page, 'Frames');

  await page.getByLabel('Search the log').fill('COMING');
  await expect.poll(() => log(page).locator('.line').count()).toBe(2);
  await page.getByLabel('Search the log').fill('');
  await page.getByRole('combobox', { name: 'User' }).selectOption('ben');
  expect(new Set(await log(page).locator('.who').allTextContents())).toEqual(new Set(['ben']));
  await page.getByRole('combobox', { name: 'User' }).selectOption('');

  await page.getByRole('button', { name: 'Copy as code' }).click();
  await page.getByRole('button', { name: 'Copied' }).waitFor();
  const code = await page.evaluate(() => navigator.clipboard.readText());
  expect(code).toContain("import ArRTM from 'ar-rtm-sdk';");
  expect(code).toContain('// Failed (code 211');
  // The users of the page would be kicked out by those of the program.
  for (const uid of ['amy', 'ben']) await seat(page, uid).getByRole('button', { name: 'Log out' }).click();
  await runs(code, [/ben ChannelMessage .*it’s "ready"/, /amy MessageFromPeer .*coming/]);

  await page.getByRole('button', { name: 'Clear' }).click();
  await page.getByText('Nothing yet.').waitFor();
  expect(complaints).toEqual([]);
});

test('a login with a token, which ends; another one, and one that is no token', async () => {
  const appId = '4c1f0a9be27d43d58f60b7a2c93e5d18';
  const dataDir = await stage.tempDir();
  const config = pathOf(dataDir, '..', `console-${process.pid}.json`);
  await writeFile(config, JSON.stringify({ apps: [{ appId, certificates: ['b7e35d9042ac4f118d6e0f5a71c2984d'] }] }));
  const token = async (ttl: number) =>
    (await run('token', '--uid', 'amy', '--ttl', String(ttl), '-c', config)).out.trim();
  const server = await stage.server({ dataDir, args: ['-c', config] });
  const page = await (await stage.context()).newPage();
  const complaints = complaintsOf(page);
  await page.goto(server.url);
  await page.getByLabel('App ID').fill(appId);
  await page.getByLabel('User ID', { exact: true }).fill('amy');
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('alert').filter({ hasText: 'Could not log in' }).waitFor();
  const first = await token(25);
  await page.getByLabel('Token').fill(first);
  await page.getByRole('button', { name: 'Log in' }).click();
  await connection(page, 'CONNECTED LOGIN_SUCCESS').waitFor();
  await open(page, 'Connection');
  await page.getByText('EXPIRING: ends in 30 seconds or less').waitFor();
  await page.getByLabel('New token').fill('garbage');
  await page.getByRole('button', { name: 'Renew token' }).click();
  await page
    .getByRole('alert')
    .filter({ hasText: /Could not renew the token.*code 6\b/ })
    .waitFor();
  await screenshots(page, 'token');
  const second = await token(3600);
  await page.getByText('EXPIRED: has ended').waitFor({ timeout: 60_000 });
  await page.getByLabel('New token').fill(second);
  await page.getByRole('button', { name: 'Renew token' }).click();
  await page.getByText('The server took the new token.').waitFor();
  await page.getByText('VALID: in force').waitFor();
  await toggle(page, 'Frames');
  const shown = await log(page).textContent();
  for (const name of ['TokenWillExpired', 'TokenExpired', 'renewToken']) expect(shown).toContain(name);
  for (const secret of [first, second, 'garbage']) expect(shown).not.toContain(secret);
  expect(complaints).toEqual([]);
});

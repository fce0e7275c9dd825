/** The console page as a person uses it: two tabs, two users. */
import { expect, test } from 'vitest';
import {
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
} from './console-tab.js';
import { useStage } from './harness.js';

const stage = useStage();

test('two tabs are two users who talk to each other', async () => {
  const server = await stage.server();
  const context = await stage.context();
  const [amy, ben] = [await stage.window(context), await stage.window(context)];
  const complaints = [amy, ben].map(complaintsOf);
  for (const tab of [amy, ben]) await tab.goto(server.url);

  // Two fresh tabs suggest two users of one app.
  const suggested = await Promise.all([amy, ben].map((tab) => tab.getByLabel('User ID', { exact: true }).inputValue()));
  expect(suggested[0]).not.toBe(suggested[1]);
  expect(await amy.getByLabel('App ID').inputValue()).toMatch(/^[0-9a-f]{32}$/);
  await screenshots(amy, 'login');
  await logIn(amy, 'amy');
  await logIn(ben, 'ben');

  // Peers.
  await openPeer(amy, 'ben');
  await open(ben, 'Peers');
  await say(amy, 'ben', 'Hello Ben 👋\nhow are you?');
  await message(amy, 'Messages with ben', 'Hello Ben').getByText('received', { exact: true }).waitFor();
  await message(ben, 'Messages with amy', 'Hello Ben 👋').waitFor();
  await say(ben, 'amy', 'Fine, thanks');
  await message(amy, 'Messages with ben', 'Fine, thanks').waitFor();

  // Somebody who is away gets it later.
  await openPeer(amy, 'cat');
  await amy.getByLabel('Store while the peer is offline').check();
  await say(amy, 'cat', 'Call me when you are back');
  await message(amy, 'Messages with cat', 'Call me').getByText('not received', { exact: true }).waitFor();
  const cat = await stage.window(context);
  complaints.push(complaintsOf(cat));
  await cat.goto(server.url);
  await logIn(cat, 'cat');
  await message(cat, 'Messages with amy', 'Call me').getByText('offline message').waitFor();

  // Channels.
  await join(amy, 'lobby');
  await join(amy, 'garden');
  await join(ben, 'garden');
  await members(amy).getByText('ben', { exact: true }).waitFor();
  expect(await members(ben).allTextContents()).toEqual(['amy', 'ben']);
  await amy.getByRole('button', { name: /garden\s*2 members/ }).waitFor();
  await say(ben, 'garden', 'Is anybody here?');
  await message(amy, 'Messages in garden', 'Is anybody here?').waitFor();
  await say(amy, 'garden', 'Yes, by the roses');
  await message(amy, 'Messages in garden', 'by the roses').getByText('accepted').waitFor();
  await message(ben, 'Messages in garden', 'by the roses').waitFor();
  await amy.getByRole('log', { name: 'Events' }).getByText('MemberJoined').waitFor();
  await screenshotsInBothSchemes(amy, 'chat');

  // Leaving, by leave and by logout.
  await ben.getByRole('button', { name: 'Leave garden' }).click();
  await amy.getByRole('button', { name: /garden\s*1 member$/ }).waitFor();
  expect(await members(amy).allTextContents()).toEqual(['amy']);
  await join(ben, 'lobby');
  await amy.getByRole('button', { name: /lobby\s*2 members/ }).click();
  await members(amy).getByText('ben', { exact: true }).waitFor();
  await ben.getByRole('button', { name: 'Log out' }).click();
  await connection(ben, 'DISCONNECTED LOGOUT').waitFor();
  await members(amy).getByText('ben', { exact: true }).waitFor({ state: 'detached' });

  // The same tab comes back as the same user.
  await ben.reload();
  expect(await ben.getByLabel('User ID', { exact: true }).inputValue()).toBe('ben');
  expect(complaints.flat()).toEqual([]);
});

test('the page says in words what went wrong', async () => {
  const server = await stage.server();
  const context = await stage.context();
  const [older, newer] = [await stage.window(context), await stage.window(context)];
  for (const tab of [older, newer]) await tab.goto(server.url);

  await older.getByLabel('App ID').fill('too short');
  await older.getByRole('button', { name: 'Log in' }).click();
  await older
    .getByRole('alert')
    .filter({ hasText: /app ?id.*code 1\b/i })
    .waitFor();
  await older.reload();
  await older.getByLabel('App ID').fill('0123456789abcdef0123456789abcdef');

  await logIn(older, 'kim');
  await join(older, 'room');
  await older.getByLabel('Channel ID').fill('room');
  await older.getByRole('button', { name: 'Join' }).click();
  await older
    .getByRole('alert')
    .filter({ hasText: /code 211\b/ })
    .waitFor();
  await logIn(newer, 'kim');
  await connection(older, 'ABORTED REMOTE_LOGIN elsewhere').waitFor();
  await screenshots(older, 'kicked');
  await older.getByRole('button', { name: 'Log in' }).waitFor();
});

test('the page works with the keyboard alone, and shows the connection wherever one has scrolled to', async () => {
  const server = await stage.server();
  const page = await (await stage.context()).newPage();
  await page.setViewportSize({ width: 360, height: 640 });
  await page.goto(server.url);
  const tabTo = async (role: 'textbox' | 'button' | 'tab', name: string) => {
    const target = page.getByRole(role, { name, exact: true });
    await target.waitFor();
    for (let i = 0; i < 40; i += 1) {
      await page.keyboard.press('Tab');
      if (await target.evaluate((element) => element === document.activeElement)) return;
    }
    expect.fail(`the ${role} ${name} cannot be reached`);
  };

  await tabTo('textbox', 'User ID');
  await page.keyboard.insertText('kay');
  await page.keyboard.press('Enter');
  await connection(page, 'CONNECTED LOGIN_SUCCESS').waitFor();
  await tabTo('tab', 'Peers');
  await page.keyboard.press('ArrowRight');
  await tabTo('textbox', 'Channel ID');
  await page.keyboard.insertText('room');
  await page.keyboard.press('Enter');
  await tabTo('textbox', 'Message to room');
  await page.keyboard.insertText('typed');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.insertText('on two lines');
  await page.keyboard.press('Enter');
  await message(page, 'Messages in room', 'typed\non two lines').getByText('accepted').waitFor();
  await tabTo('button', 'Clear');
  expect(await page.evaluate(() => scrollY)).toBeGreaterThan(0);
  expect((await connection(page, 'CONNECTED').boundingBox())?.y).toBeGreaterThanOrEqual(0);
  await tabTo('button', 'Log out');
  await page.keyboard.press('Space');
  await connection(page, 'DISCONNECTED LOGOUT').waitFor();
});

test('the page shows a restart of the server and goes on', async () => {
  const dataDir = await stage.tempDir();
  const server = await stage.server({ dataDir });
  const [amy, ben] = await Promise.all(
    ['amy', 'ben'].map(async (uid) => {
      const page = await (await stage.context()).newPage();
      await page.goto(server.url);
      await logIn(page, uid);
      await join(page, 'room');
      return page;
    }),
  );
  await members(amy!).getByText('ben', { exact: true }).waitFor();
  await server.kill();
  await connection(amy!, 'RECONNECTING INTERRUPTED').waitFor();
  await screenshots(amy!, 'reconnecting');

  await stage.server({ dataDir, port: server.port });
  await connection(amy!, 'CONNECTED LOGIN_SUCCESS not recovered').waitFor();
  await screenshots(amy!, 'reconnected');
  await connection(ben!, 'CONNECTED LOGIN_SUCCESS').waitFor();
  await say(ben!, 'room', 'still here');
  await message(amy!, 'Messages in room', 'still here').waitFor();
  expect(await members(amy!).allTextContents()).toEqual(['amy', 'ben']);
});

/** The operator's view of the console: login, live charts, search, kick. */
import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import {
  complaintsOf,
  connection,
  join,
  logIn,
  openPeer,
  say,
  screenshots,
  screenshotsInBothSchemes,
} from './console-tab.js';
import { useStage } from './harness.js';
import type { ServerProcess } from './server-process.js';
import { APP } from './user.js';

const KEY = /^The operator key, shown only now: (op_[0-9a-f]{64})$/m;

const stage = useStage();

const keyOf = (server: ServerProcess) => KEY.exec(server.output.join('\n'))?.[1] ?? '';

async function enter(page: Page, key: string): Promise<void> {
  await page.getByLabel('Operator key', { exact: true }).fill(key);
  await page.getByRole('button', { name: 'Log in' }).click();
}

/** The number of now in the legend of a chart. */
function latest(page: Page, chart: string, label: string): Locator {
  const figure = page.locator('figure').filter({ has: page.getByRole('img', { name: chart, exact: true }) });
  return figure.locator('.legend div').filter({ hasText: label }).locator('dd');
}

async function find(page: Page, what: 'Users' | 'Channels', text: string): Promise<void> {
  const search = page.getByRole('region', { name: 'Search' });
  await search.getByLabel('App', { exact: true }).waitFor();
  await search.getByText(what, { exact: true }).click();
  await search.getByLabel('Part of the id').fill(text);
  await search.getByRole('button', { name: 'Search' }).click();
}

test('the operator logs in, sees what happens, finds a user and ends the session', async () => {
  const server = await stage.server();
  const context = await stage.context();
  const [operator, amy] = [await stage.window(context), await stage.window(context)];
  const complaints = [operator, amy].map(complaintsOf);
  await amy.goto(server.url);
  await logIn(amy, 'amy');
  await join(amy, 'garden');

  await operator.goto(`${server.url}/#/overview`);
  await screenshotsInBothSchemes(operator, 'operator-login');
  await enter(operator, keyOf(server));
  await operator.getByText('ready', { exact: true }).waitFor();
  await expect.poll(() => latest(operator, 'Connections', 'Connections').textContent()).toBe('1');
  await expect.poll(() => latest(operator, 'Delay of the event loop', 'p99').textContent()).toMatch(/\d ms$/);
  await expect.poll(() => latest(operator, 'Memory', 'process').textContent()).toMatch(/MB$/);
  // Messages of the time between two looks.
  const rate = latest(operator, 'Messages per second', 'to channels');
  const text = 'a secret of the channel';
  await expect
    .poll(
      async () => {
        await say(amy, 'garden', text);
        return Number(await rate.textContent());
      },
      { interval: 200 },
    )
    .toBeGreaterThan(0);
  const drawn = await operator.locator('canvas').count();
  expect(drawn).toBe(8);

  await find(operator, 'Channels', 'GARD');
  await operator.getByRole('button', { name: /^garden/ }).click();
  const channel = operator.getByRole('dialog', { name: 'Channel garden' });
  await channel.getByRole('table', { name: 'Members' }).getByText('amy').waitFor();
  await screenshotsInBothSchemes(operator, 'operator-channel');
  await operator.keyboard.press('Escape');
  await channel.waitFor({ state: 'detached' });

  await openPeer(amy, 'ben');
  await amy.getByLabel('Store while the peer is offline').check();
  await say(amy, 'ben', text);
  await find(operator, 'Users', '');
  await operator.getByRole('button', { name: /^ben.*stored messages/ }).waitFor();
  await screenshotsInBothSchemes(operator, 'overview');
  await find(operator, 'Users', 'nobody');
  await operator.getByText('Nothing found.').waitFor();
  await find(operator, 'Users', 'am');
  await operator.getByRole('button', { name: /^amy/ }).click();
  const user = operator.getByRole('dialog', { name: 'User amy' });
  await user.getByText('0 bytes in 0 writes').waitFor();
  await user.getByRole('table', { name: 'Channels' }).getByText('garden').waitFor();
  await screenshotsInBothSchemes(operator, 'operator-user');
  expect(await operator.content()).not.toContain(text);
  await user.getByRole('button', { name: 'Kick amy' }).click();
  await user.getByRole('button', { name: 'End the session' }).click();
  await user.getByText('The session of amy has ended.').waitFor();
  await connection(amy, 'ABORTED').waitFor();
  await operator.keyboard.press('Escape');

  // Over a reload the cookie is still good; after the logout it is not.
  await operator.reload();
  await operator.getByRole('button', { name: 'Log out' }).click();
  await operator.getByLabel('Operator key', { exact: true }).waitFor();
  await operator.reload();
  await operator.getByLabel('Operator key', { exact: true }).waitFor();
  expect(complaints.flat()).toEqual([]);
});

test('a wrong key says so; a restart ends the login and is told', async () => {
  const dataDir = await stage.tempDir();
  const server = await stage.server({ dataDir });
  const page = await (await stage.context()).newPage();
  await page.goto(`${server.url}/#/overview`);
  await enter(page, `op_${'0'.repeat(64)}`);
  await page.getByRole('alert').filter({ hasText: 'Could not log in' }).waitFor();
  await enter(page, keyOf(server));
  await page.getByText('ready', { exact: true }).waitFor();
  await page.getByText('No app is known yet.').waitFor();
  await server.kill();
  await page.getByText('The server does not answer.').waitFor();
  await screenshots(page, 'overview-unreachable');
  await stage.server({ dataDir, port: server.port });
  await page.getByText('The login is over.').waitFor();
  await page.getByLabel('Operator key', { exact: true }).waitFor();
});

test('where the operator has an address of its own, each page shows its own part only', async () => {
  const server = await stage.server({ args: ['--set', 'adminAddress=127.0.0.1:0'] });
  const own = /^For the operator: (http:\/\/127\.0\.0\.1:\d+)\/$/m.exec(server.output.join('\n'))?.[1] ?? '';
  const page = await (await stage.context()).newPage();
  const complaints = complaintsOf(page);
  await page.goto(own);
  await enter(page, keyOf(server));
  await page.getByText('ready', { exact: true }).waitFor();
  expect(await page.getByRole('link', { name: 'Playground' }).count()).toBe(0);
  expect(await page.getByRole('button', { name: 'Add user' }).count()).toBe(0);

  await page.goto(`${server.url}/#/overview`);
  await logIn(page, 'amy');
  expect(await page.getByRole('link', { name: 'Overview' }).count()).toBe(0);
  await page.goto(own);
  await find(page, 'Users', 'amy');
  await page.getByRole('button', { name: /^amy/ }).waitFor();
  expect(await page.getByLabel('App', { exact: true }).inputValue()).toBe(APP);
  expect(complaints).toEqual([]);
});

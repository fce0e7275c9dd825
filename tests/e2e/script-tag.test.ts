/** A page of somebody else's that has nothing but our script tag. */
import { expect, test } from 'vitest';
import { texts, useStage } from './harness.js';
import { userInPage } from './user.js';

const stage = useStage();

test('the script from a server runs against that server without any setting', async () => {
  const server = await stage.server();
  const page = await stage.sdkPage('ours', server);
  expect(new URL(page.url()).origin).not.toBe(server.url);
  const amy = await userInPage(page);
  const ned = stage.nodeUser('ours', server);
  await amy.login('amy');
  await ned.login('ned');

  expect(await amy.sendToPeer('ned', 'from the page')).toBe(true);
  expect(await ned.sendToPeer('amy', 'from Node')).toBe(true);

  expect(texts(await ned.peerMessages.atLeast(1))).toEqual(['from the page']);
  expect(texts(await amy.peerMessages.atLeast(1))).toEqual(['from Node']);
});

test('the script creates exactly one global, ArRTM', async () => {
  const server = await stage.server();
  const page = await (await stage.context()).newPage();
  await page.addInitScript(() => {
    const before = new Set(Object.getOwnPropertyNames(window));
    addEventListener('load', () => {
      const added = Object.getOwnPropertyNames(window).filter((name) => !before.has(name));
      document.title = JSON.stringify(added);
    });
  });
  const site = await stage.site();
  await page.goto(site.pageWithScript(`${server.url}/sdk/web/ArRTM@latest.js`), { waitUntil: 'load' });
  expect(JSON.parse(await page.title())).toEqual(['ArRTM']);
  expect(await page.evaluate(() => typeof window.ArRTM.createInstance)).toBe('function');
});

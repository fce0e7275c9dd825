/** A page of somebody else's that has nothing but our script tag. */
import { expect, test } from 'vitest';
import { texts, useStage } from '../harness.js';
import { userInPage } from '../user.js';

const stage = useStage();

test('the script from a server runs against that server without any setting', async () => {
  const server = await stage.server();
  const page = await stage.sdkPage('ours', server);
  expect(await page.evaluate(() => location.origin, undefined)).not.toBe(server.url);
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
  const site = await stage.site();
  const page = await stage.tab();
  const first = 'var before; before = Object.getOwnPropertyNames(window);';
  await page.goto(site.pageWithScript(`${server.url}/sdk/web/ArRTM@latest.js`, first));
  const added = await page.evaluate(() => {
    const { before } = window as unknown as { before: string[] };
    return Object.getOwnPropertyNames(window).filter((name) => !before.includes(name) && !name.startsWith('e2e'));
  }, undefined);
  expect(added).toEqual(['ArRTM']);
  expect(await page.evaluate(() => typeof window.ArRTM.createInstance, undefined)).toBe('function');
});

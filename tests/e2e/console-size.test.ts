/** The first view of the page is small: what a browser loads before anybody has logged in. */
import { expect, test } from 'vitest';
import { complaintsOf } from './console-tab.js';
import { useStage } from './harness.js';

/** Of JavaScript, compressed, as the server sends it. */
const MOST_BYTES = 200 * 1000;

const stage = useStage();

test('the first view loads at most 200 KB of JavaScript', async () => {
  const server = await stage.server();
  const page = await (await stage.context()).newPage();
  const complaints = complaintsOf(page);
  const scripts = new Map<string, number>();
  const arrivals: Promise<void>[] = [];
  page.on('requestfinished', (request) => {
    if (request.resourceType() !== 'script') return;
    const arrival = request.response().then(async (response) => {
      expect(await response?.headerValue('content-encoding'), request.url()).toBe('gzip');
      scripts.set(request.url(), (await request.sizes()).responseBodySize);
    });
    arrivals.push(arrival);
  });
  await page.goto(server.url, { waitUntil: 'networkidle' });
  await page.getByRole('button', { name: 'Log in' }).waitFor();
  await Promise.all(arrivals);
  const sum = [...scripts.values()].reduce((bytes, size) => bytes + size, 0);
  expect(scripts.size).toBeGreaterThan(0);
  expect(sum).toBeGreaterThan(20_000);
  expect(sum, JSON.stringify([...scripts])).toBeLessThanOrEqual(MOST_BYTES);
  // The operator's part, with its charts, is for those who ask for it.
  const before = scripts.size;
  await page.getByRole('link', { name: 'Overview' }).click();
  await page.getByLabel('Operator key').waitFor();
  await Promise.all(arrivals);
  expect(scripts.size).toBeGreaterThan(before);
  expect(complaints).toEqual([]);
});

import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { COUNTER_NAMES } from '../../ports/index.js';
import { PinoLogger, PromCounters } from './index.js';

function logged(format: 'json' | 'pretty', level: 'error' | 'warn' | 'info' | 'debug' = 'debug') {
  const chunks: string[] = [];
  const out = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk.toString());
      done();
    },
  });
  return { logger: PinoLogger.create({ level, format, out }), text: () => chunks.join('') };
}

const SECRET = 'S3CRET-7f3a';

test.each(['json', 'pretty'] as const)('%s: a secret is not in the output, wherever it was fed in', (format) => {
  const { logger, text } = logged(format);
  logger.info({ token: SECRET, uid: 'ann' }, 'login');
  logger.info({ frame: { content: { Token: SECRET }, rawMessage: SECRET } }, 'frame');
  logger.warn({ app: { certificates: [SECRET, SECRET] }, list: [{ body: SECRET }, { deep: { text: SECRET } }] }, 'app');
  logger.error({ err: Object.assign(new Error('failed'), { token: SECRET, cause: { payload: SECRET } }) }, 'error');
  logger.debug({ headers: { authorization: SECRET, 'set-cookie': SECRET }, sess_id: SECRET }, 'headers');
  logger.info({ raw: Buffer.from(SECRET), map: new Map([['token', SECRET]]) }, 'bytes');
  const child = logger.child({ connection: 7, ticket: SECRET });
  child.child({ attributes: { mood: SECRET } }).info({ message: SECRET }, 'child');
  expect(text()).not.toContain(SECRET);
  expect(text()).not.toContain(SECRET.slice(0, 6));
  expect(text()).toMatch(/ann/);
  expect(text()).toMatch(/connection"?[:=]7/);
  expect(text().match(/\[masked\]/g)?.length).toBeGreaterThanOrEqual(9);
});

test('counts and lengths under such names are logged', () => {
  const { logger, text } = logged('json');
  logger.info({ messages: 3, body: 512, token: undefined }, 'sizes');
  expect(JSON.parse(text())).toMatchObject({ level: 'info', messages: 3, body: 512, msg: 'sizes' });
});

test('errors keep what one needs to find the cause', () => {
  const { logger, text } = logged('json');
  const cause = Object.assign(new Error('disk full'), { code: 'ENOSPC' });
  logger.error({ err: new Error('write failed', { cause }) }, 'storage');
  expect(JSON.parse(text())).toMatchObject({
    err: { type: 'Error', message: 'write failed', cause: { message: 'disk full', code: 'ENOSPC' } },
  });
  expect(text()).toContain('observability.test.ts');
});

test('values that refer to themselves do not end the server', () => {
  const { logger, text } = logged('json');
  const loop: Record<string, unknown> = {};
  loop.self = loop;
  logger.info({ loop, big: 2n ** 60n }, 'loop');
  expect(text()).toContain('too deep');
});

test('lines below the level are left out', () => {
  const { logger, text } = logged('json', 'warn');
  logger.info({}, 'quiet');
  logger.child({ a: 1 }).debug({}, 'quiet');
  logger.warn({}, 'loud');
  expect(text()).toContain('loud');
  expect(text()).not.toContain('quiet');
});

test('pretty lines are for people', () => {
  const { logger, text } = logged('pretty');
  logger.info({ port: 9080, host: '::1' }, 'Listening');
  expect(text()).toMatch(/^\d\d:\d\d:\d\d\.\d{3} INFO {2}Listening port=9080 host=::1\n$/);
});

test('counters are counted, read and rendered, each instance by itself', async () => {
  const counters = new PromCounters();
  const others = new PromCounters();
  counters.add('logins');
  counters.add('logins', 2);
  expect(counters.value('logins')).toBe(3);
  expect(others.value('logins')).toBe(0);
  const page = await counters.render();
  expect(page).toContain('\narrtm_logins_total 3\n');
  // Also a second time: what is rendered is not added up.
  expect(await counters.render()).toBe(page);
  for (const name of COUNTER_NAMES) expect(page).toContain(`# TYPE arrtm_${name}_total counter`);
});

test('numbers of what there is are asked for when the page is made', async () => {
  const counters = new PromCounters();
  const census = { connections: 1, queuedBytes: 0 };
  counters.addGauges(() => census);
  census.connections = 7;
  expect(await counters.render()).toContain('\narrtm_connections 7\n');
  census.queuedBytes = 5;
  expect(await counters.render()).toContain('# TYPE arrtm_queued_bytes gauge\narrtm_queued_bytes 5\n');
});

/** Hostile queries for history, and floods of archived messages: an answer for the sender, nothing for anybody else. */
import { gateway, post } from 'ar-rtm-testkit/raw-client';
import { expect, test } from 'vitest';
import { APP, LOBBY, useArena } from './support/arena.js';

const arena = useArena();
const CHANNEL = '/arapi/v1/artmgw/getChanHistoryMsg';
const PEERS = '/arapi/v1/artmgw/getP2PHistoryMsg';
const OFTEN = { calls: 1000, windowMs: 1000 };

test('queries that name nothing, two conversations, or numbers that cannot be', async () => {
  await arena.start({ settings: { historyReads: OFTEN } });
  const eve = await arena.intruder();
  let MsgId = 0;
  const ask = (content: object) => eve.request('GetHistory', { MsgId: ++MsgId, ...content });
  for (const id of ['', 'a/b', 'null', '__proto__/', 'x'.repeat(65), '\ud800', '..', 'room\u0000']) {
    if (id !== '..') expect(await ask({ PeerId: id }), id).toMatchObject({ MsgId, Code: 2, Messages: [] });
    expect((await ask({ ChanId: id }))['Code'], id).not.toBe(0);
  }
  for (const wrong of [
    { PeerId: 'left', ChanId: LOBBY },
    { PeerId: 'left', Limit: 0 },
    { PeerId: 'left', Limit: -1 },
    { PeerId: 'left', Limit: 2 ** 40 },
    { PeerId: 'left', After: -1 },
    { PeerId: 'left', StartTs: -5 },
    { PeerId: 'left', Order: 'ASC' },
    { PeerId: 'left', Order: '__proto__' },
    { PeerId: 'left', After: 1.5 },
    { PeerId: 'left', After: '1' },
    { PeerId: ['left'] },
    { ChanId: { a: 1 } },
  ]) {
    expect(await ask(wrong), JSON.stringify(wrong)).toMatchObject({ MsgId, Code: 2, Messages: [] });
  }
  for (const far of [{ After: 2 ** 53 - 1 }, { StartTs: 2 ** 53 - 1 }, { EndTs: 0 }, { StartTs: 9, EndTs: 3 }]) {
    for (const Order of ['asc', 'desc']) {
      expect(await ask({ PeerId: 'left', Order, ...far })).toMatchObject({ Code: 0, Messages: [] });
    }
  }
  // The bystanders' talk is not archived, and if it were it would be theirs.
  expect(await ask({ PeerId: 'left' })).toMatchObject({ Code: 0, Messages: [] });
});

test('names of the language are names of conversations like any other', async () => {
  await arena.start({ settings: { historyReads: OFTEN } });
  const eve = await arena.intruder();
  let MsgId = 0;
  for (const id of ['__proto__', 'constructor', 'toString', '..', ' ', '_'.repeat(64), '{}', '|']) {
    const content = { MsgId: ++MsgId, ToUId: id, MsgType: 1, MsgBody: id, HistoryMsg: true };
    expect(await eve.request('SendMsgToPeer', content, 'MsgStatus'), id).toMatchObject({ MsgId, Status: 0 });
    const page = await eve.request('GetHistory', { MsgId: ++MsgId, PeerId: id });
    expect(page['Messages'], id).toMatchObject([{ MsgBody: id, FromUId: 'eve' }]);
  }
});

test('bodies of the history endpoints: always 200 with a code and a list', async () => {
  await arena.start();
  const eve = await arena.intruder();
  const { url } = arena.server;
  const session = { appId: APP, sessId: eve.sessionId };
  for (const [path, fields, code] of [
    [CHANNEL, {}, -4],
    [CHANNEL, { chanId: 'a/b' }, -4],
    [CHANNEL, { chanId: 7 }, -4],
    [CHANNEL, { chanId: LOBBY, limit: 0 }, -4],
    [CHANNEL, { chanId: LOBBY, offset: -1 }, -4],
    [CHANNEL, { chanId: LOBBY, order: 'up' }, -4],
    [CHANNEL, { chanId: 'not a member' }, -4],
    [CHANNEL, { chanId: LOBBY }, 0],
    [PEERS, { peerId: '' }, -4],
    [PEERS, { peerId: 'left', startTs: 'x' }, -4],
    [PEERS, { peerId: 'left' }, 0],
    [PEERS, {}, 0],
  ] as const) {
    const answer = await post(url, path, { ...session, ...fields });
    expect([answer.status, answer.body['code']], JSON.stringify(fields)).toEqual([200, code]);
    if (code === 0) expect(answer.body['data']).toEqual([]);
  }
  // A ticket that nobody has logged in with, one of another app, and none.
  const unused = (await gateway(url, { appid: APP, uid: 'left', token: '', wss: false })).body['sessionid'];
  for (const wrong of [{ sessId: unused }, { appId: 'b'.repeat(32) }, { sessId: 'x' }, { sessId: '' }]) {
    expect((await post(url, PEERS, { ...session, peerId: 'left', ...wrong })).body).toMatchObject({
      code: 110,
      data: [],
    });
  }
});

test('a flood of archived messages: the oldest go, and the bystanders do not notice', async () => {
  await arena.start({ engineLimits: { historyEntries: 50, historyBytes: 200_000 }, settings: { historyReads: OFTEN } });
  const eve = await arena.intruder();
  for (let MsgId = 1; MsgId <= 300; MsgId++) {
    const content = { MsgId, ToUId: 'nobody', MsgType: 1, MsgBody: `${MsgId} ${'x'.repeat(10_000)}`, HistoryMsg: true };
    eve.send('SendMsgToPeer', content);
  }
  await eve.frames.until(() => eve.all('MsgStatus').length === 300, 30_000);
  const page = await eve.request('GetHistory', { MsgId: 1000, PeerId: 'nobody', Order: 'desc' });
  const bodies = (page['Messages'] as { MsgBody: string }[]).map(({ MsgBody }) => Number(MsgBody.split(' ')[0]));
  expect(bodies[0]).toBe(300);
  expect(bodies.length).toBeGreaterThan(10);
  expect(bodies.length).toBeLessThan(21);
});

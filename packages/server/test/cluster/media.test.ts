/** Files for clients that know texts only, on several nodes: what the gateway of one heard is known to the others. */
import { writeMediaBody } from 'ar-rtm-protocol';
import { afterEach, expect, test } from 'vitest';
import { APP, Cluster, type ScriptedClient } from './cluster.js';

let cluster: Cluster;
afterEach(() => expect(cluster.complaints).toEqual([]));

const ID = 'ab'.repeat(16);
const FILE = {
  MsgType: 3,
  MsgBody: writeMediaBody({ Id: ID, Name: 'a.txt', Size: 5, Thumb: '', ThumbType: '' }, false),
};

/** Name, address and whether every node opens the file, of the link in each message. */
function links(pushes: readonly { readonly MsgType: number; readonly MsgBody: string }[]) {
  return pushes.map(({ MsgType, MsgBody }) => {
    const [title, link = ''] = MsgBody.split('\n');
    const { origin, pathname, searchParams } = new URL(link);
    const [app = '', until, signature = ''] = ['app', 'until', 'sig'].map((name) => searchParams.get(name) ?? '');
    const mediaId = pathname.split('/').at(-1) ?? '';
    const good = { appId: app, mediaId, untilMs: Number(until), signature };
    return [MsgType, title, origin, app === APP && cluster.nodes.every(({ media }) => media.access.isGoodLink(good))];
  });
}

test('a link for a client whose gateway, socket and next socket are on three nodes', async () => {
  cluster = await Cluster.start({ nodes: 3, faults: { callDelayMs: 20, answerDelayMs: 20, feedDelayMs: 30 } });
  const [amy, ben] = [await cluster.login('amy', 2), await cluster.login('ben', 1)];
  const pia = await cluster.login('pia', 1, 'published', 0);
  for (const client of [amy, ben, pia]) await client.join('room');
  // Whatever waits for the fetch of offline messages comes by itself later.
  await cluster.time.advance(3500);
  const send = async (client: ScriptedClient) => {
    client.say('SendMsgToPeer', { MsgId: 1000 + client.frames.length, ToUId: 'pia', ...FILE });
    client.say('SendChannelMsg', { MsgId: 2000 + client.frames.length, ChanId: 'room', ...FILE });
    await cluster.time.advance(500);
  };
  await send(amy);
  const here = [1, 'a.txt (5 bytes)', 'http://node1.example', true];
  expect(links(pia.contents('RecvMsgFromPeer'))).toEqual([here]);
  expect(links(pia.contents('RecvMsgFromChan'))).toEqual([here]);
  expect(ben.contents('RecvMsgFromChan')).toMatchObject([FILE]);
  pia.breakSocket();
  await send(amy);
  await pia.connect(2, { gatewayNode: 0 });
  await pia.join('room');
  await cluster.time.advance(1000);
  const there = [1, 'a.txt (5 bytes)', 'http://node2.example', true];
  expect(links(pia.contents('RecvMsgFromPeer'))).toEqual([here, there]);
  expect(links(pia.contents('RecvMsgFromChan'))).toEqual([here, there]);
});

/** Who is online, seen from a page and seen of a page. */
import { expect, test } from 'vitest';
import { useStage } from '../harness.js';

const stage = useStage();

test('a page sees users come and go, and is seen', async () => {
  const server = await stage.server();
  const amy = await stage.pageUser('ours', server);
  const ned = stage.nodeUser('ours', server);
  await amy.login('amy');
  await amy.watch('ned');
  const seen = () => amy.presence.calls.map(([changes]) => changes.ned);
  await amy.presence.until(() => seen().at(-1) === 'OFFLINE');

  await ned.login('ned');
  await amy.presence.until(() => seen().at(-1) === 'ONLINE');
  expect(await amy.isOnline('ned', 'nobody')).toEqual({ ned: true, nobody: false });
  expect(await ned.isOnline('amy')).toEqual({ amy: true });
  await ned.watch('amy');
  await ned.presence.until((calls) => calls.at(-1)?.[0].amy === 'ONLINE');

  await ned.logout();
  await amy.presence.until(() => seen().at(-1) === 'OFFLINE');
  expect(seen()).toEqual(['OFFLINE', 'ONLINE', 'OFFLINE']);
});

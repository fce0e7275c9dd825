import { RtmClient } from 'ar-rtm-sdk';
import { expect, test, vi } from 'vitest';
import { act, openStage, render, screen, waitFor } from '../test/stage.js';
import { usePresence, useRtm } from './index.js';

const stage = openStage();

test('now and later, and with the next session', async () => {
  const ben = await stage.user('ben');
  const { result } = stage.hookAs('ann', () => ({ rtm: useRtm(), presence: usePresence(['ben', 'cleo']) }));
  expect(result.current.presence).toEqual({ statuses: {}, error: undefined });
  await waitFor(() => expect(result.current.presence.statuses).toEqual({ ben: 'ONLINE', cleo: 'OFFLINE' }));
  const cleo = await stage.user('cleo');
  await waitFor(() => expect(result.current.presence.statuses).toEqual({ ben: 'ONLINE', cleo: 'ONLINE' }));
  await act(() => result.current.rtm.logout());
  expect(result.current.presence.statuses).toEqual({});
  await cleo.logout();
  await act(() => result.current.rtm.login({ uid: 'dora' }));
  await waitFor(() => expect(result.current.presence.statuses).toEqual({ ben: 'ONLINE', cleo: 'OFFLINE' }));
  await ben.logout();
  await waitFor(() => expect(result.current.presence.statuses.ben).toBe('OFFLINE'));
});

test('a user that several ask for is subscribed once, and until the last has gone', async () => {
  const on = vi.spyOn(RtmClient.prototype, 'subscribePeersOnlineStatus');
  const off = vi.spyOn(RtmClient.prototype, 'unsubscribePeersOnlineStatus');
  const client = await stage.user('ann');
  await stage.user('ben');
  const Peer = ({ ids }: { ids: string[] }) => <p>{JSON.stringify(usePresence(ids).statuses)}</p>;
  const Wrapper = stage.over(client);
  const page = (...lists: string[][]) => (
    <Wrapper>
      {lists.map((ids) => (
        <Peer key={ids.join()} ids={ids} />
      ))}
    </Wrapper>
  );
  const { rerender } = render(page(['ben'], ['ben', 'cleo'], ['cleo', 'cleo']));
  await screen.findByText('{"ben":"ONLINE","cleo":"OFFLINE"}');
  expect(on.mock.calls).toEqual([[['ben', 'cleo']]]);
  rerender(page(['ben', 'dora']));
  await screen.findByText('{"ben":"ONLINE","dora":"OFFLINE"}');
  await waitFor(async () =>
    expect(await client.queryPeersBySubscriptionOption('ONLINE_STATUS')).toEqual(['ben', 'dora']),
  );
  rerender(page());
  await waitFor(async () => expect(await client.queryPeersBySubscriptionOption('ONLINE_STATUS')).toEqual([]));
  expect(off.mock.calls.flat(2).sort()).toEqual(['ben', 'cleo', 'dora']);
});

test('others do not disturb who is not asked for them', async () => {
  const ben = await stage.user('ben');
  let renders = 0;
  const Cleo = () => {
    renders += 1;
    return <p>{`cleo ${usePresence(['cleo']).statuses.cleo}`}</p>;
  };
  const Ben = () => <p>{`ben ${usePresence(['ben']).statuses.ben}`}</p>;
  const Wrapper = stage.as('ann');
  render(
    <Wrapper>
      <Cleo />
      <Ben />
    </Wrapper>,
  );
  await screen.findByText('cleo OFFLINE');
  await screen.findByText('ben ONLINE');
  const before = renders;
  await ben.logout();
  await screen.findByText('ben OFFLINE');
  expect(renders).toBe(before);
});

test('names of objects are names; more than the SDK takes is an error, and fewer are none', async () => {
  const many = Array.from({ length: 513 }, (_, i) => `peer ${i}`);
  const { result, rerender } = stage.hookAs('ann', ({ ids }) => usePresence(ids), { ids: ['constructor'] });
  await waitFor(() => expect(result.current.statuses).toEqual({ constructor: 'OFFLINE' }));
  rerender({ ids: many });
  await waitFor(() => expect(result.current.error).toMatchObject({ code: 6 }));
  rerender({ ids: many.slice(1) });
  await waitFor(() => expect(Object.keys(result.current.statuses)).toHaveLength(512));
  expect(result.current.error).toBeUndefined();
});

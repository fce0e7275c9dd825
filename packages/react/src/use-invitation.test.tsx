import type { RemoteInvitation } from 'ar-rtm-sdk';
import { expect, test } from 'vitest';
import { act, openStage, renderHook, waitFor } from '../test/stage.js';
import { useInvitation, useRtm } from './index.js';

const stage = openStage();

async function caller(uid: string) {
  const hook = stage.hookAs(uid, () => ({ rtm: useRtm(), ...useInvitation() }));
  await waitFor(() => expect(hook.result.current.rtm.isLoggedIn).toBe(true));
  return hook;
}

test('invite, accept', async () => {
  const [{ result: ann }, { result: ben }] = [await caller('ann'), await caller('ben')];
  let id = 0;
  act(() => {
    id = ann.current.invite('ben', { content: 'a call?', channelId: 'room' });
  });
  expect(ann.current.outgoing).toMatchObject([{ id, calleeId: 'ben', content: 'a call?', channelId: 'room' }]);
  await waitFor(() => expect(ann.current.outgoing[0]?.state).toBe('RECEIVED_BY_REMOTE'));
  const [call] = ben.current.incoming;
  expect(call).toMatchObject({ callerId: 'ann', content: 'a call?', channelId: 'room', isOver: false });
  act(() => ben.current.accept(call?.id ?? 0, 'yes'));
  await waitFor(() => expect(ann.current.outgoing[0]).toMatchObject({ state: 'ACCEPTED_BY_REMOTE', response: 'yes' }));
  await waitFor(() => expect(ben.current.incoming[0]).toMatchObject({ state: 'ACCEPTED', isOver: true }));
  act(() => ann.current.dismiss(id));
  expect(ann.current.outgoing).toEqual([]);
  expect(() => ben.current.refuse(call?.id ?? 0)).toThrow(expect.objectContaining({ code: 4 }));
  expect(() => ben.current.cancel(call?.id ?? 0)).toThrow(RangeError);
});

test('refuse, cancel, and calls that nobody can take', async () => {
  const [{ result: ann }, { result: ben }] = [await caller('ann'), await caller('ben')];
  act(() => void ann.current.invite('ben', { content: 'first' }));
  await waitFor(() => expect(ben.current.incoming).toHaveLength(1));
  act(() => ben.current.refuse(ben.current.incoming[0]?.id ?? 0, 'no'));
  await waitFor(() => expect(ann.current.outgoing[0]).toMatchObject({ state: 'REFUSED_BY_REMOTE', response: 'no' }));
  let id = 0;
  act(() => {
    id = ann.current.invite('ben', { content: 'second' });
  });
  await waitFor(() => expect(ben.current.incoming).toHaveLength(2));
  act(() => ann.current.cancel(id, 'never mind'));
  await waitFor(() => expect(ben.current.incoming[1]).toMatchObject({ state: 'CANCELED', content: 'never mind' }));
  await waitFor(() => expect(ann.current.outgoing[1]).toMatchObject({ state: 'CANCELED', isOver: true }));
  expect(() => ann.current.invite('')).toThrow(expect.objectContaining({ code: 1 }));
  expect(() => ann.current.invite('ben', { content: 'x'.repeat(9000) })).toThrow(expect.objectContaining({ code: 1 }));
  expect(ann.current.outgoing).toHaveLength(2);
});

test('a call of a session that ends has failed, and is forgotten by a logout', async () => {
  const { result: ann } = await caller('ann');
  const ben = await stage.user('ben');
  const rang = new Promise<RemoteInvitation>((resolve) => ben.on('RemoteInvitationReceived', resolve));
  act(() => void ann.current.invite('ben'));
  const remote = await rang;
  await stage.user('ann');
  await waitFor(() =>
    expect(ann.current.outgoing[0]).toMatchObject({ state: 'FAILURE', failureReason: 'NOT_LOGGEDIN' }),
  );
  await waitFor(() => expect(remote.state).toBe('FAILURE'));
  await act(() => ann.current.rtm.login({ uid: 'ann' }));
  expect(ann.current.outgoing).toEqual([]);
});

test('without a login it fails at once; of those that are over the newest stay', async () => {
  const { result } = await caller('ann');
  await act(() => result.current.rtm.logout());
  act(() => void result.current.invite('ben'));
  await waitFor(() =>
    expect(result.current.outgoing[0]).toMatchObject({ failureReason: 'NOT_LOGGEDIN', isOver: true }),
  );
  const [first] = result.current.outgoing;
  act(() => {
    for (let i = 0; i < 50; i++) result.current.invite('ben');
  });
  await waitFor(() => expect(result.current.outgoing.every(({ isOver }) => isOver)).toBe(true));
  expect(result.current.outgoing).toHaveLength(50);
  expect(result.current.outgoing).not.toContainEqual(first);
});

test('listeners go with the page', async () => {
  const ann = await stage.user('ann');
  const { result, unmount } = renderHook(useInvitation, { wrapper: stage.over(ann) });
  const ben = await stage.user('ben');
  const rang = new Promise<RemoteInvitation>((resolve) => ann.on('RemoteInvitationReceived', resolve));
  ben.createLocalInvitation('ann').send();
  const remote = await rang;
  await waitFor(() => expect(result.current.incoming).toHaveLength(1));
  expect(remote.listenerCount('RemoteInvitationCanceled')).toBe(1);
  unmount();
  await waitFor(() => expect(remote.listenerCount('RemoteInvitationCanceled')).toBe(0));
});

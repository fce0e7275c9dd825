import { expect, test } from 'vitest';
import { act, openStage, waitFor } from '../test/stage.js';
import { useRtm, useUserAttributes } from './index.js';

const stage = openStage();

test('own attributes: shown where they are asked for, whatever the question', async () => {
  const { result } = stage.hookAs('ann', () => ({
    rtm: useRtm(),
    own: useUserAttributes(),
    named: useUserAttributes('ann'),
  }));
  await waitFor(() => expect(result.current.rtm.isLoggedIn).toBe(true));
  await act(() => result.current.own.set({ mood: 'fine', place: 'here' }));
  expect(result.current.own.attributes).toEqual({ mood: 'fine', place: 'here' });
  await act(() => result.current.named.update({ mood: 'better' }));
  expect(result.current.own.attributes).toEqual({ mood: 'better', place: 'here' });
  await act(() => result.current.own.remove(['place']));
  expect(result.current.named).toMatchObject({ attributes: { mood: 'better' }, isLoading: false, error: undefined });
  await expect(result.current.own.set({ '': 'x' })).rejects.toMatchObject({ code: 3 });
  await act(() => result.current.rtm.logout());
  expect(result.current.own.attributes).toEqual({});
});

test('those of another user: asked for, not followed', async () => {
  const { result } = stage.hookAs('ann', () => useUserAttributes('ben'));
  await waitFor(() => expect(result.current.error).toMatchObject({ code: 6 }));
  const ben = await stage.user('ben');
  await ben.setLocalUserAttributes({ mood: 'fine' });
  await act(() => result.current.refresh());
  expect(result.current).toMatchObject({ attributes: { mood: 'fine' }, error: undefined, isLoading: false });
});

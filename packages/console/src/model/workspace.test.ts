import { expect, test } from 'vitest';
import { Network } from '../network/network.js';
import type { Identity } from './session.js';
import { MOST_SEATS, Workspace } from './workspace.js';

function useWorkspace(recalled: readonly Identity[] = []) {
  let suggested = 0;
  let kept: readonly Identity[] = recalled;
  const suggest = () => {
    suggested += 1;
    return { appId: 'app', uid: `user-${suggested}` };
  };
  const workspace = new Workspace(new Network(), recalled, suggest, (identities) => {
    kept = identities;
  });
  const uids = () => workspace.seats.get().map(({ suggestion }) => suggestion.uid);
  return { workspace, uids, kept: () => kept.map(({ uid }) => uid) };
}

test('a page begins with one user, or with those of before', () => {
  expect(useWorkspace().uids()).toEqual(['user-1']);
  const before = [
    { appId: 'app', uid: 'amy' },
    { appId: 'app', uid: 'ben' },
  ];
  expect(useWorkspace(before).uids()).toEqual(['amy', 'ben']);
});

test('users come and go; those who have logged in are remembered', () => {
  const { workspace, uids, kept } = useWorkspace();
  const [first] = workspace.seats.get();
  workspace.seated(first?.id ?? 0, { appId: 'mine', uid: 'amy' });
  workspace.add();
  const second = workspace.seats.get()[1];
  expect(second?.suggestion.appId).toBe('mine');
  expect(kept()).toEqual(['amy']);
  workspace.seated(second?.id ?? 0, { appId: 'mine', uid: 'ben' });
  expect(kept()).toEqual(['amy', 'ben']);
  workspace.remove(first?.id ?? 0);
  expect([uids(), kept()]).toEqual([['user-2'], ['ben']]);
});

test('there are no more than can be shown', () => {
  const { workspace, uids } = useWorkspace();
  for (let i = 0; i < 20; i += 1) workspace.add();
  expect(uids()).toHaveLength(MOST_SEATS);
});

import { expect, test } from 'vitest';
import { MemberList } from './member-list.js';

test('what happens between question and answer wins over the answer', () => {
  const list = new MemberList();
  list.asked();
  list.joined('ann');
  list.left('ben');
  list.joined('cleo');
  list.left('cleo');
  expect(list.all).toEqual(['ann']);
  list.answered(['ben', 'cleo', 'dora']);
  expect([...list.all].sort()).toEqual(['ann', 'dora']);
  list.joined('ben');
  list.left('ann');
  expect([...list.all].sort()).toEqual(['ben', 'dora']);
  list.clear();
  list.answered(['ann']);
  expect(list.all).toEqual(['ann']);
});

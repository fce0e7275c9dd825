import { expect, test } from 'vitest';
import { partsIn } from './site-parts.js';

test('a part is missing only when the server says so, and never all of them', () => {
  expect(partsIn({ clients: false, operator: true })).toEqual({ clients: false, operator: true });
  expect(partsIn({ clients: true, operator: false })).toEqual({ clients: true, operator: false });
  for (const odd of [undefined, null, {}, 'text', { clients: false, operator: false }]) {
    expect(partsIn(odd)).toEqual({ clients: true, operator: true });
  }
});

import { expect, test } from 'vitest';
import { webSocketFraming } from '../edge/ws/framing.js';
import type { PlacedChannelEntry } from '../ports/channels.js';
import { ChannelBatch } from './channel-batch.js';

const origin = { nodeId: 'n', ref: 1 };

function placed(offset: number, type: number): PlacedChannelEntry {
  const message = { from: 'amy', session: 7, type, body: `body ${offset}`, description: '', origin };
  return { position: { epoch: 1, offset }, ts: 5, entry: { kind: 'message', ...message } };
}

function batchOf(...types: number[]): ChannelBatch {
  const items = types.map((type, index) => ChannelBatch.item(webSocketFraming, 'room', placed(index + 1, type)));
  return new ChannelBatch(webSocketFraming, items, { epoch: 1, offset: 0 }, { epoch: 1, offset: types.length });
}

test('texts, raw messages and member events need no second form', () => {
  expect(batchOf().hasMedia).toBe(false);
  expect(batchOf(1, 2, 1).hasMedia).toBe(false);
  const joined = {
    position: { epoch: 1, offset: 1 },
    ts: 5,
    entry: { kind: 'joined', uid: 'amy', session: 7 },
  } as const;
  const item = ChannelBatch.item(webSocketFraming, 'room', joined);
  expect(new ChannelBatch(webSocketFraming, [item], { epoch: 1, offset: 0 }, joined.position).hasMedia).toBe(false);
  for (const type of [3, 4]) expect(batchOf(1, type).hasMedia).toBe(true);
});

test('one more encoding of what is a file or an image, for all clients of one address', () => {
  const batch = batchOf(1, 3, 1, 4);
  const encoded: number[] = [];
  const frameOf = ({ position }: PlacedChannelEntry) => {
    encoded.push(position.offset);
    return webSocketFraming.text(`text ${position.offset}`);
  };
  const [first, again] = [batch.asTexts('http://a', frameOf), batch.asTexts('http://a', frameOf)];
  expect([again === first, encoded]).toEqual([true, [2, 4]]);
  expect(first.frames).toBe(again.frames);
  const shared = first.items.map(({ frame }, index) => frame === batch.items[index]?.frame);
  expect(shared).toEqual([true, false, true, false]);
  // Places are the same objects, by which a member is known to follow.
  expect([first.before === batch.before, first.last === batch.last, first.hasAuthor(7)]).toEqual([true, true, true]);
  batch.asTexts(undefined, frameOf);
  expect(encoded).toEqual([2, 4, 2, 4]);
});

test('whoever makes up addresses does not make the batch grow', () => {
  const batch = batchOf(3);
  let encoded = 0;
  const frameOf = () => {
    encoded++;
    return webSocketFraming.text('text');
  };
  for (let round = 0; round < 2; round++) for (let i = 0; i < 100; i++) batch.asTexts(`http://${i}`, frameOf);
  // The first eight are kept, the others made for each member anew.
  expect(encoded).toBe(8 + 2 * 92);
});

import { expect, test } from 'vitest';
import { AuthorReplies } from './author-replies.js';
import type { FrameSender } from './client-socket.js';
import type { MemberSession } from './member.js';

const session = {} as MemberSession;

function socket(): FrameSender & { readonly sent: unknown[] } {
  const sent: unknown[] = [];
  return { sent, send: (cmd, content) => void sent.push([cmd, content]) };
}

/** A map that counts how many of its entries anybody walks over. */
function countWalks(replies: AuthorReplies): () => number {
  const { waiting } = replies as unknown as { waiting: Map<number, unknown> };
  let walked = 0;
  const { entries } = waiting;
  const counted = function* (this: Map<number, unknown>) {
    for (const entry of entries.call(waiting)) {
      walked++;
      yield entry;
    }
  };
  Object.assign(waiting, { entries: counted, [Symbol.iterator]: counted });
  return () => walked;
}

test('a socket that goes takes its own replies with it, and costs nothing for those of others', () => {
  const replies = new AuthorReplies();
  const [gone, stays] = [socket(), socket()];
  const open = (connection: FrameSender, msgId: number) =>
    replies.open({ session, connection, channelId: 'room', msgId });
  const refs = Array.from({ length: 1000 }, (_, i) => open(stays, i));
  const lost = [open(gone, 1), open(gone, 2), open(gone, 3)];
  replies.accepted(lost[1] as number, { epoch: 1, offset: 1 });
  const walked = countWalks(replies);
  replies.forget(gone);
  expect(walked()).toBe(0);
  expect(replies.size).toBe(1000);
  for (const ref of lost) replies.accepted(ref, { epoch: 1, offset: 2 });
  expect(gone.sent).toHaveLength(1);
  for (const ref of refs) replies.accepted(ref, { epoch: 1, offset: 3 });
  expect(stays.sent).toHaveLength(1000);
  expect(replies.size).toBe(0);
  replies.forget(stays);
  replies.forget(gone);
});

test('an answer settles once', () => {
  const replies = new AuthorReplies();
  const connection = socket();
  const ref = replies.open({ session, connection, channelId: 'room', msgId: 7 });
  replies.refused(ref, 5, 'no');
  replies.accepted(ref, { epoch: 1, offset: 1 });
  expect(connection.sent).toEqual([['SendChannelMsg', { ChanId: 'room', MsgId: 7, Code: 5, Reason: 'no' }]]);
});

test('a client that matches replies by their command gets them in the order of its messages', () => {
  const replies = new AuthorReplies();
  const connection = socket();
  const [first, second, third] = [1, 2, 3].map((msgId) =>
    replies.open({ session, connection, channelId: 'room', msgId, inOrder: true }),
  ) as [number, number, number];
  const other = replies.open({ session, connection: socket(), channelId: 'room', msgId: 9, inOrder: true });
  replies.refused(third, 5, 'no');
  replies.accepted(second, { epoch: 1, offset: 2 });
  replies.accepted(second, { epoch: 1, offset: 7 });
  expect(connection.sent).toEqual([]);
  replies.accepted(first, { epoch: 1, offset: 1 });
  expect(connection.sent).toMatchObject([
    ['SendChannelMsg', { MsgId: 1, Offset: 1 }],
    ['SendChannelMsg', { MsgId: 2, Offset: 2 }],
    ['SendChannelMsg', { MsgId: 3, Code: 5 }],
  ]);
  expect(replies.size).toBe(1);
  replies.accepted(other);
  expect(replies.size).toBe(0);
});

import { expect, test } from 'vitest';
import { setUp } from '../test/set-up.js';

// A server without stored data, or with those of an older backup, counts anew. Its entries were once taken for old ones:
// acknowledged, and never dispatched.
test.each(['reconnect', 'new login'])('a server that counts anew is believed: %s', async (how) => {
  const { client, server, clock, events, logIn, recorder, idle } = setUp();
  server.login = { Epoch: 1, Offset: 0, Memory: 'one/1/1' };
  await logIn('alice');
  const push = (text: string, n: number) =>
    server.push('RecvMsgFromPeer', {
      ...{ MsgId: 2 ** 36 + n, FromUId: 'bob', ToUId: 'alice', MsgType: 1, MsgBody: text, SvrTS: 1 },
      ...{ Epoch: 1, Offset: n },
    });
  for (let n = 1; n <= 5; n++) push(`${n}`, n);
  await events();
  server.login = { Resumed: false, Epoch: 1, Offset: 0, Memory: 'two/1/1' };
  if (how === 'reconnect') {
    server.connection.close();
    await clock.advance(1000);
    await idle(2000);
  } else {
    await Promise.all([client.logout(), clock.settle()]);
    await logIn('alice');
  }
  recorder.take();
  push('after', 1);
  expect((await events()).filter((line) => line.startsWith('MessageFromPeer'))).toHaveLength(1);
});

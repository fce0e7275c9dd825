import { test } from 'vitest';
import { setUp } from '../test/set-up.js';
test('dbg', async () => {
  const { client, clock, recorder, server, environment, events } = setUp({ confPriCloudAddr: { ServerAdd: 'rtm.test', Port: 9080, Wss: false }, logFilter: 0 });
  void recorder.settles('login', client.login({ uid: 'alice', token: 'tok' }));
  console.log(await events(), server.posts, server.connections.length, clock.uncaught, environment.logged, server.received);
});

/** Logging and parameters, with both SDKs. */
import type { ClientLogLines } from 'ar-rtm-server/testing';
import { expect, vi } from 'vitest';
import { codeOf, differs, eventually, oursOnly, scenario } from './scene.js';

scenario([56, 58], 'levels are numbers; parameters can be set at any time', async (scene) => {
  const { LOG_FILTER_OFF, LOG_FILTER_ERROR, LOG_FILTER_WARNING, LOG_FILTER_INFO } = scene.module();
  expect([LOG_FILTER_OFF, LOG_FILTER_ERROR, LOG_FILTER_WARNING, LOG_FILTER_INFO]).toEqual([4, 3, 2, 1]);
  const client = await scene.client();
  client.setParameters({ logFilter: LOG_FILTER_ERROR });
  client.setParameters({ ...scene.server.address, logFilter: LOG_FILTER_OFF });
  await client.login({ uid: 'ann' });
  client.setParameters({ logFilter: LOG_FILTER_WARNING, somethingNew: true } as never);
  expect(await codeOf(client.logout())).toBe('resolved');
});

oursOnly([56], 'the object form of the level, for each client on its own', async (scene) => {
  const written: unknown[] = [];
  const spies = (['debug', 'info', 'warn', 'error', 'log'] as const).map((level) =>
    vi.spyOn(console, level).mockImplementation((...args) => void written.push([level, ...args])),
  );
  try {
    const [loud, quiet] = [await scene.client(), await scene.client()];
    loud.setParameters({ logFilter: { error: true, warn: true, info: true, track: false, debug: false } });
    quiet.setParameters({ logFilter: { error: false, warn: false, info: false, track: false, debug: false } });
    await quiet.login({ uid: 'ben' });
    expect(written).toEqual([]);
    await loud.login({ uid: 'ann' });
    expect(written.length).toBeGreaterThan(0);
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
});

oursOnly([55], 'log lines are uploaded when that is switched on, and not by default', async (scene) => {
  const stored: ClientLogLines[] = [];
  await scene.start({ clientLogs: { append: async (lines) => void stored.push(lines) } });
  const [silent, telling] = [await scene.client(), await scene.client({ enableLogUpload: true })];
  await silent.login({ uid: 'ann' });
  await silent.logout();
  await telling.login({ uid: 'ben' });
  // What waits leaves with the session.
  await telling.logout();
  await eventually(() => stored.length > 0);
  expect(new Set(stored.map(({ uid }) => uid))).toEqual(new Set(['ben']));
  expect(stored[0]?.lines[0]).toMatch(/^\d+ info: .*CONNECTING/);
});

differs(
  'setParameters',
  [58],
  'parameters that are none',
  async (scene) => {
    const client = await scene.client();
    return codeOf(Promise.resolve().then(() => client.setParameters(null as never))).then((code) => typeof code);
  },
  { ours: 'number', published: 'object' },
);

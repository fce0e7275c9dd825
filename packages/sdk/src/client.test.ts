import { describe, expect, test } from 'vitest';
import { APP_ID, setUp } from '../test/set-up.js';
import { BaseClient } from './client.js';
import { RTMException, RtmInvalidArgumentError } from './errors.js';
import { ArRTM, RtmChannel, RtmClient, RtmErrorCode, RtmStatusCode } from './index.js';

describe('createInstance and new RtmClient', () => {
  test('give an independent client without any activity', () => {
    const client = ArRTM.createInstance(APP_ID, { logFilter: ArRTM.LOG_FILTER_OFF }, ['GLOBAL', ArRTM.AreaCode.CHINA]);
    expect(client).toBeInstanceOf(RtmClient);
    expect(new RtmClient(APP_ID)).not.toBe(client);
    expect([client.uid, client.token, client.channels]).toEqual(['', null, {}]);
  });

  test.each([undefined, null, '', 'short', `${APP_ID}0`, APP_ID.replace('0', '-'), 5, Object(APP_ID)])(
    'app id %j',
    (appId) => {
      for (const create of [() => ArRTM.createInstance(appId as string), () => new RtmClient(appId as string)]) {
        expect(create).toThrow(RtmInvalidArgumentError);
        expect(create).toThrow(expect.objectContaining({ code: 1 }));
      }
    },
  );

  test.each([null, 'text', 5])('params %j', (params) => {
    expect(() => ArRTM.createInstance(APP_ID, params as never)).toThrow(RtmInvalidArgumentError);
  });

  test.each(['GLOBAL', {}, ['MARS'], [1]])('areaCodes %j', (areaCodes) => {
    expect(() => ArRTM.createInstance(APP_ID, {}, areaCodes as never)).toThrow(RtmInvalidArgumentError);
  });
});

test.each([undefined, {}, { areaCodes: [] }, { areaCodes: ['ASIA'], excludedArea: 'GLOBAL' }, { areaCodes: ['X'] }])(
  'setArea refuses %j',
  (config) => expect(() => ArRTM.setArea(config as never)).toThrow(RtmInvalidArgumentError),
);

test('setArea accepts areas', () => {
  expect(ArRTM.setArea({ areaCodes: ['GLOBAL'], excludedArea: 'CHINA' })).toBeUndefined();
});

test('the namespace has the enums, constants and no more', () => {
  expect(ArRTM.ConnectionState).toBe(RtmStatusCode.ConnectionState);
  expect([
    ArRTM.LOG_FILTER_OFF,
    ArRTM.LOG_FILTER_ERROR,
    ArRTM.LOG_FILTER_WARNING,
    ArRTM.LOG_FILTER_INFO,
    ArRTM.VERSION,
  ]).toEqual([4, 3, 2, 1, '2.0.0']);
  expect(ArRTM.BUILD).not.toBe('');
  expect(ArRTM.END_CALL_PREFIX).not.toBe('');
});

describe('setParameters', () => {
  test.each([null, undefined, 'text', 5])('%j is refused', (params) => {
    const { client } = setUp();
    expect(() => client.setParameters(params as never)).toThrow(RtmInvalidArgumentError);
    expect(() => client.updateConfig(params as never)).toThrow(RTMException);
  });

  test('a bad address changes nothing, the capitalised one wins, unknown fields are tolerated', async () => {
    const { client, server, clock } = setUp();
    expect(() => client.setParameters({ logFilter: 0, confPriCloudAddr: { ServerAdd: '' } })).toThrow(
      expect.objectContaining({ code: RtmErrorCode.CreateInstanceError.CREATE_INSTANCE_ERR_INVALID_ARGUMENT }),
    );
    client.setParameters({
      confPriCloudAddr: { ServerAdd: 'lower.test' },
      ConfPriCloudAddr: { ServerAdd: 'upper.test', Port: 1, Wss: false },
      preview: true,
    } as object);
    void client.login({ uid: 'alice' });
    await clock.settle();
    expect(server.posts[0]?.url).toBe('http://upper.test:1/arapi/v1?action=wrtm_gateway');
  });

  test('is limited to one client', async () => {
    const { client, anotherClient, server, clock } = setUp();
    const other = anotherClient();
    other.setParameters({ confPriCloudAddr: { ServerAdd: 'other.test' } });
    void client.login({ uid: 'alice' });
    await clock.settle();
    expect(server.posts[0]?.url).toContain('rtm.test');
  });

  test('a bad log filter is ignored with a warning', () => {
    const { client, environment } = setUp();
    client.setParameters({ logFilter: 2 });
    client.setParameters({ logFilter: 'all' as never });
    expect(environment.logged.map(({ severity }) => severity)).toEqual([2]);
  });
});

describe('createChannel', () => {
  test('needs no login', () => {
    const { client } = setUp();
    const room = client.createChannel('room');
    expect(room).toBeInstanceOf(RtmChannel);
    expect(room.channelId).toBe('room');
    expect(client.channels).toEqual({ room: { joined: false, channel: room } });
  });

  test.each([undefined, null, '', 5, 'null', 'a'.repeat(65), 'a/b', 'ä'])('refuses %j', (id) => {
    const { client } = setUp();
    expect(() => client.createChannel(id as string)).toThrow(RtmInvalidArgumentError);
  });

  test('any valid id is data', () => {
    const { client } = setUp();
    const room = client.createChannel('__proto__');
    expect(Object.keys(client.channels)).toEqual(['__proto__']);
    expect(Object.entries(client.channels)[0]?.[1].channel).toBe(room);
  });
});

describe('getChannelMemberCount', () => {
  test('one key per distinct id, 0 for those without members', async () => {
    const { client, server, recorder, events, logIn } = setUp();
    await logIn();
    server.on.GetChanMemberSize = ({ MsgId }, to) =>
      to.send('GetChanMemberSize', { MsgId, Code: 0, ChanMemSize: [{ ChanId: '__proto__', MemSize: 3 }] });
    void recorder.settles('count', client.getChannelMemberCount(['__proto__', 'b', 'b']));
    expect(await events()).toEqual(['count resolved {"__proto__":3,"b":0}']);
    expect(server.commands('GetChanMemberSize')[0]?.ChanIds).toEqual(['__proto__', 'b']);
  });

  test('checks in order', async () => {
    const { client, recorder, events, logIn } = setUp();
    const tooMany = Array.from({ length: 33 }, (_, i) => `${i}`);
    void recorder.settles('no array', client.getChannelMemberCount('room' as never));
    void recorder.settles('empty', client.getChannelMemberCount([]));
    void recorder.settles('bad id', client.getChannelMemberCount(['ok', '']));
    void recorder.settles('not logged in', client.getChannelMemberCount(tooMany));
    expect(await events()).toEqual([
      'no array rejected RtmInvalidArgumentError 2',
      'empty rejected RtmInvalidArgumentError 2',
      'bad id rejected RtmInvalidArgumentError 2',
      'not logged in rejected RtmInvalidStatusError 102',
    ]);
    await logIn();
    void recorder.settles('33', client.getChannelMemberCount(tooMany));
    void recorder.settles('32', client.getChannelMemberCount(tooMany.slice(1)));
    void recorder.settles('second in 1 s', client.getChannelMemberCount(['room']));
    expect((await events()).map((line) => line.split(' {')[0])).toEqual([
      '33 rejected RtmLimitExceededError 5',
      'second in 1 s rejected RtmInvokeTooOftenError 3',
      '32 resolved',
    ]);
  });

  test.each([
    [1, 'RtmInternalError 1'],
    [2, 'RtmInvalidArgumentError 2'],
    [3, 'RtmInvokeTooOftenError 3'],
    [5, 'RtmLimitExceededError 5'],
    [102, 'RtmInvalidStatusError 102'],
  ])('answered %i', async (Code, expected) => {
    const { client, server, recorder, events, logIn } = setUp();
    await logIn();
    server.on.GetChanMemberSize = ({ MsgId }, to) => to.send('GetChanMemberSize', { MsgId, Code, ChanMemSize: [] });
    void recorder.settles('count', client.getChannelMemberCount(['room']));
    expect(await events()).toEqual([`count rejected ${expected}`]);
  });

  test('4 after 5 s', async () => {
    const { client, server, recorder, events, logIn, idle } = setUp();
    await logIn();
    server.on.GetChanMemberSize = () => 'silence';
    void recorder.settles('count', client.getChannelMemberCount(['room']));
    await idle(5000);
    expect(await events()).toEqual(['count rejected RtmTimeoutError 4']);
  });
});

test('the data of a frequency error says the limit and when to try again', async () => {
  const { client, logIn } = setUp();
  await logIn();
  void client.getChannelMemberCount(['room']).catch(() => undefined);
  await expect(client.getChannelMemberCount(['room'])).rejects.toMatchObject({
    data: { limit: 1, retryAfterMs: 1000 },
  });
});

test('tokens and message bodies are never logged', async () => {
  const { client, environment, clock, server, joined } = setUp();
  client.setParameters({ logFilter: 0 });
  void client.login({ uid: 'alice', token: 'top-secret' });
  await clock.settle();
  const room = await joined();
  void room.sendMessage({ text: 'top-secret' });
  void client.sendMessageToPeer({ text: 'top-secret' }, 'bob');
  server.push('RecvMsgFromPeer', {
    MsgId: 1,
    FromUId: 'bob',
    ToUId: 'alice',
    MsgType: 9,
    MsgBody: 'top-secret',
    SvrTS: 1,
  });
  server.connection.sendRaw('{"Cmd":"RecvMsgFromPeer","Content":"{\\"MsgBody\\":\\"top-secret\\"}"}');
  await clock.settle();
  expect(environment.logged.length).toBeGreaterThan(2);
  expect(JSON.stringify(environment.logged)).not.toContain('secret');
});

test('all clients are BaseClients', () => expect(new RtmClient(APP_ID)).toBeInstanceOf(BaseClient));

/** What most tests of the SDK begin with. */
import { EventRecorder, FakeEnvironment } from 'ar-rtm-testkit/sdk';
import type { RtmChannel } from '../src/channel.js';
import { BaseClient } from '../src/client.js';
import type { RtmParameters } from '../src/public-types.js';

export const APP_ID = '0123456789abcdef0123456789abcdef';

const PARAMS: RtmParameters = { confPriCloudAddr: { ServerAdd: 'rtm.test', Port: 9080, Wss: false }, logFilter: 4 };

/** A client in an environment of its own, whose events are recorded. */
export function setUp(params: RtmParameters = PARAMS) {
  const environment = new FakeEnvironment();
  const { clock, server, network } = environment;
  const client = new BaseClient(environment, APP_ID, params);
  const recorder = new EventRecorder();
  recorder.watch(
    client,
    'ConnectionStateChanged',
    'MessageFromPeer',
    'PeersOnlineStatusChanged',
    'TokenWillExpired',
    'TokenPrivilegeWillExpire',
    'TokenExpired',
    'TokenDidExpired',
  );

  /** Another client in the same environment. */
  const anotherClient = () => new BaseClient(environment, APP_ID, params);

  /** Logs in and forgets the events of that. */
  async function logIn(uid = 'alice'): Promise<void> {
    await Promise.all([client.login({ uid }), clock.settle()]);
    recorder.take();
  }

  /** A channel whose events are recorded. */
  function channel(id = 'room'): RtmChannel {
    const created = client.createChannel(id);
    recorder.watch(created, 'ChannelMessage', 'MemberJoined', 'MemberLeft', 'MemberCountUpdated', 'AttributesUpdated');
    return created;
  }

  /** A joined channel; forgets the events of that. */
  async function joined(id = 'room'): Promise<RtmChannel> {
    const created = channel(id);
    await Promise.all([created.join(), clock.settle()]);
    recorder.take();
    return created;
  }

  /** Lets everything that is due happen, and answers what was noted. */
  async function events(): Promise<string[]> {
    await clock.settle();
    if (clock.uncaught.length > 0) throw clock.uncaught.shift();
    return recorder.take();
  }

  /** A server that takes the session up again where the named channels were. */
  function resumes(channels: string[] = []): void {
    server.login = { Resumed: true, Channels: channels };
  }

  /** Lets time pass while the server, when it is there, sends heartbeats. */
  async function idle(ms: number): Promise<void> {
    for (let rest = ms; rest > 0; rest -= 1000) {
      for (const connection of server.open) connection.send('ReqKeepAlive', {});
      await clock.advance(Math.min(1000, rest));
    }
  }

  return {
    environment,
    clock,
    server,
    network,
    client,
    recorder,
    anotherClient,
    logIn,
    channel,
    joined,
    events,
    resumes,
    idle,
  };
}

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
    'TokenWillExpired',
    'TokenPrivilegeWillExpire',
    'TokenExpired',
    'TokenDidExpired',
  );

  /** Another client in the same environment. */
  const anotherClient = () => new BaseClient(environment, APP_ID, params);

  /** Logs in and forgets the events of that. */
  async function logIn(uid = 'alice'): Promise<void> {
    const login = client.login({ uid });
    await clock.settle();
    await login;
    recorder.take();
  }

  /** A channel whose events are recorded. */
  function channel(id = 'room'): RtmChannel {
    const created = client.createChannel(id);
    recorder.watch(created, 'ChannelMessage', 'MemberJoined', 'MemberLeft', 'MemberCountUpdated');
    return created;
  }

  /** A joined channel; forgets the events of that. */
  async function joined(id = 'room'): Promise<RtmChannel> {
    const created = channel(id);
    const join = created.join();
    await clock.settle();
    await join;
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

  /** Heartbeats of the server for a time: what a healthy idle connection looks like. */
  async function idle(ms: number): Promise<void> {
    for (let rest = ms; rest > 0; rest -= 3000) {
      if (server.open.length > 0) server.push('ReqKeepAlive', {});
      await clock.advance(Math.min(3000, rest));
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

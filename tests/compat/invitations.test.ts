/** Call invitations between published clients and ours, in all four directions, also over cuts. */
import ArRTM from 'ar-rtm-sdk';
import type { PublishedInvitation, PublishedRemoteInvitation } from 'ar-rtm-testkit/published';
import { afterEach, describe, expect, test } from 'vitest';
import { TcpProxy } from '../e2e/tcp-proxy.js';
import { APP, eventually, states, type Tab, useStage } from './stage.js';

const stage = useStage();
const SHORT = { callReceiptMs: 1500, callExpireMs: 3000, callExpirePublishedMs: 2500, callConfirmMs: 1000 };
const LOCAL = ['ReceivedByPeer', 'Accepted', 'Refused', 'Canceled', 'Failure'];
const REMOTE = ['Accepted', 'Refused', 'Canceled', 'Failure'];

type Kind = 'published' | 'ours';
type Ours = ReturnType<typeof ArRTM.createInstance>;
type Listener = (...args: never[]) => void;

/** A client of either kind, with what it heard of invitations. */
interface Party {
  readonly uid: string;
  readonly kind: Kind;
  readonly client: Ours | Tab['client'];
  readonly tab?: Tab;
  /** Events in order: of those that it made, and of those that it got. */
  readonly made: string[];
  readonly got: string[];
  readonly invitations: PublishedRemoteInvitation[];
}

const clients: Ours[] = [];
let proxy: TcpProxy | undefined;

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.logout().catch(() => undefined)));
  await proxy?.close();
  proxy = undefined;
});

/** Notes the events of an invitation, and the state at that moment. */
function note(invitation: object, side: 'Local' | 'Remote', into: string[]): void {
  for (const name of side === 'Local' ? LOCAL : REMOTE) {
    const listener = (text?: string) => void into.push(text === undefined ? name : `${name} ${text}`);
    (invitation as { on(event: string, listener: Listener): void }).on(
      `${side}Invitation${name}`,
      listener as Listener,
    );
  }
}

function party(uid: string, kind: Kind, client: Party['client'], tab?: Tab): Party {
  const one: Party = { uid, kind, client, made: [], got: [], invitations: [], ...(tab && { tab }) };
  const listener = (invitation: PublishedRemoteInvitation) => {
    one.invitations.push(invitation);
    one.got.push(`from ${invitation.callerId}: ${invitation.content}`);
    note(invitation, 'Remote', one.got);
  };
  (client as Tab['client']).on('RemoteInvitationReceived', listener as Listener);
  return one;
}

async function logIn(uid: string, kind: Kind, port = stage.server.port): Promise<Party> {
  if (kind === 'published') {
    const tab = stage.tab();
    const one = party(uid, kind, tab.client, tab);
    await tab.client.login({ uid });
    return one;
  }
  const confPriCloudAddr = { ServerAdd: '127.0.0.1', Port: port, Wss: false };
  const client = ArRTM.createInstance(APP, { confPriCloudAddr, logFilter: ArRTM.LOG_FILTER_OFF });
  clients.push(client);
  const one = party(uid, kind, client);
  await client.login({ uid });
  return one;
}

function invite(from: Party, to: string, content = 'come'): PublishedInvitation {
  const invitation = from.client.createLocalInvitation(to) as PublishedInvitation;
  invitation.content = content;
  note(invitation, 'Local', from.made);
  invitation.send();
  return invitation;
}

const until = (list: readonly string[], last: string, limitMs?: number) =>
  eventually(() => list.at(-1) === last, `${last} last in ${JSON.stringify(list)}`, limitMs);

async function ringing(caller: Kind, callee: Kind, settings = {}) {
  await stage.start({ settings });
  const alice = await logIn('alice', caller);
  const bob = await logIn('bob', callee);
  const invitation = invite(alice, 'bob');
  await until(alice.made, 'ReceivedByPeer');
  const remote = bob.invitations[0] as PublishedRemoteInvitation;
  expect(bob.got).toEqual(['from alice: come']);
  return { alice, bob, invitation, remote };
}

/** Lets what is wrongly on its way to those who are logged in arrive, and looks whether anything was thrown in a page. */
async function quiet(...parties: Party[]): Promise<void> {
  for (const { client } of parties) {
    // The receipt comes behind the answer of the other one, and so behind what that had sent before.
    for (const { uid } of parties) await (client as Ours).sendMessageToPeer({ text: 'are you there?' }, uid);
  }
  unharmed(...parties);
}

function unharmed(...parties: Party[]): void {
  for (const { tab } of parties) expect(tab?.uncaught ?? []).toEqual([]);
}

describe.each([
  ['published', 'published'],
  ['published', 'ours'],
  ['ours', 'published'],
  ['ours', 'ours'],
] as const)('%s calls %s', (caller, callee) => {
  test('accepted', async () => {
    const { alice, bob, invitation, remote } = await ringing(caller, callee);
    remote.response = 'yes 😀 "\\';
    remote.accept();
    await until(bob.got, 'Accepted');
    await quiet(alice, bob);
    expect(alice.made).toEqual(['ReceivedByPeer', 'Accepted yes 😀 "\\']);
    expect(bob.got).toEqual(['from alice: come', 'Accepted']);
    expect([invitation.state, remote.state]).toEqual(['ACCEPTED_BY_REMOTE', 'ACCEPTED']);
  });

  test('refused', async () => {
    const { alice, bob, invitation, remote } = await ringing(caller, callee);
    remote.response = 'no';
    remote.refuse();
    await until(alice.made, 'Refused no');
    await quiet(alice, bob);
    expect(alice.made).toEqual(['ReceivedByPeer', 'Refused no']);
    expect(bob.got).toEqual(['from alice: come', 'Refused']);
    expect([invitation.state, remote.state]).toEqual(['REFUSED_BY_REMOTE', 'REFUSED']);
  });

  test('canceled', async () => {
    const { alice, bob, invitation, remote } = await ringing(caller, callee);
    invitation.content = 'sorry';
    invitation.cancel();
    await until(bob.got, 'Canceled sorry');
    await quiet(alice, bob);
    expect(alice.made).toEqual(['ReceivedByPeer', 'Canceled']);
    expect(bob.got).toEqual(['from alice: come', 'Canceled sorry']);
    expect(remote.state).toBe('CANCELED');
    // 1.0.15 leaves it as it was (B53).
    expect(invitation.state).toBe(caller === 'ours' ? 'CANCELED' : 'RECEIVED_BY_REMOTE');
  });

  test('nobody answers', async () => {
    const { alice, bob, invitation } = await ringing(caller, callee, SHORT);
    const reason = caller === 'ours' ? 'INVITATION_EXPIRE' : 'PEER_NO_RESPONSE';
    await until(alice.made, `Failure ${reason}`);
    await until(bob.got, 'Failure INVITATION_EXPIRE');
    // The page of 1.0.15 acts on its own behind status 4.
    await new Promise((resume) => setTimeout(resume, 1000));
    await quiet(alice, bob);
    expect(alice.made).toEqual(['ReceivedByPeer', `Failure ${reason}`]);
    expect(bob.got).toEqual(['from alice: come', 'Failure INVITATION_EXPIRE']);
    expect(invitation.state).toBe('FAILURE');
  });

  test('the callee is not there; or comes in time, and accepts', async () => {
    await stage.start({ settings: SHORT });
    const alice = await logIn('alice', caller);
    invite(alice, 'nobody');
    await until(alice.made, 'Failure PEER_OFFLINE');
    alice.made.length = 0;
    invite(alice, 'bob');
    const bob = await logIn('bob', callee);
    await until(alice.made, 'ReceivedByPeer');
    bob.invitations[0]?.accept();
    await until(bob.got, 'Accepted');
    await quiet(alice, bob);
    expect(alice.made).toEqual(['ReceivedByPeer', 'Accepted ']);
  });

  test('one of the two logs out', async () => {
    const { alice, bob } = await ringing(caller, callee);
    await alice.client.logout();
    await until(bob.got, 'Failure PEER_OFFLINE');
    bob.got.length = 0;
    const carol = await logIn('carol', caller);
    invite(carol, 'bob', 'again');
    await until(carol.made, 'ReceivedByPeer');
    await bob.client.logout();
    await until(carol.made, 'Failure PEER_OFFLINE');
    await quiet(carol);
    unharmed(alice, bob);
    expect(alice.made).toEqual(['ReceivedByPeer']);
    expect(bob.got).toEqual(['from carol: again']);
  });

  test('several at once', async () => {
    await stage.start();
    const alice = await logIn('alice', caller);
    const bob = await logIn('bob', callee);
    const both = ['one', 'two', 'three'].map((content) => invite(alice, 'bob', content));
    invite(bob, 'alice', 'four');
    await eventually(() => bob.invitations.length === 3 && alice.invitations.length === 1, 'all ring');
    await eventually(() => alice.made.length === 3 && bob.made.length === 1, 'all are known to ring');
    bob.invitations[1]?.accept();
    await until(bob.got, 'Accepted');
    bob.invitations[0]?.refuse();
    await until(alice.made, 'Refused ');
    both[2]?.cancel();
    await until(bob.got, 'Canceled three');
    alice.invitations[0]?.refuse();
    await until(bob.made, 'Refused ');
    expect(both.map(({ state }) => state).slice(0, 2)).toEqual(['REFUSED_BY_REMOTE', 'ACCEPTED_BY_REMOTE']);
    for (const { tab } of [alice, bob]) expect(tab?.uncaught ?? []).toEqual([]);
  });
});

describe('cuts of a published client, which forgets its calls (Q28)', () => {
  /** Cut, and back. */
  async function cutAndBack({ tab }: Party): Promise<void> {
    if (!tab) throw new Error('not published');
    const told = states(tab);
    tab.sockets.at(-1)?.terminate();
    await told.until((calls) => calls.some(([state]) => state === 'CONNECTED'));
  }

  test.each(['published', 'ours'] as const)('the caller: %s callee hears that it is gone', async (callee) => {
    const { alice, bob, remote } = await ringing('published', callee);
    await cutAndBack(alice);
    await until(bob.got, 'Failure PEER_OFFLINE');
    if (callee === 'ours') expect(() => remote.accept()).toThrow();
    invite(alice, 'bob', 'again');
    await until(bob.got, 'from alice: again');
    bob.invitations[1]?.accept();
    await until(bob.got, 'Accepted');
    await quiet(alice, bob);
    expect(bob.got).toEqual(['from alice: come', 'Failure PEER_OFFLINE', 'from alice: again', 'Accepted']);
  });

  test.each(['published', 'ours'] as const)('the callee: it rings again, once; %s caller', async (caller) => {
    const { alice, bob } = await ringing(caller, 'published');
    await cutAndBack(bob);
    await until(bob.got, 'from alice: come');
    await eventually(() => bob.invitations.length === 2, 'it rings again');
    bob.invitations[1]?.accept();
    await until(bob.got, 'Accepted');
    await quiet(alice, bob);
    expect(alice.made.at(-1)).toBe('Accepted ');
    // The timer of the first object is the page's own affair.
    expect(bob.got.filter((line) => !line.startsWith('Failure'))).toEqual([
      'from alice: come',
      'from alice: come',
      'Accepted',
    ]);
  });

  test('a cancel while the callee is cut: it hears nothing of a call that it does not know', async () => {
    const { alice, bob, invitation } = await ringing('ours', 'published');
    const told = states(bob.tab as Tab);
    bob.tab?.sockets.at(-1)?.terminate();
    invitation.cancel();
    await told.until((calls) => calls.some(([state]) => state === 'CONNECTED'));
    await quiet(alice, bob);
    expect(bob.invitations.length).toBe(1);
  });
});

describe('cuts of ours', () => {
  /** What the server has to see before, so that what follows is not lost on the old socket. */
  const cutIsSeen = () => stage.server.census().connections === 1;

  async function throughProxy(uid: string): Promise<Party> {
    proxy = await TcpProxy.start(stage.server.port);
    return logIn(uid, 'ours', proxy.port);
  }

  test('the caller: what was answered meanwhile is told once, and it says what it did meanwhile', async () => {
    await stage.start();
    const alice = await throughProxy('alice');
    const bob = await logIn('bob', 'published');
    invite(alice, 'bob', 'one');
    await until(alice.made, 'ReceivedByPeer');
    const canceled = invite(alice, 'bob', 'two');
    await eventually(() => bob.invitations.length === 2 && alice.made.length === 2, 'both ring');
    proxy?.cut();
    await eventually(() => cutIsSeen(), 'the server sees the cut');
    canceled.cancel();
    bob.invitations[0]?.refuse();
    invite(alice, 'bob', 'three');
    proxy?.restore();
    await eventually(() => bob.invitations.length === 3, 'the third rings');
    await until(alice.made, 'ReceivedByPeer');
    expect(alice.made.filter((line) => line !== 'ReceivedByPeer').sort()).toEqual(['Canceled', 'Refused ']);
    expect(bob.got).toContain('Canceled two');
    expect(bob.tab?.uncaught).toEqual([]);
  });

  test('the callee: it is invited once, and answers over the cut', async () => {
    await stage.start();
    const bob = await throughProxy('bob');
    const alice = await logIn('alice', 'published');
    invite(alice, 'bob', 'one');
    await until(alice.made, 'ReceivedByPeer');
    proxy?.cut();
    await eventually(() => cutIsSeen(), 'the server sees the cut');
    invite(alice, 'bob', 'two');
    bob.invitations[0]?.refuse();
    proxy?.restore();
    await eventually(() => bob.invitations.length === 2, 'the second rings');
    bob.invitations[1]?.accept();
    await eventually(() => alice.made.includes('Accepted '), 'accepted');
    await until(bob.got, 'Accepted');
    expect(alice.made.filter((line) => line === 'Refused ')).toHaveLength(1);
    expect(bob.invitations).toHaveLength(2);
    expect(alice.tab?.uncaught).toEqual([]);
  });
});

/**
 * A client of the wire that was written from docs/protocol.md, and knows nothing else: what it cannot do is missing on that
 * page.
 */
import { randomBytes } from 'node:crypto';
import { startTestServer, type TestServer } from 'ar-rtm-server/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';

type Content = Record<string, unknown>;
type Frame = readonly [cmd: string, content: Content];

const APP = '0123456789abcdef0123456789abcdef';
/** The only thing it has beside the page: where the server is. */
let server: TestServer;
const clients: SmallClient[] = [];

class SmallClient {
  readonly userSId = randomBytes(16).toString('hex');
  /** Frames that nobody has asked for yet. */
  private readonly frames: Frame[] = [];
  private look: () => void = () => undefined;
  private socket: WebSocket | undefined;
  private ticket = '';
  private lastId = 0;
  closed: Promise<number> | undefined;

  constructor(readonly uid: string) {
    clients.push(this);
  }

  async logIn(): Promise<void> {
    const gateway = await this.post('/arapi/v1?action=wrtm_gateway', {
      appid: APP,
      uid: this.uid,
      token: '',
      wss: false,
    });
    if (gateway.code !== 0) throw new Error(`refused: ${gateway.code}`);
    this.ticket = String(gateway.sessionid);
    const [{ addr, port }] = gateway.addresses as [{ addr: string; port: number }];
    const socket = new WebSocket(`ws://${addr}:${port}/`);
    this.socket = socket;
    socket.on('message', (data) => this.take(JSON.parse(String(data))));
    this.closed = new Promise((resolve) => socket.on('close', resolve));
    await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
    const ids = { UserId: this.uid, UserSId: this.userSId, SessionId: this.ticket };
    this.send('Login', { ...ids, AcsToken: '', SdkVer: 'small', SvrKeepAlive: true }, APP);
    expect(await this.next('Login')).toMatchObject({ Code: 0, UserId: this.uid });
  }

  /** What was stored while this user was away. */
  async stored(): Promise<Content[]> {
    const answer = await this.post('/arapi/v1/artmgw/getOfflineMsg', {
      uid: this.uid,
      sessId: this.ticket,
      appId: APP,
    });
    expect(answer.code).toBe(0);
    return answer.data as Content[];
  }

  /** Sends a request; resolves with its reply. */
  request(cmd: string, content: Content, reply = cmd): Promise<Content> {
    this.lastId += 1;
    const MsgId = this.lastId;
    this.send(cmd, { MsgId, ...content });
    return this.next(reply, (answer) => answer.MsgId === MsgId);
  }

  /** Joins and leaves are known by their channel. */
  async member(cmd: 'JoinChannel' | 'LeaveChannel', ChanId: string): Promise<void> {
    this.send(cmd, { ChanId });
    expect(await this.next(cmd, (answer) => answer.ChanId === ChanId)).toMatchObject({ Code: 0 });
  }

  /** The first frame of this name, and of this kind, that was not handed out. */
  next(cmd: string, fits: (content: Content) => boolean = () => true): Promise<Content> {
    return new Promise((resolve) => {
      const before = this.look;
      this.look = () => {
        before();
        const index = this.frames.findIndex(([name, content]) => name === cmd && fits(content));
        if (index < 0) return;
        this.look = before;
        resolve((this.frames.splice(index, 1) as [Frame])[0][1]);
      };
      this.look();
    });
  }

  send(Cmd: string, content: Content, AppId?: string): void {
    this.socket?.send(JSON.stringify({ Cmd, AppId, Encrypt: false, Content: JSON.stringify(content) }));
  }

  /** As a network does that breaks. */
  cut(): void {
    this.socket?.terminate();
  }

  private take({ Cmd, Content }: { Cmd: string; Content: string }): void {
    const content = JSON.parse(Content) as Content;
    if (Cmd === 'ReqKeepAlive') this.send('KeepAlive', {});
    if (Cmd === 'RecvMsgFromPeer') this.send('RecvMsgFromPeerAck', { MsgId: content.MsgId, FromUId: content.FromUId });
    this.frames.push([Cmd, content]);
    this.look();
  }

  private async post(path: string, body: Content): Promise<Content> {
    const response = await fetch(server.url + path, { method: 'POST', body: JSON.stringify(body) });
    expect(response.status).toBe(200);
    return (await response.json()) as Content;
  }
}

beforeEach(async () => {
  server = await startTestServer();
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.cut();
  await server.stop();
});

const loggedIn = async (uid: string) => {
  const client = new SmallClient(uid);
  await client.logIn();
  expect(await client.stored()).toEqual([]);
  return client;
};
const text = (MsgBody: string) => ({ MsgType: 1, MsgBody });

test('messages to users: received, stored and fetched', async () => {
  const [ann, ben] = [await loggedIn('ann'), await loggedIn('ben')];
  const sent = await ann.request('SendMsgToPeer', { ToUId: 'ben', ...text('hello') }, 'MsgStatus');
  expect(sent.Status).toBe(2);
  expect(await ben.next('RecvMsgFromPeer')).toMatchObject({ FromUId: 'ann', ToUId: 'ben', ...text('hello') });

  const kept = await ann.request('SendMsgToPeer', { ToUId: 'kim', OfflineMsg: true, ...text('later') }, 'MsgStatus');
  expect(kept.Status).toBe(0);
  const kim = new SmallClient('kim');
  await kim.logIn();
  expect(await kim.stored()).toMatchObject([{ msgFrom: 'ann', msgType: 1, msgBody: 'later', msgStatus: 0 }]);
});

test('channels: members, messages, counts, attributes', async () => {
  const [ann, ben] = [await loggedIn('ann'), await loggedIn('ben')];
  await ann.member('JoinChannel', 'room');
  expect(await ann.next('MemSizeChanged')).toMatchObject({ ChanId: 'room', MemSize: 1 });
  await ben.member('JoinChannel', 'room');
  expect(await ann.next('ChanMemberJoin')).toMatchObject({ ChanId: 'room', UserId: 'ben' });
  const { Members } = await ann.request('GetChanMembers', { ChanId: 'room' });
  expect([...(Members as string[])].sort()).toEqual(['ann', 'ben']);
  const { ChanMemSize } = await ann.request('GetChanMemberSize', { ChanIds: JSON.stringify(['room', 'void']) });
  expect(ChanMemSize).toEqual([
    { ChanId: 'room', MemSize: 2 },
    { ChanId: 'void', MemSize: 0 },
  ]);

  expect(await ann.request('SendChannelMsg', { ChanId: 'room', ...text('to all') })).toMatchObject({ Code: 0 });
  expect(await ben.next('RecvMsgFromChan')).toMatchObject({ ChanId: 'room', FromUId: 'ann', ...text('to all') });

  const change = { ChanId: 'room', Attributes: JSON.stringify({ topic: 'tea' }), SetChan: true, Notify: true };
  expect(await ben.request('AddOrUpdateChanAttributes', change)).toMatchObject({ Code: 0 });
  const told = await ann.next('ChanAttribChanged');
  expect(told.Attributes).toMatchObject([{ Key: 'topic', Val: 'tea', UId: 'ben' }]);
  const { Attributes } = await ann.request('GetChanAttributes', { ChanId: 'room' });
  expect(JSON.parse(Attributes as string)).toEqual(told.Attributes);

  await ben.member('LeaveChannel', 'room');
  expect(await ann.next('ChanMemberLeave')).toMatchObject({ ChanId: 'room', UserId: 'ben' });
});

test('presence and attributes of users', async () => {
  const [ann, ben] = [await loggedIn('ann'), await loggedIn('ben')];
  const UserIds = JSON.stringify(['ben', 'kim']);
  const states = (kim: number) => ({
    Status: expect.arrayContaining([
      expect.objectContaining({ UserId: 'ben', Online: 1 }),
      expect.objectContaining({ UserId: 'kim', Online: kim }),
    ]),
  });
  expect(await ann.request('QueryOnlineStatus', { UserIds })).toMatchObject(states(0));
  expect(await ann.request('SubscribeOnlineStatus', { UserIds })).toMatchObject({ Code: 0 });
  expect(await ann.next('PeerOnlineStatus')).toMatchObject(states(0));
  await loggedIn('kim');
  expect(await ann.next('PeerOnlineStatus')).toMatchObject({ Status: [{ UserId: 'kim', Online: 1 }] });

  const Attributes = JSON.stringify({ name: 'Ben', mood: 'fine' });
  expect(await ben.request('AddOrUpdateUserAttributes', { Attributes, SetLocal: true })).toMatchObject({ Code: 0 });
  const { Attribs } = await ann.request('GetUserAttributes', { UserId: 'ben', Keys: ['name'] }, 'QueryAttribKeys');
  expect(JSON.parse(Attribs as string)).toEqual({ name: 'Ben' });
});

test('an invitation is accepted', async () => {
  const [ann, ben] = [await loggedIn('ann'), await loggedIn('ben')];
  ann.send('MakeCall', { CallId: 'call-1', ToUId: 'ben', Content: 'tea?' });
  expect(await ben.next('MakeCall')).toMatchObject({ CallId: 'call-1', FromUId: 'ann', Content: 'tea?' });
  expect(await ann.next('CallStatus', ({ Status }) => Status === 2)).toMatchObject({ CallId: 'call-1' });
  ben.send('AcceptCall', { CallId: 'call-1', ToUId: 'ann', Response: 'yes' });
  expect(await ann.next('AcceptCall')).toMatchObject({ CallId: 'call-1', Response: 'yes' });
  expect(await ben.next('AcceptCallAck')).toMatchObject({ CallId: 'call-1' });
});

test('a cut, the way back, a newer login, a logout', async () => {
  const [ann, ben] = [await loggedIn('ann'), await loggedIn('ben')];
  await ann.member('JoinChannel', 'room');
  await ben.member('JoinChannel', 'room');
  ann.cut();
  // What the server puts on a socket before it knows of the cut is lost to such a client.
  await expect.poll(() => server.count('connections_closed')).toBe(1);
  await ben.request('SendChannelMsg', { ChanId: 'room', ...text('while you were away') });
  await ann.logIn();
  await ann.member('JoinChannel', 'room');
  expect(await ann.next('RecvMsgFromChan')).toMatchObject(text('while you were away'));

  const other = await loggedIn('ann');
  await ann.next('ForceOffline');
  expect(await ann.closed).toBe(1000);
  other.send('Logout', {});
  expect(await other.next('Logout')).toMatchObject({ Code: 0 });
  expect(await other.closed).toBe(1000);
});

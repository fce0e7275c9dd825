/**
 * A scripted client of the wire, for what no real client does: any fields at Login, any frame text, no answers.
 *
 * ```ts
 * const ticket = await gateway(url, { appid: APP, uid: 'eve' });          // any body; answers status and JSON
 * const eve = await RawClient.login(url, { appId: APP, uid: 'eve' });     // gateway, socket, Login, reply with Code 0
 * eve.send('JoinChannel', { ChanId: 'room' });
 * expect(await eve.next('JoinChannel')).toMatchObject({ Code: 0 });       // each frame is handed out once per Cmd
 * eve.all('RecvMsgFromChan');                                             // contents so far, handed out or not
 * await eve.frames.until((frames) => ...);                                // a Recorder of [cmd, content]
 * eve.sendText('not json');                                               // as it is
 * eve.pause();                                                            // reads nothing any more, not even pings
 * expect(await eve.closed).toBe(4001);                                    // the close code that it saw
 * ```
 * Peer messages are acknowledged and ReqKeepAlive is answered unless `acknowledge` or `keepAlive` is false. Pings are
 * answered by `ws`. Like the published client it fetches its offline messages behind the Login (`eve.offline`), unless
 * `fetch` is false; until it has, a fresh login gets no peer messages for 3 s.
 * `RawClient.open` gives a socket without Login; `client.login({...})` sends one with any fields and fetches nothing.
 */
import WebSocket from 'ws';
import { Recorder } from './recorder.js';

export type RawContent = Readonly<Record<string, unknown>>;

export interface RawLogin {
  readonly appId: string;
  readonly uid: string;
  readonly token?: string;
  /** The client instance; random when absent. */
  readonly userSId?: string;
  /** From the gateway when absent. */
  readonly sessionId?: string;
  readonly svrKeepAlive?: boolean;
  /** More fields of the Login content, or other values for the usual ones. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

export interface RawOptions {
  readonly acknowledge?: boolean;
  readonly fetch?: boolean;
  readonly keepAlive?: boolean;
  /** The `Host` header of the upgrade, instead of that of the address. */
  readonly host?: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: RawContent;
}

export async function post(url: string, path: string, body: unknown, contentType = 'text/plain'): Promise<HttpAnswer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(url + path, { method: 'POST', body: text, headers: { 'content-type': contentType } });
  return { status: response.status, headers: response.headers, body: (await response.json()) as RawContent };
}

/** `POST /arapi/v1?action=wrtm_gateway` with any body. */
export function gateway(url: string, body: unknown): Promise<HttpAnswer> {
  return post(url, '/arapi/v1?action=wrtm_gateway', body);
}

export class RawClient {
  /** Every frame that came, in order. */
  readonly frames = new Recorder<[cmd: string, content: RawContent]>();
  /** Pings that came. */
  readonly pings = new Recorder<[]>();
  /** The close code that this side saw. */
  readonly closed: Promise<number>;
  acknowledge: boolean;
  keepAlive: boolean;
  userSId = '';
  sessionId = '';
  /** What the first fetch brought. */
  offline: RawContent[] = [];
  private readonly taken = new Map<string, number>();

  private constructor(
    readonly socket: WebSocket,
    private readonly url: string,
    options: RawOptions,
  ) {
    this.acknowledge = options.acknowledge ?? true;
    this.keepAlive = options.keepAlive ?? true;
    this.closed = new Promise((resolve) => socket.on('close', (code) => resolve(code)));
    socket.on('error', () => undefined);
    socket.on('ping', () => this.pings.add([]));
    socket.on('message', (data) => this.received(String(data)));
  }

  /** A socket, not logged in. */
  static async open(url: string, options: RawOptions = {}): Promise<RawClient> {
    const headers = options.host === undefined ? {} : { host: options.host };
    const socket = new WebSocket(url.replace('http', 'ws'), { perMessageDeflate: false, headers });
    const client = new RawClient(socket, url, options);
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    return client;
  }

  /** Gateway, socket, Login; rejects when the Login was not accepted. */
  static async login(url: string, login: RawLogin, options: RawOptions = {}): Promise<RawClient> {
    const client = await RawClient.open(url, options);
    const reply = await client.login(login);
    if (reply['Code'] !== 0) throw new Error(`Login was refused: ${JSON.stringify(reply)}`);
    if (options.fetch !== false) client.offline = await client.fetchOffline(login.appId, login.uid);
    return client;
  }

  /** Gets a ticket unless there is one, sends a Login, answers its reply. */
  async login(login: RawLogin): Promise<RawContent> {
    const { appId, uid, token = '', userSId = randomHex(32), svrKeepAlive = false } = login;
    this.userSId = userSId;
    this.sessionId = login.sessionId ?? (await this.ticket(appId, uid, token));
    const content = {
      UserId: uid,
      UserSId: userSId,
      AcsToken: token,
      SdkVer: '1.0.15',
      SessionId: this.sessionId,
      ...(svrKeepAlive ? { SvrKeepAlive: true } : {}),
      ...login.fields,
    };
    this.sendText(JSON.stringify({ Cmd: 'Login', AppId: appId, Encrypt: false, Content: JSON.stringify(content) }));
    return this.next('Login');
  }

  /** `POST /arapi/v1/artmgw/getOfflineMsg`. */
  async fetchOffline(appId: string, uid: string): Promise<RawContent[]> {
    const { body } = await post(this.url, '/arapi/v1/artmgw/getOfflineMsg', { uid, sessId: this.sessionId, appId });
    if (body['code'] !== 0) throw new Error(`getOfflineMsg was refused: ${JSON.stringify(body)}`);
    return body['data'] as RawContent[];
  }

  send(cmd: string, content: RawContent = {}): void {
    const text = cmd === 'Logout' ? '' : JSON.stringify(content);
    this.sendText(JSON.stringify({ Cmd: cmd, Encrypt: false, Content: text }));
  }

  sendText(text: string): void {
    this.socket.send(text, () => undefined);
  }

  /** The next frame with this Cmd that `next` has not handed out yet. */
  async next(cmd: string, limitMs = 30_000): Promise<RawContent> {
    const index = this.taken.get(cmd) ?? 0;
    this.taken.set(cmd, index + 1);
    await this.frames.until(() => this.all(cmd).length > index, limitMs);
    return this.all(cmd)[index] as RawContent;
  }

  /** The contents of all frames with this Cmd so far. */
  all(cmd: string): RawContent[] {
    return this.frames.calls.filter(([name]) => name === cmd).map(([, content]) => content);
  }

  /** Sends a command and awaits the reply, which has the same Cmd unless another one is named. */
  request(cmd: string, content: RawContent, replyCmd = cmd): Promise<RawContent> {
    const reply = this.next(replyCmd);
    this.send(cmd, content);
    return reply;
  }

  /** Waits until the server has carried out everything sent before. */
  async settled(): Promise<void> {
    const MsgId = 10 ** 12 + Math.floor(Math.random() * 10 ** 9);
    this.send('GetChanMemberSize', { MsgId, ChanIds: '[]' });
    await this.frames.until((all) =>
      all.some(([cmd, content]) => cmd === 'GetChanMemberSize' && content['MsgId'] === MsgId),
    );
  }

  /** Stops reading the socket: nothing is seen or answered any more. */
  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  /** The connection breaks: no close frame. */
  terminate(): void {
    this.socket.terminate();
  }

  async logout(): Promise<void> {
    if (this.socket.readyState !== WebSocket.OPEN) return;
    this.send('Logout');
    await this.closed;
  }

  private async ticket(appId: string, uid: string, token: string): Promise<string> {
    const { body } = await gateway(this.url, { appid: appId, uid, token, wss: false });
    if (body['code'] !== 0) throw new Error(`the gateway refused: ${JSON.stringify(body)}`);
    return body['sessionid'] as string;
  }

  private received(text: string): void {
    const { Cmd, Content } = JSON.parse(text) as { Cmd: string; Content: string };
    const content = JSON.parse(Content) as RawContent;
    if (Cmd === 'RecvMsgFromPeer' && this.acknowledge) this.acknowledgePeer(content);
    if (Cmd === 'ReqKeepAlive' && this.keepAlive) this.send('KeepAlive', { time: String(Date.now()) });
    this.frames.add([Cmd, content]);
  }

  acknowledgePeer({ MsgId, FromUId }: RawContent): void {
    this.send('RecvMsgFromPeerAck', { MsgId, FromUId });
  }
}

export function randomHex(length: number): string {
  let hex = '';
  while (hex.length < length) hex += Math.floor(Math.random() * 16).toString(16);
  return hex;
}

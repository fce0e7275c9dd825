/**
 * A scripted client that behaves as releases 1.0.0 to 1.0.3 are described to: no package of them exists. It tells what an
 * application would hear in `events`, and keeps every frame and request that it saw.
 *
 * ```ts
 * const old = new OldRelease(url, { appId: APP, release: '1.0.3' });
 * await old.login('alice');                          // preflight, gateway, socket, Login, both fetches
 * await old.join('room');                            // JoinChannel, then the history of the channel
 * await old.sendToPeer('bob', 'hi');                 // 'received' or 'not received', as MsgStatus says
 * await old.events.until((all) => ...);
 * ```
 * What the description leaves open is as in 1.0.15. Calls are left out.
 */
import WebSocket from 'ws';
import { Recorder } from './recorder.js';

type Release = '1.0.0' | '1.0.1' | '1.0.2' | '1.0.3';
type Content = Readonly<Record<string, unknown>>;
export type OldEvent = readonly [name: string, ...details: unknown[]];

interface OldReleaseOptions {
  readonly appId: string;
  readonly release: Release;
  /** Between two requests after one that failed. 6 s in the releases. */
  readonly retryMs?: number;
  /** From an answered KeepAlive to the reconnect, when no other is answered. 30 s in the releases. */
  readonly deadlineMs?: number;
  readonly keepAliveMs?: number;
  /** How long MsgStatus 1 is waited for. 10 s in the releases. */
  readonly pendingMs?: number;
}

const PAGE_ORIGIN = 'https://page.example';
const JSON_TYPE = 'application/json;charset=utf-8';
/** What the gateway's codes are called; every other is "other". */
const KNOWN_CODES = [-4, 13, 14, 15, 16, 101, 109, 110, 2002];

export class OldRelease {
  readonly events = new Recorder<OldEvent>();
  readonly frames = new Recorder<readonly [way: 'in' | 'out', cmd: string, content: Content]>();
  /** Paths posted to, and the status of each answer; 0 when there was none. */
  readonly requests = new Recorder<readonly [path: string, status: number]>();
  readonly sockets: WebSocket[] = [];
  /** Close codes as seen, in order. */
  readonly closes = new Recorder<[code: number]>();
  uid: string | undefined = '';
  sessionId = '';
  private readonly userSId = hex(32);
  private readonly channels = new Set<string>();
  private readonly waiting: {
    readonly cmd: string;
    readonly holds: (content: Content) => boolean;
    readonly take: (content: Content) => void;
  }[] = [];
  private token = '';
  private isReconnecting = false;
  private hasEnded = false;
  private keepAlive: NodeJS.Timeout | undefined;
  private deadline: NodeJS.Timeout | undefined;

  constructor(
    private readonly url: string,
    private readonly options: OldReleaseOptions,
  ) {}

  /** Rejects with the plain text of an error; never settles where the release hangs. */
  async login(uid: string, token = ''): Promise<void> {
    this.token = token;
    await this.connect(uid);
    this.events.add(['ConnectionStateChanged', 'CONNECTED']);
  }

  async logout(): Promise<void> {
    const reply = this.reply('Logout');
    this.say('Logout');
    await reply;
    this.leaveSession();
    this.events.add(['ConnectionStateChanged', 'DISCONNECTED']);
  }

  async join(channelId: string): Promise<number> {
    const { Code } = await this.ask('JoinChannel', { ChanId: channelId });
    if (Code !== 0) return Code as number;
    this.channels.add(channelId);
    const body = await this.fetchJson('/arapi/v1/artmgw/getChanHistoryMsg', { chanId: channelId });
    for (const item of body['data'] as Content[]) {
      const properties = { isHistoricalMessage: true, serverReceivedTs: item['msgTs'] };
      this.events.add(['ChannelMessage', channelId, item['msgBody'], item['msgFrom'], properties]);
    }
    return 0;
  }

  async leave(channelId: string): Promise<number> {
    this.channels.delete(channelId);
    return (await this.ask('LeaveChannel', { ChanId: channelId }))['Code'] as number;
  }

  /** A number is the body of a raw message of so many bytes. */
  async sendToPeer(to: string, body: string | Uint8Array, isOffline = false): Promise<'received' | 'not received'> {
    const MsgId = Date.now();
    const status = this.reply('MsgStatus', (content) => content['MsgId'] === MsgId);
    this.say('SendMsgToPeer', {
      MsgId,
      FromUId: this.uid,
      ToUId: to,
      ...this.body(body),
      OfflineMsg: isOffline,
      HistoryMsg: false,
      Desc: '',
    });
    let { Status } = await status;
    if (Status === 1) {
      const later = this.reply('MsgStatus', (content) => content['MsgId'] === MsgId).then(
        (content) => content['Status'],
      );
      Status = await Promise.race([later, pause(this.options.pendingMs ?? 10_000).then(() => 0)]);
    }
    return Status === 2 ? 'received' : 'not received';
  }

  /** The code of the next reply to any message to any channel: that is how it is matched. */
  async sendToChannel(channelId: string, body: string | Uint8Array, isHistorical = false): Promise<number> {
    const content = {
      ChanId: channelId,
      FromUId: this.uid,
      MsgId: Date.now(),
      ...this.body(body),
      HistoryMsg: isHistorical,
      Desc: '',
    };
    return (await this.ask('SendChannelMsg', content))['Code'] as number;
  }

  /** A command whose reply is matched by its name alone, or by a field too. */
  ask(
    cmd: string,
    content: Content,
    replyCmd = cmd,
    holds: (content: Content) => boolean = () => true,
  ): Promise<Content> {
    const reply = this.reply(replyCmd, holds);
    this.say(cmd, content);
    return reply;
  }

  say(cmd: string, content: Content = {}): void {
    this.frames.add(['out', cmd, content]);
    const text = cmd === 'Logout' ? '' : JSON.stringify(content);
    const frame = { Cmd: cmd, ...(cmd === 'Login' && { AppId: this.options.appId }), Encrypt: false, Content: text };
    this.sockets.at(-1)?.send(JSON.stringify(frame), () => undefined);
  }

  /** Nothing is answered on this socket any more, until the deadline passes. */
  deafen(): void {
    this.sockets.at(-1)?.pause();
  }

  /** Ends everything, for the end of a test. */
  close(): void {
    this.hasEnded = true;
    this.stopTimers();
    for (const socket of this.sockets) socket.terminate();
  }

  got(cmd: string): Content[] {
    return this.frames.calls.filter(([way, name]) => way === 'in' && name === cmd).map(([, , content]) => content);
  }

  private async connect(uid: string | undefined): Promise<void> {
    const { release, appId } = this.options;
    const answer = await this.fetchJson('/arapi/v1?action=wrtm_gateway', {
      appid: appId,
      uid,
      token: this.token,
      wss: false,
    });
    const code = answer['code'] as number;
    if (code === 110) await new Promise(() => undefined);
    if (code !== 0) throw new Error(KNOWN_CODES.includes(code) ? `code ${code}` : 'other');
    this.sessionId = answer['sessionid'] as string;
    const [address] = answer['addresses'] as { addr: string; port: number }[];
    await this.open(`ws://${address?.addr}:${address?.port}`);
    const login = this.reply('Login');
    this.say('Login', {
      UserId: uid,
      UserSId: this.userSId,
      AcsToken: this.token,
      SdkVer: release,
      SessionId: this.sessionId,
    });
    const reply = await login;
    if (reply['Code'] !== 0) {
      this.uid = undefined;
      this.events.add(['ConnectionStateChanged', 'DISCONNECTED']);
      this.events.add(['ConnectionStateChanged', 'CONNECTED']);
      throw new Error(`login code ${reply['Code']}`);
    }
    this.uid = reply['UserId'] as string;
    this.beat();
    await this.fetchStored();
  }

  /** Both have to be answered: 1.0.3 hangs otherwise, the others fail. */
  private async fetchStored(): Promise<void> {
    const [offline, history] = await Promise.all([
      this.fetchJson('/arapi/v1/artmgw/getOfflineMsg', { uid: this.uid }),
      this.fetchJson('/arapi/v1/artmgw/getP2PHistoryMsg', { fromUId: this.uid }),
    ]);
    for (const [body, isHistorical] of [
      [offline, false],
      [history, true],
    ] as const) {
      for (const item of (body['data'] ?? []) as Content[]) {
        const properties = { isOfflineMessage: !isHistorical, serverReceivedTs: item['msgTs'] };
        this.tellMessage('MessageFromPeer', item['msgType'], item['msgBody'], item['msgFrom'], properties);
      }
    }
  }

  /** Retried for ever when the network fails, the status is not 2xx, or the code is -1. A page asks for leave first. */
  private async fetchJson(path: string, fields: Content): Promise<Content> {
    const own = path.includes('?') ? {} : { sessId: this.sessionId, appId: this.options.appId };
    for (;;) {
      try {
        await this.preflight(path);
        const headers = { 'content-type': JSON_TYPE, origin: PAGE_ORIGIN };
        const body = JSON.stringify({ ...fields, ...own });
        const response = await fetch(this.url + path, {
          method: 'POST',
          headers,
          body,
          signal: AbortSignal.timeout(6000),
        });
        this.requests.add([path, response.status]);
        if (response.headers.get('access-control-allow-origin') === null) throw new Error('not readable for the page');
        const answer = (await response.json()) as Content;
        if (response.ok && answer['code'] !== -1) return answer;
      } catch (error) {
        this.requests.add([`${path} ${String(error)}`, 0]);
      }
      await pause(this.options.retryMs ?? 6000);
      if (this.hasEnded) await new Promise(() => undefined);
    }
  }

  private async preflight(path: string): Promise<void> {
    const { status, headers } = await fetch(this.url + path, {
      method: 'OPTIONS',
      headers: {
        origin: PAGE_ORIGIN,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      },
      signal: AbortSignal.timeout(6000),
    });
    const allows = (name: string, wanted: string) =>
      headers.get(`access-control-allow-${name}`)?.toLowerCase().split(/, */).includes(wanted) === true;
    const origins = ['*', PAGE_ORIGIN].some((origin) => allows('origin', origin));
    if (status >= 300 || !origins || !allows('methods', 'post') || !allows('headers', 'content-type')) {
      throw new Error('the preflight is refused');
    }
  }

  private open(url: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url, { origin: PAGE_ORIGIN, perMessageDeflate: false });
      socket.once('open', () => {
        this.sockets.push(socket);
        resolve();
      });
      socket.once('error', reject);
      socket.on('error', () => undefined);
      socket.on('message', (data) => this.receive(String(data)));
      socket.on('close', (code) => {
        this.closes.add([code]);
        // A socket that a newer one has taken the place of is nobody's any more.
        if (code !== 1000 && code !== 1005 && socket === this.sockets.at(-1)) void this.reconnect();
      });
    });
  }

  /** Without delay, and without closing the old socket; the rejoin waits for both fetches. */
  private async reconnect(): Promise<void> {
    if (this.isReconnecting || this.hasEnded) return;
    this.isReconnecting = true;
    this.stopTimers();
    this.events.add(['ConnectionStateChanged', 'RECONNECTING']);
    while (!this.hasEnded) {
      try {
        await this.connect(this.uid);
        break;
      } catch (error) {
        this.events.add(['failed attempt', String(error)]);
        if (/code|other/.test(String(error))) break;
      }
    }
    this.isReconnecting = false;
    for (const channelId of this.channels) await this.join(channelId);
    this.events.add(['ConnectionStateChanged', 'CONNECTED']);
  }

  private receive(text: string): void {
    const { Cmd: cmd, Content: raw } = JSON.parse(text) as { Cmd: string; Content: string };
    const content = JSON.parse(raw) as Content;
    if (typeof content !== 'object' || content === null) throw new Error(`Content of ${cmd} is no object`);
    this.frames.add(['in', cmd, content]);
    const index = this.waiting.findIndex((one) => one.cmd === cmd && one.holds(content));
    if (index >= 0) this.waiting.splice(index, 1)[0]?.take(content);
    const { FromUId, MsgType, MsgBody, SvrTS } = content;
    const properties = { isOfflineMessage: false, serverReceivedTs: SvrTS };
    if (cmd === 'RecvMsgFromPeer') {
      this.tellMessage('MessageFromPeer', MsgType, MsgBody, FromUId, properties);
      this.say('RecvMsgFromPeerAck', { MsgId: content['MsgId'], FromUId });
    } else if (cmd === 'RecvMsgFromChan') {
      this.tellMessage(`ChannelMessage ${content['ChanId']}`, MsgType, MsgBody, FromUId, properties);
    } else if (cmd === 'KeepAlive') this.armDeadline();
    else if (cmd === 'ForceOffline') {
      // The socket stays: it is for the server to close it.
      this.leaveSession();
      this.events.add(['ConnectionStateChanged', 'DISCONNECTED', 'REMOTE_LOGIN']);
    }
  }

  /** Raw messages: 1.0.0 and 1.0.1 both ways; later only what is text. */
  private tellMessage(event: string, type: unknown, body: unknown, from: unknown, properties: Content): void {
    const readsRaw = this.options.release < '1.0.2';
    if (type === 1) this.events.add([event, body, from, properties]);
    else if (type === 2 && readsRaw)
      this.events.add([event, [...Buffer.from(body as string, 'base64')], from, properties]);
  }

  private body(body: string | Uint8Array): Content {
    return typeof body === 'string'
      ? { MsgType: 1, MsgBody: body }
      : { MsgType: 2, MsgBody: Buffer.from(body).toString('base64') };
  }

  private reply(cmd: string, holds: (content: Content) => boolean = () => true): Promise<Content> {
    return new Promise((take) => this.waiting.push({ cmd, holds, take }));
  }

  private beat(): void {
    this.stopTimers();
    const say = () => this.say('KeepAlive', { time: String(Date.now()) });
    say();
    this.keepAlive = setInterval(say, this.options.keepAliveMs ?? 10_000);
  }

  /** If KeepAlive is never answered there is no deadline. */
  private armDeadline(): void {
    clearTimeout(this.deadline);
    this.deadline = setTimeout(() => void this.reconnect(), this.options.deadlineMs ?? 30_000);
  }

  private leaveSession(): void {
    this.uid = '';
    this.channels.clear();
    this.stopTimers();
  }

  private stopTimers(): void {
    clearInterval(this.keepAlive);
    clearTimeout(this.deadline);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resume) => setTimeout(resume, ms));
}

function hex(digits: number): string {
  return Array.from({ length: digits }, () => Math.floor(Math.random() * 16).toString(16)).join('');
}

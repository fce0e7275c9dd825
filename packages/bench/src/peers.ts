import { quickPost } from './quick-post.js';
import { Wire } from './wire.js';

/** What a benchmark does with a server, whatever its protocol. */
export interface Client {
  /** Serial numbers of messages that arrived, in order of arrival. */
  onMessage: (serial: number, from: string) => void;
  /** Sends one text of `bytes` bytes to the group, with its serial number in it. */
  publish(serial: number): void;
  /** Sends to another user; `onReceipt` follows when the receiver has acknowledged. */
  sendTo(user: string, serial: number): void;
  onReceipt: (serial: number) => void;
  /** Reads nothing, until `resume`. */
  pause(): void;
  resume(): void;
  /** Resolves with the code of the close frame, when the connection has ended. */
  readonly closed: Promise<number | undefined>;
  close(): void;
}

/** `bytes`: of each message. */
export type Connect = (
  user: string,
  group: string | undefined,
  localAddress?: string,
  bytes?: number,
) => Promise<Client>;

const MARK = /#(\d{1,12})#/;

/** 250 bytes with the serial number in front. */
export function bodyOf(serial: number, bytes = 250): string {
  const head = `#${serial}#`;
  return head + 'x'.repeat(bytes - head.length);
}

export function serialIn(text: string): number {
  return Number(MARK.exec(text)?.[1] ?? Number.NaN);
}

/** A client of ours, or as the published SDK would be. */
export interface OwnClient extends Client {
  /** A message was not taken; the frame. Throws unless it is set. */
  onRefused: (text: string) => void;
  readonly wire: Wire;
}

type ConnectOwn = (...how: Parameters<Connect>) => Promise<OwnClient>;

/** Our server, spoken to as our SDK does, or as the published one. Rejects when the server says "try again". */
export function arrtm(port: number, appId: string, { published = false } = {}): ConnectOwn {
  return async (user, group, localAddress, bytes) => {
    const body = JSON.stringify({ appid: appId, uid: user, token: '', wss: false });
    const answer = await quickPost(port, '/arapi/v1?action=wrtm_gateway', body, localAddress);
    if (answer.status !== 200) throw new Error(`the gateway answers ${answer.status}`);
    const reply = JSON.parse(answer.body) as { sessionid: string };
    const wire = await Wire.open('127.0.0.1', port, '/', localAddress);
    const frame = (cmd: string, content: object): string =>
      `{"Cmd":"${cmd}","Encrypt":false,"Content":${JSON.stringify(JSON.stringify(content))}}`;
    const joined = new Promise<void>((resolve, reject) => {
      wire.onClose = () => reject(new Error(`${user}: closed`));
      wire.onText = (text) => {
        if (text.startsWith('{"Cmd":"Login"')) {
          if (!text.includes('\\"Code\\":0')) reject(new Error(text));
          else if (group === undefined) resolve();
          else {
            // As the published SDK does after a reconnect (quirk Q16).
            if (published) wire.send(frame('AddOrUpdateUserAttributes', { SetLocal: true, Attributes: '{}' }));
            wire.send(frame('JoinChannel', { ChanId: group }));
          }
        } else if (text.startsWith('{"Cmd":"JoinChannel"')) resolve();
      };
    });
    const login = {
      UserId: user,
      UserSId: user.padStart(32, '0'),
      AcsToken: '',
      SdkVer: '2.0.0',
      SessionId: reply.sessionid,
    };
    const caps = published ? {} : { Caps: ['reply-codes.1', 'push-offline.1', 'resume.1'] };
    const content = JSON.stringify(JSON.stringify({ ...login, SvrKeepAlive: true, ...caps }));
    wire.send(`{"Cmd":"Login","AppId":"${appId}","Encrypt":false,"Content":${content}}`);
    await joined;
    const client: OwnClient = {
      wire,
      onMessage: () => undefined,
      onReceipt: () => undefined,
      onRefused: (text) => {
        throw new Error(`refused: ${text}`);
      },
      publish: (serial) =>
        wire.send(
          frame('SendChannelMsg', {
            ChanId: group,
            FromUId: user,
            MsgId: serial,
            MsgType: 1,
            MsgBody: bodyOf(serial, bytes),
            HistoryMsg: false,
            Desc: '',
          }),
        ),
      sendTo: (to, serial) =>
        wire.send(
          frame('SendMsgToPeer', {
            MsgId: serial,
            FromUId: user,
            ToUId: to,
            MsgType: 1,
            MsgBody: bodyOf(serial),
            OfflineMsg: false,
            HistoryMsg: false,
            Desc: '',
          }),
        ),
      pause: () => wire.pause(),
      resume: () => wire.resume(),
      closed: endOf(wire),
      close: () => wire.close(),
    };
    wire.onText = (text) => {
      if (text.startsWith('{"Cmd":"RecvMsgFromChan"')) client.onMessage(serialIn(text), '');
      else if (text.startsWith('{"Cmd":"RecvMsgFromPeer"')) {
        const id = /MsgId\\":(\d+)/.exec(text)?.[1];
        const from = /FromUId\\":\\"([^\\]+)/.exec(text)?.[1] ?? '';
        wire.send(frame('RecvMsgFromPeerAck', { MsgId: Number(id), FromUId: from }));
        client.onMessage(serialIn(text), from);
      } else if (text.startsWith('{"Cmd":"MsgStatus"')) {
        if (!text.includes('\\"Status\\":2')) throw new Error(`not received: ${text}`);
        client.onReceipt(Number(/MsgId\\":(\d+)/.exec(text)?.[1]));
      } else if (text.startsWith('{"Cmd":"SendChannelMsg"')) {
        if (!text.includes('\\"Code\\":0')) client.onRefused(text);
      } else if (text.startsWith('{"Cmd":"ReqKeepAlive"')) {
        wire.send('{"Cmd":"KeepAlive","Encrypt":false,"Content":"{\\"time\\":\\"1795373281624\\"}"}');
      }
    };
    return client;
  };
}

/** A loop of `ws.send`: one JSON text, sent to every other socket of the group. */
export function bare(port: number): Connect {
  return async (user, group, localAddress) => {
    const wire = await Wire.open('127.0.0.1', port, '/', localAddress);
    const ready = new Promise<void>((resolve) => {
      wire.onText = () => resolve();
    });
    wire.send(JSON.stringify({ join: group ?? '', user }));
    await ready;
    const client: Client = {
      onMessage: () => undefined,
      onReceipt: () => undefined,
      publish: (serial) => wire.send(JSON.stringify({ to: group, body: bodyOf(serial) })),
      sendTo: () => {
        throw new Error('the bare loop has no peers');
      },
      pause: () => wire.pause(),
      resume: () => wire.resume(),
      closed: endOf(wire),
      close: () => wire.close(),
    };
    wire.onText = (text) => client.onMessage(serialIn(text), '');
    return client;
  };
}

/** socket.io 4 over its WebSocket transport, spoken to as its client does. */
export function socketIo(port: number): Connect {
  return async (user, group, localAddress) => {
    const wire = await Wire.open('127.0.0.1', port, '/socket.io/?EIO=4&transport=websocket', localAddress);
    const joined = new Promise<void>((resolve) => {
      wire.onText = (text) => {
        if (text.startsWith('0{')) wire.send('40');
        else if (text.startsWith('40')) wire.send(`420["join",${JSON.stringify(user)},${JSON.stringify(group ?? '')}]`);
        else if (text.startsWith('430')) resolve();
        else if (text === '2') wire.send('3');
      };
    });
    await joined;
    const client: Client = {
      onMessage: () => undefined,
      onReceipt: () => undefined,
      publish: (serial) => wire.send(`42["say",${JSON.stringify({ to: group, body: bodyOf(serial) })}]`),
      // The number behind 42 asks for an acknowledgement; serial numbers serve.
      sendTo: (to, serial) =>
        wire.send(`42${serial}["peer",${JSON.stringify({ to, from: user, body: bodyOf(serial) })}]`),
      pause: () => wire.pause(),
      resume: () => wire.resume(),
      closed: endOf(wire),
      close: () => wire.close(),
    };
    wire.onText = (text) => {
      if (text === '2') wire.send('3');
      else if (text.startsWith('42')) {
        const ack = /^42(\d+)\[/.exec(text)?.[1];
        if (ack !== undefined) wire.send(`43${ack}[1]`);
        client.onMessage(serialIn(text), /"from":"([^"]+)"/.exec(text)?.[1] ?? '');
      } else if (text.startsWith('43')) client.onReceipt(Number(/^43(\d+)/.exec(text)?.[1]));
    };
    return client;
  };
}

function endOf(wire: Wire): Promise<number | undefined> {
  return new Promise((resolve) => {
    wire.onClose = () => resolve(wire.closeCode);
  });
}

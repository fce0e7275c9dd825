import { randomBytes } from 'node:crypto';
import { WebSocket } from 'ws';

interface Callbacks {
  success?(result: object): void;
  fail?(error: { errMsg: string }): void;
}

type Listener = (event: { data?: unknown; isConnected?: boolean }) => void;

/** What `wx.request` takes. */
const METHODS = ['OPTIONS', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'TRACE', 'CONNECT'];
const SOCKETS = 5;
const USER_DATA_PATH = 'http://usr';

/**
 * The part of `wx` that the SDK uses, for a test: it talks to real servers, and refuses what a device refuses. Callbacks come
 * in a later turn, as from the device.
 */
export class ScriptedWechat {
  /** Files by path. */
  readonly files = new Map<string, Uint8Array>();
  /** Method, path and size of the body of every request. */
  readonly requests: string[] = [];
  /** Servers that the mini-program may talk to; all, when there is none. */
  domains: readonly string[] = [];
  /** So many requests of this method fail, from now on. */
  readonly failing = new Map<string, number>();
  hasRandom = true;
  private readonly sockets = new Set<WebSocket>();
  private readonly listeners = { network: new Set<Listener>(), show: new Set<Listener>() };

  /** Listeners for the device that are there. */
  get listenerCount(): number {
    return this.listeners.network.size + this.listeners.show.size;
  }

  get socketCount(): number {
    return this.sockets.size;
  }

  /** The network is gone; nobody is told before something is sent, as on a device that was asleep. */
  cutInSilence(): void {
    for (const socket of this.sockets) {
      socket.removeAllListeners('close');
      socket.on('error', () => undefined).terminate();
    }
  }

  /** The network is gone, and the sockets know it. */
  cut(): void {
    for (const socket of this.sockets) socket.terminate();
  }

  /** The network is back. */
  connect(): void {
    for (const listener of this.listeners.network) listener({ isConnected: true });
  }

  /** The mini-program is shown again. */
  show(): void {
    for (const listener of this.listeners.show) listener({});
  }

  readonly wx = {
    env: { USER_DATA_PATH },
    connectSocket: (options: { url: string } & Callbacks) => this.connectSocket(options),
    request: (options: Request) => this.request(options),
    getRandomValues: ({ length, success, fail }: { length: number } & Callbacks) =>
      later(() => {
        if (this.hasRandom) success?.({ randomValues: bufferOf(randomBytes(length)) });
        else fail?.({ errMsg: 'getRandomValues:fail' });
      }),
    getFileSystemManager: () => this.fileSystem,
    onNetworkStatusChange: (listener: Listener) => this.listeners.network.add(listener),
    offNetworkStatusChange: (listener: Listener) => this.listeners.network.delete(listener),
    onAppShow: (listener: Listener) => this.listeners.show.add(listener),
    offAppShow: (listener: Listener) => this.listeners.show.delete(listener),
  };

  private readonly fileSystem = {
    getFileInfo: ({ filePath, ...callbacks }: { filePath: string } & Callbacks) =>
      this.withFile(filePath, callbacks, (bytes) => ({ size: bytes.length })),
    readFile: (options: { filePath: string; position: number; length: number } & Callbacks) =>
      this.withFile(options.filePath, options, (bytes) => {
        const { position, length } = options;
        const isInside = position >= 0 && position < bytes.length && length > 0 && position + length <= bytes.length;
        return isInside ? { data: bufferOf(bytes.subarray(position, position + length)) } : undefined;
      }),
    writeFile: ({ filePath, data, ...callbacks }: { filePath: string; data: ArrayBuffer } & Callbacks) =>
      later(() => {
        if (!filePath.startsWith(`${USER_DATA_PATH}/`))
          callbacks.fail?.({ errMsg: 'writeFile:fail permission denied' });
        else {
          this.files.set(filePath, new Uint8Array(data));
          callbacks.success?.({});
        }
      }),
  };

  private withFile(path: string, callbacks: Callbacks, use: (bytes: Uint8Array) => object | undefined): void {
    later(() => {
      const bytes = this.files.get(path);
      const result = bytes && use(bytes);
      if (result) callbacks.success?.(result);
      else callbacks.fail?.({ errMsg: `fail no such file or directory, or outside of it: ${path}` });
    });
  }

  private mayReach(url: string): boolean {
    return this.domains.length === 0 || this.domains.includes(new URL(url).origin);
  }

  private connectSocket({ url, fail }: { url: string } & Callbacks) {
    if (this.sockets.size >= SOCKETS) {
      later(() => fail?.({ errMsg: 'connectSocket:fail exceed max socket connection count' }));
      return undefined;
    }
    if (!this.mayReach(url)) later(() => fail?.({ errMsg: 'connectSocket:fail url not in domain list' }));
    const socket = this.mayReach(url) ? new WebSocket(url) : undefined;
    if (socket) this.sockets.add(socket);
    const forget = () => void (socket && this.sockets.delete(socket));
    socket?.on('error', forget).on('close', forget);
    return {
      send: ({ data, fail: failed }: { data: string } & Callbacks) => {
        if (socket?.readyState === WebSocket.OPEN) socket.send(data);
        else later(() => failed?.({ errMsg: 'sendSocketMessage:fail' }));
      },
      close: ({ code = 1000 }: { code?: number }) => {
        if (socket?.readyState === WebSocket.CONNECTING) throw new Error('closeSocket:fail');
        socket?.close(code);
      },
      onOpen: (listener: Listener) => void socket?.on('open', () => listener({})),
      onMessage: (listener: Listener) =>
        void socket?.on('message', (data, isBinary) => listener({ data: isBinary ? data : data.toString() })),
      onClose: (listener: Listener) => void socket?.on('close', () => listener({})),
      onError: (listener: Listener) => void socket?.on('error', () => listener({})),
    };
  }

  private request({ url, method, header, data, responseType, success, fail }: Request) {
    const controller = new AbortController();
    const size = typeof data === 'string' ? data.length : (data?.byteLength ?? 0);
    const left = this.failing.get(method) ?? 0;
    const refusal =
      (!METHODS.includes(method) && `invalid method ${method}`) ||
      (!this.mayReach(url) && 'url not in domain list') ||
      (left > 0 && 'interrupted');
    if (refusal) {
      this.failing.set(method, left - 1);
      later(() => fail?.({ errMsg: `request:fail ${refusal}` }));
      return { abort: () => undefined };
    }
    this.requests.push(`${method} ${new URL(url).pathname} ${size}`);
    const answer = async () => {
      const body = size > 0 ? { body: data as string | ArrayBuffer } : {};
      const response = await fetch(url, { method, headers: header, ...body, signal: controller.signal });
      const bytes = await response.arrayBuffer();
      return {
        statusCode: response.status,
        header: Object.fromEntries([...response.headers].map(([name, value]) => [titled(name), value])),
        data: responseType === 'text' ? new TextDecoder().decode(bytes) : bytes,
      };
    };
    answer().then(success, () => fail?.({ errMsg: 'request:fail' }));
    return { abort: () => controller.abort() };
  }
}

interface Request extends Callbacks {
  readonly url: string;
  readonly method: string;
  readonly header: { readonly [name: string]: string };
  readonly data?: string | ArrayBuffer;
  readonly responseType: string;
}

/** A later turn. */
function later(task: () => void): void {
  setImmediate(task);
}

function bufferOf(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

/** `content-range` as `Content-Range`: some devices write it so. */
function titled(name: string): string {
  return name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
}

/**
 * The few commands of WebDriver BiDi that the tests need. Playwright speaks it too, but with commands that Debian's Firefox
 * does not know yet.
 */
import { once } from 'node:events';
import { WebSocket } from 'ws';

interface Reply {
  readonly id?: number;
  readonly type: 'success' | 'error' | 'event';
  readonly result?: unknown;
  readonly error?: string;
  readonly message?: string;
}

interface Call {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

export class BiDi {
  private readonly calls = new Map<number, Call>();
  private callCount = 0;

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (data) => this.hear(JSON.parse(String(data)) as Reply));
    socket.on('close', () => {
      for (const { reject } of this.calls.values()) reject(new Error('the browser has gone'));
      this.calls.clear();
    });
  }

  /** `endpoint`: what the browser prints when it starts. */
  static async connect(endpoint: string): Promise<BiDi> {
    const socket = new WebSocket(`${endpoint}/session`);
    await once(socket, 'open');
    return new BiDi(socket);
  }

  /** Answers the result, or throws what the browser says went wrong. */
  send<Result = unknown>(method: string, params: object = {}): Promise<Result> {
    const id = ++this.callCount;
    this.socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve, reject) => {
      const refuse = (error: Error) => reject(new Error(`${method}: ${error.message}`));
      this.calls.set(id, { resolve: resolve as Call['resolve'], reject: refuse });
    });
  }

  private hear({ id = 0, type, result, error, message }: Reply): void {
    const call = this.calls.get(id);
    this.calls.delete(id);
    if (type === 'success') call?.resolve(result);
    else call?.reject(new Error(`${error}: ${message}`));
  }
}

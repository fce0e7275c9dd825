import { type IncomingHttpHeaders, request } from 'node:http';
import type { TestServer } from '../../../src/testing.js';

export interface AdminReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many forms
  readonly json: any;
}

export interface Asked {
  readonly method?: string;
  /** Every header, `Host` included, is sent as it stands. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly port?: number;
  readonly localAddress?: string;
}

/** One request with nothing in it that was not asked for. */
export function ask(server: TestServer, path: string, asked: Asked = {}): Promise<AdminReply> {
  const { method = 'GET', headers = {}, body, port = server.port, localAddress } = asked;
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, path, method, headers, agent: false, ...(localAddress && { localAddress }) },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => {
          const isJson = response.headers['content-type']?.startsWith('application/json') && text !== '';
          const json = isJson ? JSON.parse(text) : undefined;
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json });
        });
      },
    );
    sent.once('error', reject);
    sent.end(body);
  });
}

export const keyOf = (server: TestServer): string => server.newOperatorKey ?? '';

/** The operator with curl. */
export const byKey = (server: TestServer, path: string, { headers, ...asked }: Asked = {}): Promise<AdminReply> =>
  ask(server, path, { ...asked, headers: { authorization: `Bearer ${keyOf(server)}`, ...headers } });

/** The body and headers with which a browser logs in. */
export const loginWith = (key: string, headers: Readonly<Record<string, string>> = {}): Asked => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify({ key }),
});

/** A browser that is logged in. */
export class AdminBrowser {
  private constructor(
    private readonly server: TestServer,
    /** As it goes into the header. */
    readonly cookie: string,
    readonly csrfToken: string,
    readonly reply: AdminReply,
  ) {}

  static async login(server: TestServer, asked: Asked = {}): Promise<AdminBrowser> {
    const { headers, ...more } = asked;
    const reply = await ask(server, '/admin/session', { ...loginWith(keyOf(server), headers), ...more });
    if (reply.status !== 200) throw new Error(`not logged in: ${reply.status} ${reply.text}`);
    const [cookie = ''] = (reply.headers['set-cookie']?.[0] ?? '').split(';');
    return new AdminBrowser(server, cookie, reply.json.csrfToken, reply);
  }

  ask(path: string, { headers, ...asked }: Asked = {}): Promise<AdminReply> {
    return ask(this.server, path, { ...asked, headers: { cookie: this.cookie, ...headers } });
  }

  /** The same with the CSRF token. */
  change(path: string, { headers, ...asked }: Asked = {}): Promise<AdminReply> {
    return this.ask(path, { method: 'POST', ...asked, headers: { 'x-csrf-token': this.csrfToken, ...headers } });
  }
}

/** Somebody else's web site: pages and files from an origin that is not the server's. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export class Site {
  private readonly files = new Map<string, { readonly type: string; readonly body: string }>();

  private constructor(private readonly server: Server) {
    server.on('request', (request, response) => {
      const file = this.files.get(request.url ?? '');
      response.writeHead(file ? 200 : 404, { 'content-type': file?.type ?? 'text/plain' }).end(file?.body);
    });
  }

  static async start(): Promise<Site> {
    const server = createServer();
    const site = new Site(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return site;
  }

  /** Another host name than the server's, so another origin in every respect. */
  get origin(): string {
    return `http://localhost:${(this.server.address() as AddressInfo).port}`;
  }

  /** Adds a page whose only content is one script tag, with `first` run before it; returns its address. */
  pageWithScript(src: string, first = ''): string {
    const path = `/page-${this.files.size}.html`;
    // The icon keeps the browser from asking for one and from complaining that there is none.
    const head = `<meta charset="utf-8"><link rel="icon" href="data:,"><title>A page</title>`;
    const scripts = `<script>${first}</script><script src="${src}"></script>`;
    const body = `<!doctype html><html lang="en"><head>${head}</head><body>${scripts}</body></html>`;
    this.files.set(path, { type: 'text/html; charset=utf-8', body });
    return this.origin + path;
  }

  /** Adds a script; returns its address. */
  script(path: string, body: string): string {
    this.files.set(path, { type: 'text/javascript; charset=utf-8', body });
    return this.origin + path;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

/** A registry on this machine that has the packages which are given to it, under names of their own. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Published {
  readonly name: string;
  readonly manifest: { readonly version: string } & Readonly<Record<string, unknown>>;
  readonly tarball: string;
}

export class Registry {
  private constructor(private readonly server: Server) {}

  static async start(packages: readonly Published[]): Promise<Registry> {
    const server = createServer((request, response) => {
      const path = decodeURIComponent(request.url ?? '').slice(1);
      const file = packages.find(({ name }) => path === `${name}.tgz`);
      if (file) {
        response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(readFileSync(file.tarball));
        return;
      }
      const found = packages.find(({ name }) => path === name);
      if (!found) {
        response.writeHead(404).end('{}');
        return;
      }
      const { name, manifest } = found;
      const { version } = manifest;
      const dist = { tarball: `http://${request.headers.host}/${name}.tgz` };
      const versions = { [version]: { ...manifest, name, version, dist } };
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ name, 'dist-tags': { latest: version }, versions }));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Registry(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

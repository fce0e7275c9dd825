/** examples/proxy/nginx.conf, as it stands in the guide, with an nginx of its own: other ports, and a certificate made here. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inRoot } from '../../scripts/lib/root.mjs';
import { ServerProcess } from '../e2e/server-process.js';

const nginx = process.env.NGINX_PATH ?? '';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

// Without nginx the tests are shown as skipped; npm test fetches it where it can.
describe.skipIf(!nginx)('nginx', () => {
  let dir: string;
  let server: ServerProcess;
  let proxy: ChildProcess;
  let plain: number;
  let secure: number;
  let certificate: string;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'ar-rtm-nginx-'));
    mkdirSync(join(dir, 'data'));
    [plain, secure] = [await freePort(), await freePort()];
    const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    const files = ['-keyout', join(dir, 'privkey.pem'), '-out', join(dir, 'fullchain.pem')];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...name, ...files], {
      stdio: 'ignore',
    });
    certificate = join(dir, 'fullchain.pem');
    server = await ServerProcess.start({ dataDir: join(dir, 'data'), args: ['--trust-proxy'] });

    const conf = readFileSync(inRoot('examples/proxy/nginx.conf'), 'utf8')
      .replace('127.0.0.1:9080', `127.0.0.1:${server.port}`)
      .replace('listen 80;', `listen 127.0.0.1:${plain};`)
      .replace('listen 443 ', `listen 127.0.0.1:${secure} `)
      .replaceAll('rtm.example.com;', 'localhost;')
      .replaceAll('/etc/letsencrypt/live/rtm.example.com', dir);
    writeFileSync(join(dir, 'ar-rtm.conf'), conf);
    const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (kind) => `${kind}_temp_path ${dir}/${kind};`,
    );
    const main = `daemon off; pid ${dir}/pid; error_log stderr notice; worker_processes 1; events {}
      http { access_log off; ${folders.join(' ')} include ${dir}/ar-rtm.conf; }`;
    writeFileSync(join(dir, 'nginx.conf'), main);
    const child = spawn(nginx, ['-p', dir, '-e', 'stderr', '-c', join(dir, 'nginx.conf')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    proxy = child;
    let said = '';
    await new Promise<void>((resolve, reject) => {
      child.stderr.on('data', (data) => {
        said += String(data);
        if (said.includes('start worker process ')) resolve();
      });
      child.once('exit', () => reject(new Error(`nginx has ended: ${said}`)));
    });
  });

  afterAll(async () => {
    if (proxy?.exitCode === null) {
      proxy.kill('SIGTERM');
      await once(proxy, 'exit');
    }
    await server?.kill();
    rmSync(dir, { recursive: true, force: true });
  });

  async function get(url: string) {
    const options: RequestOptions & { ca?: Buffer } = { ca: readFileSync(certificate), agent: false };
    const request = (url.startsWith('https') ? httpsRequest : httpRequest)(url, options).end();
    const [response] = await once(request, 'response');
    response.resume();
    return { status: response.statusCode as number, location: response.headers.location as string | undefined };
  }

  /** A program that trusts the certificate. */
  async function run(...args: string[]): Promise<void> {
    const child = spawn(process.execPath, args, {
      cwd: inRoot(),
      env: { PATH: process.env.PATH, NODE_EXTRA_CA_CERTS: certificate, ARRTM_SERVER: `https://localhost:${secure}` },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const said = child.stderr.setEncoding('utf8').toArray();
    expect([...(await once(child, 'close')), ...(await said)]).toEqual([0, null]);
  }

  test('users talk over TLS, and are told the address of the proxy', () =>
    run(inRoot('examples/reference/channels.js')));

  test('files above the megabyte that nginx takes by itself pass', () =>
    run(
      '--input-type=module',
      '--eval',
      `import assert from 'node:assert/strict';
       import { end, loggedIn } from './examples/reference/stage.js';
       const client = await loggedIn('alice');
       const file = new Blob([new Uint8Array(3_000_000).fill(7)]);
       const { mediaId } = await client.createMediaMessageByUploading(file);
       const content = await client.downloadMedia(mediaId);
       assert.deepEqual(await content.arrayBuffer(), await file.arrayBuffer());
       await end();`,
    ));

  test('the page is there, plain HTTP leads to it, and the operator is not reached', async () => {
    const base = `https://localhost:${secure}`;
    expect(await get(`${base}/`)).toMatchObject({ status: 200 });
    expect(await get(`${base}/healthz`)).toMatchObject({ status: 200 });
    expect(await get(`http://localhost:${plain}/a?b=c`)).toEqual({ status: 301, location: 'https://localhost/a?b=c' });
    for (const path of ['/metrics', '/admin', '/admin/overview', '/admin/apps/x']) {
      expect(await get(base + path), path).toMatchObject({ status: 404 });
    }
  });
});

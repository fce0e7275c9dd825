/** The packed client and hooks as applications get them: in Vite, webpack and Next.js, and under another name. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { texts, useStage } from '../e2e/harness.js';
import type { ServerProcess } from '../e2e/server-process.js';
import { APP, userInPage } from '../e2e/user.js';
import { application, npm, pack, tempFolder } from '../package/packed.js';
import { Registry } from './registry.js';

const NEXT = ['next@16.4.6', 'react@19', 'react-dom@19', 'typescript@6', '@types/react@19', '@types/node@20'];
const WEBPACK = 'webpack@5.112.2';

const stage = useStage();
const folder = tempFolder();
let sdk: string;
let react: string;

beforeAll(async () => {
  [sdk = '', react = ''] = await pack(join(folder.path, 'packed'), 'sdk', 'react');
});
afterAll(() => folder.remove());

/** A folder with these files. */
function project(name: string, files: Readonly<Record<string, string>>): string {
  const path = join(folder.path, name);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, file)), { recursive: true });
    writeFileSync(join(path, file), text);
  }
  return path;
}

/** Whether a script that puts `ArRTM` on the window talks, in a page of another origin. */
async function expectToTalk(script: string): Promise<void> {
  const server = await stage.server();
  const site = await stage.site();
  const page = await stage.tab();
  await page.goto(site.pageWithScript(site.script('/app.js', script)));
  const amy = await userInPage(page, server);
  const ned = stage.nodeUser('ours', server);
  await amy.login('amy');
  await ned.login('ned');
  expect(await amy.sendToPeer('ned', 'bundled')).toBe(true);
  expect(await ned.sendToPeer('amy', 'heard')).toBe(true);
  expect(texts(await amy.peerMessages.atLeast(1))).toEqual(['heard']);
}

const MAIN = "import ArRTM, { RtmErrorCode } from 'ar-rtm-sdk';\nObject.assign(window, { ArRTM, RtmErrorCode });\n";

test('Vite', async () => {
  const root = project('vite', { 'main.js': MAIN });
  await application(root, sdk);
  const built = await build({
    root,
    configFile: false,
    logLevel: 'silent',
    build: { write: false, lib: { entry: 'main.js', formats: ['iife'], name: 'app' }, target: 'es2021' },
  });
  const [output] = [built].flat() as { output: { type: string; code: string }[] }[];
  await expectToTalk(output?.output.find(({ type }) => type === 'chunk')?.code ?? '');
});

test('webpack', async () => {
  const root = project('webpack', { 'main.js': MAIN });
  await application(root, sdk, WEBPACK);
  const code = `require('webpack')({ mode: 'production', context: ${JSON.stringify(root)}, entry: './main.js' }, (error, stats) => {
    if (error || stats.hasErrors() || stats.hasWarnings()) { console.error(error ?? stats.toString()); process.exit(1); }
  });`;
  execFileSync(process.execPath, ['-e', code], { cwd: root, stdio: 'pipe' });
  await expectToTalk(readFileSync(join(root, 'dist/main.js'), 'utf8'));
});

/** A page of the app router: a component of the server with the client in Node, and one of the browser with the hooks. */
const NEXT_APP = {
  'app/layout.tsx': `export default function Layout({ children }: { children: React.ReactNode }) {
    return <html lang="en"><body>{children}</body></html>;
  }`,
  'app/page.tsx': `import ArRTM from 'ar-rtm-sdk';
  import { Chat } from './chat';
  export const dynamic = 'force-dynamic';
  export default async function Page() {
    const client = ArRTM.createInstance('${APP}', {
      confPriCloudAddr: { ServerAdd: '127.0.0.1', Port: Number(process.env.RTM_PORT), Wss: false }, logFilter: ArRTM.LOG_FILTER_OFF,
    });
    await client.login({ uid: 'page' });
    await client.logout();
    return <><p id="server">{\`on the server: \${ArRTM.VERSION}\`}</p><Chat port={Number(process.env.RTM_PORT)} /></>;
  }`,
  'app/chat.tsx': `'use client';
  import { RtmProvider, useChannel, useRtm } from 'ar-rtm-react';
  function Status() {
    const { connectionState, uid } = useRtm();
    const { status, messages } = useChannel('room');
    return <p id="status">{\`\${uid || 'nobody'} \${connectionState} \${status} \${messages.map(({ message }) => message.text).join()}\`}</p>;
  }
  export function Chat({ port }: { port: number }) {
    return <RtmProvider appId="${APP}" login={{ uid: 'amy' }} config={{ confPriCloudAddr: { ServerAdd: '127.0.0.1', Port: port, Wss: false } }}>
      <Status />
    </RtmProvider>;
  }`,
  'next.config.mjs':
    'export default { outputFileTracingRoot: import.meta.dirname, turbopack: { root: import.meta.dirname } };\n',
};

/** Builds it, and answers what it serves: HTML as it comes from the server, and the status in a browser. */
async function runNext(root: string, server: ServerProcess): Promise<{ html: string; status: string }> {
  const env = {
    ...process.env,
    NODE_ENV: 'production' as const,
    NEXT_TELEMETRY_DISABLED: '1',
    RTM_PORT: String(server.port),
    NODE_OPTIONS: '',
  };
  const next = join(root, 'node_modules/next/dist/bin/next');
  execFileSync(process.execPath, [next, 'build'], { cwd: root, env, stdio: 'pipe' });
  const child = spawn(process.execPath, [next, 'start', '--port', '0', '--hostname', '127.0.0.1'], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  try {
    let url = '';
    for await (const line of createInterface({ input: child.stdout })) {
      url ||= /(http:\/\/(?:127\.0\.0\.1|localhost):\d+)/.exec(line)?.[1] ?? '';
      if (/Ready/.test(line)) break;
    }
    const html = await (await fetch(url)).text();
    const page = await stage.tab();
    await page.goto(url);
    const ned = stage.nodeUser('ours', server);
    await ned.login('ned');
    await ned.join('room');
    const read = () => page.evaluate(() => document.querySelector('#status')?.textContent ?? '', undefined);
    await expect.poll(read).toContain('amy CONNECTED JOINED');
    await ned.sendToChannel('room', 'hello');
    await expect.poll(read).toContain('hello');
    return { html, status: await read() };
  } finally {
    child.kill('SIGTERM');
    await exit;
  }
}

test('Next.js: rendered on the server, goes on in the browser', async () => {
  const root = project('next', NEXT_APP);
  await application(root, sdk, react, ...NEXT);
  const server = await stage.server();
  const { html, status } = await runNext(root, server);
  const { version } = JSON.parse(readFileSync(join(root, 'node_modules/ar-rtm-sdk/package.json'), 'utf8'));
  expect(html).toContain(`on the server: ${version}`);
  expect(html).toContain('nobody DISCONNECTED IDLE');
  expect(status).toBe('amy CONNECTED JOINED hello');
});

test('published under a scope and installed by an alias, the peer of the hooks is found', async () => {
  const manifestOf = (name: 'sdk' | 'react') =>
    JSON.parse(readFileSync(join(import.meta.dirname, `../../packages/${name}/package.json`), 'utf8'));
  // As one publishes it: the same files, another name.
  const renamed = async (name: 'sdk' | 'react', tarball: string) => {
    const path = join(folder.path, `renamed-${name}`);
    mkdirSync(path);
    execFileSync('tar', ['-xzf', tarball, '-C', path]);
    const file = join(path, 'package/package.json');
    writeFileSync(file, JSON.stringify({ ...manifestOf(name), name: `@you/ar-rtm-${name}` }));
    const [{ filename }] = JSON.parse(await npm(path, 'pack', './package', '--json', '--ignore-scripts')) as [
      { filename: string },
    ];
    return { name: `@you/ar-rtm-${name}`, manifest: manifestOf(name), tarball: join(path, filename) };
  };
  const registry = await Registry.start([await renamed('sdk', sdk), await renamed('react', react)]);
  try {
    const root = project('alias', { '.npmrc': `@you:registry=${registry.url}\n` });
    await application(root, 'ar-rtm-sdk@npm:@you/ar-rtm-sdk', 'ar-rtm-react@npm:@you/ar-rtm-react', 'react@19');
    const tree = JSON.parse(await npm(root, 'ls', '--json', '--all')) as { problems?: unknown; dependencies: object };
    expect([tree.problems, Object.keys(tree.dependencies).sort()]).toEqual([
      undefined,
      ['ar-rtm-react', 'ar-rtm-sdk', 'react'],
    ]);
    const run = (...args: string[]) => execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' }).trim();
    const code =
      "import ArRTM from 'ar-rtm-sdk'; import { useChannel } from 'ar-rtm-react'; console.log(typeof ArRTM.createInstance, typeof useChannel);";
    expect(run('--input-type=module', '-e', code)).toBe('function function');
    // One copy of the client, the one with the scope.
    const paths = [root, join(root, 'node_modules/ar-rtm-react')].map((from) =>
      createRequire(join(from, 'x.js')).resolve('ar-rtm-sdk/package.json'),
    );
    expect(new Set(paths).size).toBe(1);
    expect(JSON.parse(readFileSync(paths[0] ?? '', 'utf8')).name).toBe('@you/ar-rtm-sdk');

    const alone = project('scoped', { '.npmrc': `@you:registry=${registry.url}\n` });
    await application(alone, '@you/ar-rtm-sdk');
    const print = "import ArRTM from '@you/ar-rtm-sdk'; console.log(typeof ArRTM.createInstance);";
    expect(
      execFileSync(process.execPath, ['--input-type=module', '-e', print], { cwd: alone, encoding: 'utf8' }).trim(),
    ).toBe('function');
  } finally {
    await registry.close();
  }
});

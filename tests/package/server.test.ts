/** The packed server in an empty folder, as whoever tries it gets it. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { loadPublished } from 'ar-rtm-testkit/published';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { application, pack, tempFolder } from './packed.js';

const APP_ID = '0123456789abcdef0123456789abcdef';
const folder = tempFolder();
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('ARRTM_')));

beforeAll(async () => {
  await application(folder.path, ...(await pack(join(folder.path, 'packed'), 'protocol', 'server')));
});
afterAll(() => folder.remove());

const start = (...args: string[]): ChildProcess =>
  spawn('npx', ['--no-install', 'ar-rtm-server', ...args], {
    cwd: folder.path,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
    // npx starts a process of its own: a signal goes to both.
    detached: true,
  });

test('npx ar-rtm-server starts, prints its address, serves console, SDK and clients, and stops', async () => {
  const child = start('--port', '0');
  const lines: string[] = [];
  try {
    for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
      lines.push(line);
      if (/ is ready: /.test(line)) break;
    }
    const url = /^ArRTM \d+\.\d+\.\d+ is ready: (http:\/\/127\.0\.0\.1:\d+)\/$/.exec(lines.at(-1) ?? '')?.[1] ?? '';
    expect(url, lines.join('\n')).not.toBe('');

    const page = await fetch(url);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const scripts = [...(await page.text()).matchAll(/(?:src|href)="([^"]+\.(?:js|css))"/g)].map(([, path]) => path);
    expect(scripts.length).toBeGreaterThanOrEqual(2);
    for (const path of [...scripts, '/sdk/web/ArRTM@latest.js', '/readyz']) {
      expect((await fetch(new URL(path ?? '', url))).status, path).toBe(200);
    }

    const tab = loadPublished();
    const client = tab.ArRTM.createInstance(APP_ID, {
      confPriCloudAddr: { ServerAdd: '127.0.0.1', Port: Number(new URL(url).port), Wss: false },
      logFilter: 4,
    });
    await client.login({ uid: 'ann' });
    expect(await client.sendMessageToPeer({ text: 'hi' }, 'ann')).toEqual({ hasPeerReceived: true });
    await client.logout();
    tab.close();
    expect(existsSync(join(folder.path, 'ar-rtm-data'))).toBe(true);
  } finally {
    const exit = once(child, 'exit');
    process.kill(-(child.pid as number), 'SIGTERM');
    await exit;
  }
});

test('--help and --version', () => {
  const print = (...args: string[]) =>
    execFileSync(join(folder.path, 'node_modules/.bin/ar-rtm-server'), args, {
      cwd: folder.path,
      env,
      encoding: 'utf8',
    });
  const { version } = JSON.parse(
    readFileSync(join(folder.path, 'node_modules/ar-rtm-server/package.json'), 'utf8'),
  ) as { version: string };
  expect(print('--version')).toBe(`${version}\n`);
  expect(print('--help')).toMatch(/^Usage: ar-rtm-server \[options\]\n/);
});

test('the package holds what is published, and no more', () => {
  const installed = join(folder.path, 'node_modules/ar-rtm-server');
  expect(readdirSync(installed).sort()).toEqual([
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'THIRD-PARTY-LICENSES.txt',
    'dist',
    'package.json',
    'public',
  ]);
  const files = readdirSync(installed, { recursive: true }).map(String);
  expect(files.filter((file) => /\.test\.|tsbuildinfo/.test(file))).toEqual([]);
  expect(files.filter((file) => file.startsWith('public/sdk/'))).toEqual(['public/sdk/ArRTM.umd.js']);
});

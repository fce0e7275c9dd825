/**
 * What every e2e test stands on: the real server process, real Chromium, other sites, networks that fail. Everything that
 * a test starts is closed behind it, and nothing else.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadPublished } from 'ar-rtm-testkit/published';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach } from 'vitest';
import { ArRTM } from './built-sdk.js';
import { type ServerOptions, ServerProcess } from './server-process.js';
import { Site } from './site.js';
import { TcpProxy } from './tcp-proxy.js';
import { type User, userInNode, userInPage } from './user.js';

const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const PUBLISHED_SCRIPT = join(
  dirname(createRequire(import.meta.url).resolve('published-ar-rtm-sdk')),
  'ArRTM@latest.js',
);

/** More than any cut, reconnection included, takes. */
const PAGE_LIMIT_MS = 15_000;

type Kind = 'ours' | 'published';
type Listening = { readonly port: number };

/** Registers the clean-up; call once per file, with more arguments for the browser where they are needed. The browser stays from test to test, everything else does not. */
export function useStage(browserArgs: readonly string[] = []): Stage {
  const stage = new Stage(browserArgs);
  afterEach(() => stage.clear());
  afterAll(() => stage.closeBrowser());
  return stage;
}

export class Stage {
  private browser: Browser | undefined;
  /** Users of our SDK in this process; without a logout their timers and sockets would stay. */
  private readonly nodeUsers: User[] = [];
  private readonly cleanups: (() => Promise<unknown>)[] = [];

  constructor(private readonly browserArgs: readonly string[]) {}

  async tempDir(): Promise<string> {
    const dir = await mkdtemp(join(tmpdir(), 'ar-rtm-e2e-'));
    this.cleanup(() => rm(dir, { recursive: true, force: true }));
    return dir;
  }

  /** A server on a free port with data of its own; give both of an older one for a restart. */
  async server(options: Partial<ServerOptions> = {}): Promise<ServerProcess> {
    const dataDir = options.dataDir ?? (await this.tempDir());
    const server = await ServerProcess.start({ ...options, dataDir });
    this.cleanup(() => server.kill());
    return server;
  }

  async proxy({ port }: Listening, bytesPerSecond?: number): Promise<TcpProxy> {
    const proxy = await TcpProxy.start(port, bytesPerSecond);
    this.cleanup(() => proxy.close());
    return proxy;
  }

  async site(): Promise<Site> {
    const site = await Site.start();
    this.cleanup(() => site.close());
    return site;
  }

  /** A profile of its own; its pages are tabs of one window. */
  async context(options: BrowserContextOptions = {}): Promise<BrowserContext> {
    const executablePath = process.env.CHROMIUM_PATH;
    if (!executablePath) throw new Error('CHROMIUM_PATH is not set: run npm test, which finds or installs Chromium');
    this.browser ??= await chromium.launch({ executablePath, args: [...CHROMIUM_ARGS, ...this.browserArgs] });
    const context = await this.browser.newContext(options);
    context.setDefaultTimeout(PAGE_LIMIT_MS);
    this.cleanup(() => context.close());
    return context;
  }

  /** A window of its own in a profile: browsers slow down tabs that nobody sees, which these are not. */
  async window(context: BrowserContext): Promise<Page> {
    const [opener] = context.pages();
    if (!opener) return context.newPage();
    const [page] = await Promise.all([
      context.waitForEvent('page'),
      opener.evaluate(() => void open('about:blank', '', 'popup,noopener')),
    ]);
    return page;
  }

  /** A page of another origin with nothing but the SDK's script. */
  async sdkPage(kind: Kind, server: Listening): Promise<Page> {
    const site = await this.site();
    const src =
      kind === 'ours'
        ? `http://127.0.0.1:${server.port}/sdk/web/ArRTM@latest.js`
        : site.script('/ArRTM@1.0.15.js', await readFile(PUBLISHED_SCRIPT, 'utf8'));
    const page = await (await this.context()).newPage();
    await page.goto(site.pageWithScript(src));
    return page;
  }

  /** A user in a page of its own, not logged in. Ours finds the server by itself. */
  async pageUser(kind: Kind, server: Listening): Promise<User> {
    const page = await this.sdkPage(kind, server);
    return userInPage(page, kind === 'ours' ? undefined : server);
  }

  /** A user of the built SDK, or of the published one as in a tab of its own, in this process. */
  nodeUser(kind: Kind, server: Listening): User {
    if (kind === 'ours') {
      const user = userInNode(ArRTM, server);
      this.nodeUsers.push(user);
      return user;
    }
    const tab = loadPublished();
    this.cleanup(async () => tab.close());
    return userInNode(tab.ArRTM, server);
  }

  /** Users leave while their servers still run; then what was opened last is closed first. */
  async clear(): Promise<void> {
    // Rejects for those who are not logged in.
    await Promise.allSettled(this.nodeUsers.splice(0).map((user) => user.logout()));
    for (const cleanup of this.cleanups.splice(0).reverse()) await cleanup();
  }

  async closeBrowser(): Promise<void> {
    await this.browser?.close();
  }

  private cleanup(cleanup: () => Promise<unknown>): void {
    this.cleanups.push(cleanup);
  }
}

/** Texts of messages, in order. */
export function texts(heard: readonly (readonly [message: { readonly text: string }, ...rest: unknown[]])[]): string[] {
  return heard.map(([message]) => message.text);
}

/** Waits for as long as an outage is to last; everything else waits for events. */
export function lasting(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

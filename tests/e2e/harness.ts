/**
 * What every e2e test stands on: the real server process, real browsers, other sites, networks that fail. Everything that
 * a test starts is closed behind it, and nothing else.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadPublished } from 'ar-rtm-testkit/published';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach } from 'vitest';
import { chromiumPath, startChosen } from './browsers/choose.js';
import { CHROMIUM_ARGS, PAGE_LIMIT_MS } from './browsers/chromium-browser.js';
import type { Tab, TestBrowser } from './browsers/tab.js';
import { ArRTM } from './built-sdk.js';
import { type ServerOptions, ServerProcess } from './server-process.js';
import { Site } from './site.js';
import { TcpProxy } from './tcp-proxy.js';
import { type User, userInNode, userInPage } from './user.js';

const PUBLISHED_SCRIPT = join(
  dirname(createRequire(import.meta.url).resolve('published-ar-rtm-sdk')),
  'ArRTM@latest.js',
);

/** Where hidden pages cannot be had. Browsers wake them once a second, and after some minutes once a minute. */
const HIDDEN_TIMER_MS = 20_000;

type Kind = 'ours' | 'published';
type Listening = { readonly port: number };

/**
 * Registers the clean-up; call once per file, with more arguments for Chromium where they are needed. The browser stays from
 * test to test, everything else does not.
 */
export function useStage(browserArgs: readonly string[] = []): Stage {
  const stage = new Stage(new Browsers(browserArgs));
  afterEach(() => stage.clear());
  afterAll(() => stage.closeBrowsers());
  return stage;
}

/** Started when they are needed. */
class Browsers {
  constructor(private readonly chromiumArgs: readonly string[] = []) {}

  private started: { chromium?: Promise<Browser>; chosen?: Promise<TestBrowser> } = {};

  /** For pages that are driven as a person does it; all its tabs are quick, seen or not. */
  chromium(): Promise<Browser> {
    this.started.chromium ??= chromium.launch({
      executablePath: chromiumPath(),
      args: [...CHROMIUM_ARGS, ...this.chromiumArgs],
    });
    return this.started.chromium;
  }

  /** The one under test. */
  chosen(): Promise<TestBrowser> {
    this.started.chosen ??= startChosen();
    return this.started.chosen;
  }

  async close(): Promise<void> {
    const { chromium, chosen } = this.started;
    this.started = {};
    for (const browser of [chromium, chosen]) await (await browser)?.close();
  }
}

export class Stage {
  constructor(private readonly browsers = new Browsers()) {}

  /** Users of our SDK in this process; without a logout their timers and sockets would stay. */
  private readonly nodeUsers: User[] = [];
  private readonly cleanups: (() => Promise<unknown>)[] = [];

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

  /** A profile of Chromium; its pages are tabs of one window. */
  async context(options: BrowserContextOptions = {}): Promise<BrowserContext> {
    const context = await (await this.browsers.chromium()).newContext(options);
    context.setDefaultTimeout(PAGE_LIMIT_MS);
    this.cleanup(() => context.close());
    return context;
  }

  /** A page in the browser under test, in a profile of its own. */
  async tab(): Promise<Tab> {
    const tab = await (await this.browsers.chosen()).open();
    this.cleanup(() => tab.close());
    return tab;
  }

  /** Takes the network from a page behind the proxy until the returned function is called; the page is told. */
  async disconnect(tab: Tab, proxy: TcpProxy): Promise<() => Promise<void>> {
    if (tab.disconnect) return tab.disconnect();
    // A browser without a command for it: the network fails outside, and the events are ours.
    const tell = (name: string) => tab.evaluate((event) => void dispatchEvent(new Event(event)), name);
    proxy.cut();
    await tell('offline');
    return async () => {
      proxy.restore();
      await tell('online');
    };
  }

  /** Hides a page, which slows its timers down, until the returned function is called. */
  async hide(tab: Tab): Promise<() => Promise<void>> {
    if (tab.hide) return tab.hide();
    await tab.evaluate(slowTimers, HIDDEN_TIMER_MS);
    return () => tab.evaluate(quickTimers, undefined);
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
  async sdkPage(kind: Kind, server: Listening): Promise<Tab> {
    const site = await this.site();
    const src =
      kind === 'ours'
        ? `http://127.0.0.1:${server.port}/sdk/web/ArRTM@latest.js`
        : site.script('/ArRTM@1.0.15.js', await readFile(PUBLISHED_SCRIPT, 'utf8'));
    const page = await this.tab();
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

  /** For one of several tests that run at the same time: what it starts is closed behind it, and nothing else. */
  apart(onFinished: (clear: () => Promise<void>) => void): Stage {
    const stage = new Stage(this.browsers);
    onFinished(() => stage.clear());
    return stage;
  }

  closeBrowsers(): Promise<void> {
    return this.browsers.close();
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

/** In a page: timers run only at full intervals from now on. */
function slowTimers(intervalMs: number): void {
  const quick = window.setTimeout;
  const waiting = new Map<() => void, number>();
  const slow = (task: () => void, delayMs = 0) => {
    const run = () => {
      if (waiting.delete(run)) task();
    };
    waiting.set(run, performance.now() + delayMs);
    return quick(run, Math.ceil(delayMs / intervalMs) * intervalMs);
  };
  const e2eShow = () => {
    window.setTimeout = quick;
    // What is not due yet comes when it came anyway, which is later than in a browser.
    for (const [run, due] of waiting) if (due <= performance.now()) quick(run);
  };
  Object.assign(window, { setTimeout: slow, e2eShow });
}

/** In a page: what is overdue runs, and the page is told that it is visible. */
function quickTimers(): void {
  (window as never as { e2eShow(): void }).e2eShow();
  document.dispatchEvent(new Event('visibilitychange'));
}

/**
 * Chromium as users have it. Playwright would tell each of its pages that it is seen and in focus, so that none can be frozen
 * or hidden; here it only lends its API, and Chromium is started without its switches.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core';
import type { Tab, TestBrowser } from './tab.js';

export const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** More than any cut, reconnection included, takes on a busy machine. */
export const PAGE_LIMIT_MS = 45_000;

export class ChromiumBrowser implements TestBrowser {
  private constructor(
    private readonly process: ChildProcess,
    private readonly profile: string,
    private readonly browser: Browser,
  ) {}

  static async start(executablePath: string): Promise<ChromiumBrowser> {
    const profile = await mkdtemp(join(tmpdir(), 'ar-rtm-chromium-'));
    const args = ['--headless', '--remote-debugging-port=0', `--user-data-dir=${profile}`, ...CHROMIUM_ARGS];
    const child = spawn(executablePath, [...args, 'about:blank'], { stdio: ['ignore', 'ignore', 'pipe'] });
    const printed: string[] = [];
    const endpoint = await new Promise<string>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`Chromium ended with exit code ${code}:\n${printed.join('\n')}`)));
      createInterface({ input: child.stderr }).on('line', (line) => {
        printed.push(line);
        const found = /^DevTools listening on (\S+)$/.exec(line)?.[1];
        if (found) resolve(found);
      });
    });
    return new ChromiumBrowser(child, profile, await chromium.connectOverCDP(endpoint, { noDefaults: true }));
  }

  /** A window of its own. All share a profile, and are told apart by the origins of their pages. */
  async open(): Promise<Tab> {
    const [context] = this.browser.contexts();
    if (!context) throw new Error('Chromium has no profile');
    const cdp = await this.browser.newBrowserCDPSession();
    const made = cdp.send('Target.createTarget', { url: 'about:blank', newWindow: true });
    const sessions = new Map<Page, CDPSession>();
    const page = await context.waitForEvent('page', {
      timeout: PAGE_LIMIT_MS,
      // Others may open windows at the same time.
      predicate: async (page) => {
        const own = await context.newCDPSession(page);
        sessions.set(page, own);
        const { targetInfo } = await own.send('Target.getTargetInfo');
        return targetInfo.targetId === (await made).targetId;
      },
    });
    await cdp.detach();
    for (const [other, session] of sessions) if (other !== page) await session.detach();
    return new ChromiumTab(page, sessions.get(page) as CDPSession);
  }

  async close(): Promise<void> {
    const exit = once(this.process, 'exit');
    this.process.kill('SIGTERM');
    await exit;
    await rm(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

class ChromiumTab implements Tab {
  constructor(
    private readonly page: Page,
    private readonly cdp: CDPSession,
  ) {
    page.setDefaultTimeout(PAGE_LIMIT_MS);
  }

  goto(url: string): Promise<unknown> {
    return this.page.goto(url);
  }

  back(): Promise<unknown> {
    // A page that was kept is not loaded again.
    return this.page.goBack({ waitUntil: 'commit' });
  }

  evaluate<Result, Argument>(code: (argument: Argument) => Result | Promise<Result>, argument: Argument) {
    return this.page.evaluate(code as never, argument) as Promise<Result>;
  }

  async exposeFunction(name: string, hear: (...args: never[]) => void): Promise<void> {
    await this.page.exposeFunction(name, hear);
  }

  /** As Chromium does it: with hidden pages only. */
  async freeze(): Promise<() => Promise<void>> {
    const show = await this.hide();
    await this.cdp.send('Page.setWebLifecycleState', { state: 'frozen' });
    return async () => {
      await this.cdp.send('Page.setWebLifecycleState', { state: 'active' });
      await show();
    };
  }

  readonly hide = async (): Promise<() => Promise<void>> => {
    const { windowId } = await this.cdp.send('Browser.getWindowForTarget');
    const become = (windowState: 'minimized' | 'normal') =>
      this.cdp.send('Browser.setWindowBounds', { windowId, bounds: { windowState } });
    const isNow = (state: string) => this.page.waitForFunction((one) => document.visibilityState === one, state);
    await Promise.all([isNow('hidden'), become('minimized')]);
    return async () => {
      await become('normal');
    };
  };

  readonly disconnect = async (): Promise<() => Promise<void>> => {
    const emulate = (offline: boolean) =>
      this.cdp.send('Network.emulateNetworkConditions', {
        offline,
        latency: 0,
        downloadThroughput: -1,
        uploadThroughput: -1,
      });
    await this.cdp.send('Network.enable');
    await emulate(true);
    return async () => {
      await emulate(false);
    };
  };

  async close(): Promise<void> {
    await this.page.close();
  }
}

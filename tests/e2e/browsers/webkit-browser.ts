/** WebKitGTK, as Debian packages it: driven by WebDriver, on a screen that nobody sees. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { PolledTab } from './polled-tab.js';
import { descendants, suspend } from './processes.js';
import type { Tab, TestBrowser } from './tab.js';
import { WebDriver } from './webdriver.js';

export class WebKitBrowser implements TestBrowser {
  private constructor(
    private readonly screen: ChildProcess,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  static async start(): Promise<WebKitBrowser> {
    const screen = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1280x800x24', '-nolisten', 'tcp'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    const lines = createInterface({ input: screen.stdio[3] as Readable });
    const [display] = await Promise.race([
      once(lines, 'line'),
      once(screen, 'error').then(([error]) => Promise.reject(error)),
    ]);
    const env = { ...process.env, DISPLAY: `:${display}`, GDK_BACKEND: 'x11', LIBGL_ALWAYS_SOFTWARE: '1' };
    return new WebKitBrowser(screen, env);
  }

  /** One driver has one session, and one session has one profile. */
  async open(): Promise<Tab> {
    return new WebKitTab(await WebDriver.start('WebKitWebDriver', this.env));
  }

  async close(): Promise<void> {
    const exit = once(this.screen, 'exit');
    this.screen.kill('SIGTERM');
    await exit;
  }
}

class WebKitTab extends PolledTab {
  constructor(private readonly driver: WebDriver) {
    super();
  }

  /** There is no command for it: the process that runs the page is stopped. */
  async freeze(): Promise<() => Promise<void>> {
    const resume = suspend(descendants(this.driver.process.pid ?? -1, /WebKitWebProcess/));
    return async () => resume();
  }

  protected navigate(url: string): Promise<unknown> {
    return this.driver.navigate(url);
  }

  protected execute(script: string, args: readonly unknown[]): Promise<unknown> {
    return this.driver.execute(script, args);
  }

  protected end(): Promise<void> {
    return this.driver.close();
  }
}

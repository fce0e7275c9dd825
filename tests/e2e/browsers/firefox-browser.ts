/** Firefox as Debian packages it, without a window: driven by WebDriver BiDi. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { BiDi } from './bidi.js';
import { PolledTab } from './polled-tab.js';
import { descendants, suspend } from './processes.js';
import type { Tab, TestBrowser } from './tab.js';

export class FirefoxBrowser implements TestBrowser {
  private constructor(
    private readonly process: ChildProcess,
    private readonly profile: string,
    private readonly bidi: BiDi,
  ) {}

  static async start(executablePath: string): Promise<FirefoxBrowser> {
    const profile = await mkdtemp(join(tmpdir(), 'ar-rtm-firefox-'));
    const args = ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', '0'];
    const child = spawn(executablePath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    const printed: string[] = [];
    const endpoint = await new Promise<string>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`Firefox ended with exit code ${code}:\n${printed.join('\n')}`)));
      createInterface({ input: child.stderr }).on('line', (line) => {
        printed.push(line);
        const found = /WebDriver BiDi listening on (ws:\S+)/.exec(line)?.[1];
        if (found) resolve(found);
      });
    });
    const bidi = await BiDi.connect(endpoint);
    await bidi.send('session.new', { capabilities: {} });
    return new FirefoxBrowser(child, profile, bidi);
  }

  /** A window of its own, so that it is seen, with cookies and caches of its own. */
  async open(): Promise<Tab> {
    const { userContext } = await this.bidi.send<{ userContext: string }>('browser.createUserContext');
    const made = { type: 'window', userContext };
    const { context } = await this.bidi.send<{ context: string }>('browsingContext.create', made);
    return new FirefoxTab(this.bidi, context, this.process.pid ?? -1);
  }

  async close(): Promise<void> {
    const exit = once(this.process, 'exit');
    await this.bidi.send('browser.close').catch(() => this.process.kill('SIGTERM'));
    await exit;
    await rm(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

type Evaluated =
  | { readonly type: 'success'; readonly result: { readonly value?: string } }
  | { readonly type: 'exception'; readonly exceptionDetails: { readonly text: string } };

class FirefoxTab extends PolledTab {
  constructor(
    private readonly bidi: BiDi,
    private readonly context: string,
    private readonly pid: number,
  ) {
    super();
  }

  /** There is no command for it: the processes that run pages, all of them, are stopped. */
  async freeze(): Promise<() => Promise<void>> {
    const resume = suspend(descendants(this.pid, /-contentproc.* tab/));
    return async () => resume();
  }

  protected navigate(url: string): Promise<unknown> {
    return this.bidi.send('browsingContext.navigate', { context: this.context, url, wait: 'complete' });
  }

  protected async execute(script: string, args: readonly unknown[]): Promise<unknown> {
    const answered = await this.bidi.send<Evaluated>('script.callFunction', {
      functionDeclaration: `(args) => JSON.stringify([function () { ${script} }.apply(undefined, JSON.parse(args))])`,
      arguments: [{ type: 'string', value: JSON.stringify(args) }],
      target: { context: this.context },
      awaitPromise: false,
    });
    if (answered.type === 'exception') throw new Error(answered.exceptionDetails.text);
    const [result] = JSON.parse(answered.result.value ?? '[]') as unknown[];
    return result;
  }

  protected async end(): Promise<void> {
    await this.bidi.send('browsingContext.close', { context: this.context });
  }
}

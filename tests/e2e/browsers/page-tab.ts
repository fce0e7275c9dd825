/** A tab that Playwright drives. */
import type { Page } from 'playwright-core';
import type { Tab } from './tab.js';

export const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** More than any cut, reconnection included, takes. */
export const PAGE_LIMIT_MS = 15_000;

export abstract class PageTab implements Tab {
  constructor(protected readonly page: Page) {
    page.setDefaultTimeout(PAGE_LIMIT_MS);
  }

  abstract freeze(): Promise<() => Promise<void>>;
  abstract close(): Promise<void>;

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
}

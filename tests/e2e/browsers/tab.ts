/** What every browser can do here, whatever protocol it is driven with. */

/** One page in a profile of its own. */
export interface Tab {
  /** Resolves when the page and its scripts are loaded. */
  goto(url: string): Promise<unknown>;
  /** Back in the history of the tab; resolves when the page is there. */
  back(): Promise<unknown>;
  /** Runs a function in the page, with and without result: plain data. It must not use anything from outside. */
  evaluate<Result, Argument>(
    code: (argument: Argument) => Result | Promise<Result>,
    argument: Argument,
  ): Promise<Result>;
  /** Gives the page a function that tells this process something; to be called before the page is loaded, or after. */
  exposeFunction(name: string, hear: (...args: never[]) => void): Promise<void>;
  /** Stops whatever runs in the page, timers and events included, until the returned function is called. */
  freeze(): Promise<() => Promise<void>>;
  /** Hides the page, as behind another tab, until the returned function is called. Missing where it cannot be done. */
  readonly hide?: () => Promise<() => Promise<void>>;
  /** Takes the network from the page, which is told so, until the returned function is called. Missing where it cannot be done. */
  readonly disconnect?: () => Promise<() => Promise<void>>;
  close(): Promise<void>;
}

export interface TestBrowser {
  open(): Promise<Tab>;
  close(): Promise<void>;
}

export type BrowserName = 'chromium' | 'firefox' | 'webkit';

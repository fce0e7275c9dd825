/** A tab whose driver can run scripts and load pages, and no more: what there is to tell is fetched, again and again. */
import type { Tab } from './tab.js';

const POLL_MS = 10;

type Told =
  | readonly [kind: 'heard', name: string, args: readonly unknown[]]
  | readonly [kind: 'settled', call: number, isDone: boolean, result: unknown];

/** In the page: begins calls, and keeps what there is to tell. */
const SET_UP = `
  if (!window.e2eTold) {
    const told = [];
    window.e2eTold = told;
    window.e2ePage = Math.random();
    window.e2eBegin = (call, code, argument) => {
      Promise.resolve()
        .then(() => new Function('return (' + code + ')')()(argument))
        .then(
          (result) => told.push(['settled', call, true, result]),
          (error) => told.push(['settled', call, false, String(error)]),
        );
    };
  }
  for (const name of arguments[0]) {
    if (!window[name]) window[name] = (...args) => void window.e2eTold.push(['heard', name, args]);
  }
`;
/**
 * What was told behind that which this process has from the same page; an answer that gets lost is given again. As text:
 * what JSON cannot hold becomes what it can.
 */
const FETCH = `
  const [known] = arguments;
  return JSON.stringify([window.e2ePage, window.e2eTold ? window.e2eTold.slice(known[window.e2ePage] || 0) : []]);
`;

export abstract class PolledTab implements Tab {
  private readonly ears = new Map<string, (...args: never[]) => void>();
  private readonly calls = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  private callCount = 0;
  /** How much was heard of each page that was here. */
  private readonly known: Record<string, number> = {};
  private turn: Promise<unknown> = Promise.resolve();
  private isListening = false;
  private isClosed = false;

  /** Resolves when the page is loaded. */
  protected abstract navigate(url: string): Promise<unknown>;
  /** Runs the body of a function at once; `arguments` are `args`. Plain data both ways. */
  protected abstract execute(script: string, args: readonly unknown[]): Promise<unknown>;
  protected abstract end(): Promise<void>;
  abstract freeze(): Promise<() => Promise<void>>;

  goto(url: string): Promise<void> {
    return this.inTurn(async () => {
      await this.navigate(url);
      await this.setUp();
    });
  }

  back(): Promise<void> {
    return this.inTurn(async () => {
      // Not a command of the driver: it waits for a load, and a page that was kept is not loaded.
      const left = await this.execute('setTimeout(() => history.back()); return window.e2ePage', []);
      for (;;) {
        const [page, state] = (await this.execute('return [window.e2ePage, document.readyState]', [])) as unknown[];
        if ((page ?? undefined) !== (left ?? undefined) && state === 'complete') break;
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
      await this.setUp();
    });
  }

  async exposeFunction(name: string, hear: (...args: never[]) => void): Promise<void> {
    this.ears.set(name, hear);
    await this.inTurn(() => this.setUp());
    void this.listen();
  }

  async evaluate<Result, Argument>(code: (argument: Argument) => unknown, argument: Argument): Promise<Result> {
    const call = ++this.callCount;
    const settled = new Promise<unknown>((resolve, reject) => this.calls.set(call, { resolve, reject }));
    const args = [call, code.toString(), argument ?? null];
    await this.inTurn(() => this.execute('window.e2eBegin(...arguments)', args));
    void this.listen();
    return (await settled) as Result;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    for (const { reject } of this.calls.values()) reject(new Error('the tab was closed'));
    this.calls.clear();
    await this.end();
  }

  /** One command after the other: what a driver is asked for while it changes pages may stay without an answer. */
  private inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.turn.then(work);
    this.turn = result.catch(() => undefined);
    return result;
  }

  private setUp(): Promise<unknown> {
    return this.execute(SET_UP, [[...this.ears.keys()]]);
  }

  /** Fetches what there is to tell, for as long as somebody waits for it. */
  private async listen(): Promise<void> {
    if (this.isListening) return;
    this.isListening = true;
    while (!this.isClosed && this.ears.size + this.calls.size > 0) {
      try {
        const [page, told] = JSON.parse(String(await this.inTurn(() => this.execute(FETCH, [this.known])))) as [
          number,
          Told[],
        ];
        this.known[page] = (this.known[page] ?? 0) + told.length;
        for (const one of told) this.hear(one);
      } catch {
        // Between two pages there is nobody to ask.
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    this.isListening = false;
  }

  private hear(told: Told): void {
    if (told[0] === 'heard') {
      this.ears.get(told[1])?.(...(told[2] as never[]));
      return;
    }
    const [, id, isDone, result] = told;
    const call = this.calls.get(id);
    this.calls.delete(id);
    if (isDone) call?.resolve(result ?? undefined);
    else call?.reject(new Error(String(result)));
  }
}

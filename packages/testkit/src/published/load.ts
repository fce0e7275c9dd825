/**
 * Loads the published `ar-rtm-sdk@1.0.15`, unmodified, as a browser tab would: each load is a module copy of its own with
 * its own globals (wire-protocol.md appendix C). The User-Agent selects the keepalive variant.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import vm from 'node:vm';
import WebSocket from 'ws';
import { Recorder } from '../recorder.js';
import type { PublishedModule } from './types.js';
import { watchRejections } from './uncaught.js';

export const CHROME =
  'Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36';
export const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0';

/** One frame as the tab sent (`out`) or got (`in`) it, Content decoded. */
export type TabFrame = [direction: 'in' | 'out', cmd: string, content: Readonly<Record<string, unknown>>];

/** One finished HTTP call. The status is 0 when the server could not be reached. */
export type TabPost = [path: string, request: Readonly<Record<string, unknown>>, status: number, answer: string];

export interface PublishedTab {
  readonly ArRTM: PublishedModule;
  /** Sockets that the copy has opened, in order; tests cut them. */
  readonly sockets: WebSocket[];
  /** All frames of all sockets, in order. */
  readonly frames: Recorder<TabFrame>;
  readonly posts: Recorder<TabPost>;
  /** What a browser would show in its console: uncaught exceptions and promise rejections of this copy. */
  readonly uncaught: unknown[];
  /** Closes the tab: sockets go without a close frame, timers stop, nothing reconnects. */
  close(): void;
}

const source = new vm.Script(readFileSync(createRequire(import.meta.url).resolve('published-ar-rtm-sdk'), 'utf8'), {
  filename: 'published-ar-rtm-sdk.cjs.js',
});

export function loadPublished({ userAgent = CHROME }: { readonly userAgent?: string } = {}): PublishedTab {
  const tab = new Tab();
  const exported = {};
  const quiet = { log: ignore, info: ignore, warn: ignore, error: ignore, debug: ignore };
  const globals: Record<string, unknown> = {
    navigator: { userAgent },
    XMLHttpRequest: requestOf(tab),
    WebSocket: socketOf(tab),
    console: quiet,
    setTimeout: (run: () => void, ms?: number) => tab.timer(setTimeout(() => tab.run(run), ms)),
    clearTimeout,
    setInterval: (run: () => void, ms?: number) => tab.timer(setInterval(() => tab.run(run), ms)),
    clearInterval,
    exports: exported,
    module: { exports: exported },
  };
  globals['window'] = globals;
  globals['self'] = globals;
  const context = vm.createContext(globals);
  // The lists of an application come from the realm of the client, as far as that can tell.
  vm.runInContext('Object.defineProperty(Array, Symbol.hasInstance, { value: Array.isArray })', context);
  tab.endings.push(watchRejections(vm.runInContext('Promise', context) as PromiseConstructor, tab.uncaught));
  source.runInContext(context);
  const module = exported as unknown as { readonly default: PublishedModule };
  return Object.assign(tab, {
    ArRTM: Object.assign(Object.create(null), module, module.default) as PublishedModule,
  });
}

class Tab {
  readonly sockets: WebSocket[] = [];
  readonly frames = new Recorder<TabFrame>();
  readonly posts = new Recorder<TabPost>();
  readonly uncaught: unknown[] = [];
  readonly endings: (() => void)[] = [];
  private readonly timers = new Set<NodeJS.Timeout>();
  private closed = false;

  get isClosed(): boolean {
    return this.closed;
  }

  /** Runs a callback of the tab. An exception ends nothing but the callback, as in a browser. */
  run(callback: () => void): void {
    if (this.closed) return;
    try {
      callback();
    } catch (error) {
      this.uncaught.push(error);
    }
  }

  timer(timer: NodeJS.Timeout): NodeJS.Timeout {
    this.timers.add(timer);
    return timer;
  }

  close(): void {
    this.closed = true;
    for (const timer of this.timers) clearTimeout(timer);
    for (const socket of this.sockets) socket.terminate();
    for (const end of this.endings.splice(0)) end();
  }
}

function socketOf(tab: Tab) {
  return class TabSocket extends WebSocket {
    constructor(url: string) {
      super(url, { perMessageDeflate: false });
      // Browsers report a broken connection as close only.
      this.on('error', ignore);
      this.on('message', (data) => note(tab, 'in', String(data)));
      tab.sockets.push(this);
    }

    override addEventListener(type: never, listener: never, options?: never): void {
      const call = listener as (event: unknown) => void;
      super.addEventListener(type, ((event: unknown) => tab.run(() => call.call(this, event))) as never, options);
    }

    override send(data: never): void {
      super.send(data, ignore);
      note(tab, 'out', data);
    }
  };
}

function note(tab: Tab, direction: 'in' | 'out', text: string): void {
  const { Cmd, Content } = JSON.parse(text) as { Cmd: string; Content: string };
  tab.frames.add([direction, Cmd, Content === '' ? {} : JSON.parse(Content)]);
}

/** As much of XMLHttpRequest as the client uses. */
function requestOf(tab: Tab) {
  return class TabRequest {
    status = 0;
    readyState = 0;
    responseText = '';
    timeout = 0;
    onreadystatechange: (() => void) | null = null;
    onerror: ((error: unknown) => void) | null = null;
    ontimeout: (() => void) | null = null;
    private url = '';

    open(_method: string, url: string): void {
      this.url = url;
    }

    setRequestHeader(): void {
      // Text bodies need none.
    }

    send(body: string): void {
      if (tab.isClosed) return;
      const done = (error?: unknown) => {
        const { pathname, search } = new URL(this.url);
        tab.posts.add([pathname + search, JSON.parse(body), this.status, this.responseText]);
        this.readyState = 4;
        tab.run(() => this.onreadystatechange?.());
        if (error !== undefined) tab.run(() => this.onerror?.(error));
      };
      fetch(this.url, { method: 'POST', body, headers: { 'content-type': 'text/plain;charset=UTF-8' } })
        .then(async (response) => {
          this.responseText = await response.text();
          this.status = response.status;
        })
        .then(() => done(), done);
    }
  };
}

function ignore(): void {
  // On purpose.
}

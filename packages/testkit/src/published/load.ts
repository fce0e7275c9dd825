/**
 * Loads the published `ar-rtm-sdk@1.0.15`, unmodified, as a browser tab would: each load is a module copy of its own with
 * its own globals (wire-protocol.md appendix C). The User-Agent selects the keepalive variant.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import vm from 'node:vm';
import WebSocket from 'ws';
import type { PublishedModule } from './types.js';

export const CHROME = 'Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36';
export const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0';

export interface PublishedTab {
  readonly ArRTM: PublishedModule;
  /** Sockets that the copy has opened, in order; tests cut them. */
  readonly sockets: WebSocket[];
  /** Promise rejections that nobody handled in this copy. */
  readonly uncaught: unknown[];
  /** Ends all sockets. */
  close(): void;
}

const source = new vm.Script(
  readFileSync(createRequire(import.meta.url).resolve('published-ar-rtm-sdk'), 'utf8'),
  { filename: 'published-ar-rtm-sdk.cjs.js' },
);

export function loadPublished({ userAgent = CHROME }: { readonly userAgent?: string } = {}): PublishedTab {
  const sockets: WebSocket[] = [];
  const uncaught: unknown[] = [];
  class TabSocket extends WebSocket {
    constructor(url: string) {
      super(url, { perMessageDeflate: false });
      // Browsers report a broken connection as close only.
      this.on('error', () => undefined);
      sockets.push(this);
    }
  }
  const exported = {};
  const quiet = { log: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };
  const globals: Record<string, unknown> = {
    navigator: { userAgent },
    XMLHttpRequest: TabRequest,
    WebSocket: TabSocket,
    console: quiet,
    setTimeout,
    clearTimeout,
    setInterval,
    clearInterval,
    exports: exported,
    module: { exports: exported },
  };
  globals['window'] = globals;
  globals['self'] = globals;
  source.runInContext(vm.createContext(globals));
  const module = exported as unknown as { readonly default: PublishedModule };
  return {
    ArRTM: Object.assign(Object.create(null), module, module.default) as PublishedModule,
    sockets,
    uncaught,
    close: () => {
      for (const socket of sockets) socket.terminate();
    },
  };
}

/** As much of XMLHttpRequest as the client uses. */
class TabRequest {
  status = 0;
  readyState = 0;
  responseText = '';
  timeout = 0;
  onreadystatechange: (() => void) | null = null;
  onerror: ((error: unknown) => void) | null = null;
  ontimeout: (() => void) | null = null;
  private method = 'POST';
  private url = '';

  open(method: string, url: string): void {
    this.method = method;
    this.url = url;
  }

  setRequestHeader(): void {}

  send(body: string): void {
    fetch(this.url, { method: this.method, body, headers: { 'content-type': 'text/plain;charset=UTF-8' } }).then(
      async (response) => {
        this.responseText = await response.text();
        this.status = response.status;
        this.readyState = 4;
        this.onreadystatechange?.();
      },
      (error: unknown) => {
        this.readyState = 4;
        this.onreadystatechange?.();
        this.onerror?.(error);
      },
    );
  }
}

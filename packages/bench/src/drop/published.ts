/**
 * The published `ar-rtm-sdk@1.0.15`, unmodified, many copies in one process: its code is compiled once and run once per
 * client with globals of its own, since it keeps state beside its instances. What a browser would print in its console is
 * counted.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import vm from 'node:vm';
import WebSocket from 'ws';

const USER_AGENT = 'Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36';
const GLOBALS = ['exports', 'module', 'window', 'self', 'navigator', 'XMLHttpRequest', 'WebSocket', 'console'] as const;

type Run = (...globals: unknown[]) => void;
let compiled: Run | undefined;
/** Exceptions and rejections that nobody caught. */
export const uncaught = { count: 0 };

export function loadPublished(): unknown {
  compiled ??= compile();
  const exported: { default?: object } = {};
  const window: Record<string, unknown> = {
    navigator: { userAgent: USER_AGENT },
    XMLHttpRequest: Request,
    WebSocket: QuietSocket,
    console: { log: ignore, info: ignore, warn: ignore, error: ignore, debug: ignore },
    exports: exported,
    module: { exports: exported },
  };
  window.window = window;
  window.self = window;
  compiled(...GLOBALS.map((name) => window[name]));
  return exported.default;
}

function compile(): Run {
  // In a browser nothing of this ends the page.
  process.on('uncaughtException', () => void uncaught.count++);
  process.on('unhandledRejection', () => void uncaught.count++);
  const filename = createRequire(import.meta.url).resolve('published-ar-rtm-sdk');
  return vm.compileFunction(readFileSync(filename, 'utf8'), [...GLOBALS], { filename }) as Run;
}

class QuietSocket extends WebSocket {
  constructor(url: string) {
    super(url, { perMessageDeflate: false });
    // Browsers report a broken connection as close only.
    this.on('error', ignore);
  }

  override send(data: never): void {
    super.send(data, ignore);
  }
}

/** As much of XMLHttpRequest as the client uses. */
class Request {
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
    const done = (error?: unknown): void => {
      this.readyState = 4;
      this.onreadystatechange?.();
      if (error !== undefined) this.onerror?.(error);
    };
    fetch(this.url, { method: 'POST', body, headers: { 'content-type': 'text/plain;charset=UTF-8' } })
      .then(async (response) => {
        this.responseText = await response.text();
        this.status = response.status;
      })
      .then(() => done(), done);
  }
}

function ignore(): void {
  // On purpose.
}

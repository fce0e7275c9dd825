import { afterEach, expect, test, vi } from 'vitest';
import { browserEnvironment, noteScript } from './browser.js';

const { clock, network, random, log } = browserEnvironment;

afterEach(() => vi.unstubAllGlobals());

/** A stand-in for the browser's class; remembers its instances. */
class FakeWebSocket {
  static readonly OPEN = 1;
  static instances: FakeWebSocket[] = [];
  readyState = 0;
  sent: string[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  isClosed = false;
  constructor(readonly url: string) {
    if (url === 'bad') throw new SyntaxError('bad address');
    FakeWebSocket.instances.push(this);
  }
  send(text: string) {
    this.sent.push(text);
  }
  close() {
    this.isClosed = true;
  }
}

test('sockets', async () => {
  vi.stubGlobal('WebSocket', FakeWebSocket);
  const lines: string[] = [];
  const handlers = {
    onOpen: () => lines.push('open'),
    onText: (text: string) => lines.push(text),
    onClose: () => lines.push('close'),
  };
  const socket = network.openSocket('ws://a', handlers);
  const [native] = FakeWebSocket.instances as [FakeWebSocket];
  socket.send('too early');
  native.readyState = 1;
  native.onopen?.();
  socket.send('text');
  native.onmessage?.({ data: 'reply' });
  native.onmessage?.({ data: new ArrayBuffer(1) });
  expect([native.sent, lines]).toEqual([['text'], ['open', 'reply']]);
  socket.close();
  expect([native.isClosed, native.onmessage, native.onclose]).toEqual([true, null, null]);
  network.openSocket('bad', handlers);
  expect(lines).toEqual(['open', 'reply']);
  await vi.waitFor(() => expect(lines).toEqual(['open', 'reply', 'close']), 10_000);
});

test('wake-up calls: online, page shown, page visible again', () => {
  const page = new EventTarget() as EventTarget & { visibilityState: string };
  const window = new EventTarget();
  vi.stubGlobal('document', page);
  vi.stubGlobal('addEventListener', window.addEventListener.bind(window));
  vi.stubGlobal('removeEventListener', window.removeEventListener.bind(window));
  const wake = vi.fn();
  const stop = network.onWake(wake);
  window.dispatchEvent(new Event('online'));
  window.dispatchEvent(new Event('pageshow'));
  page.visibilityState = 'hidden';
  page.dispatchEvent(new Event('visibilitychange'));
  expect(wake).toHaveBeenCalledTimes(2);
  page.visibilityState = 'visible';
  page.dispatchEvent(new Event('visibilitychange'));
  expect(wake).toHaveBeenCalledTimes(3);
  stop();
  window.dispatchEvent(new Event('online'));
  page.dispatchEvent(new Event('visibilitychange'));
  expect(wake).toHaveBeenCalledTimes(3);
});

test('without a page there is nothing to wake for, and no origin', () => {
  vi.stubGlobal('addEventListener', undefined);
  expect(() => network.onWake(() => undefined)()).not.toThrow();
  expect(network.origin()).toBeUndefined();
});

test('the origin is that of the script if the server offered it, else that of the page', () => {
  vi.stubGlobal('location', { origin: 'https://page.test' });
  expect(network.origin()).toBe('https://page.test');
  const load = (src?: string) => {
    vi.stubGlobal('document', { currentScript: src === undefined ? null : { src } });
    noteScript();
    return network.origin();
  };
  expect(load('https://cdn.test/other/ArRTM.umd.js')).toBe('https://page.test');
  expect(load('https://rtm.test:9080/sdk/web/ArRTM@latest.js')).toBe('https://rtm.test:9080');
  // Without a running script, what was noted stays.
  expect(load()).toBe('https://rtm.test:9080');
});

test('macrotasks come after microtasks, in order, also without MessageChannel', async () => {
  for (const hasChannel of [true, false]) {
    if (!hasChannel) vi.stubGlobal('MessageChannel', undefined);
    const lines: string[] = [];
    await new Promise<void>((resolve) => {
      clock.macrotask(() => lines.push('first'));
      clock.macrotask(() => {
        lines.push('second');
        resolve();
      });
      void Promise.resolve().then(() => lines.push('microtask'));
    });
    expect(lines).toEqual(['microtask', 'first', 'second']);
  }
});

test('timers, random and log', async () => {
  const task = vi.fn();
  clock.after(0, task)();
  await new Promise<void>((resolve) => clock.after(1, resolve));
  expect(task).not.toHaveBeenCalled();
  expect(random.hex(32)).toMatch(/^[0-9a-f]{32}$/);
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  log(2, 'a line');
  expect(warn).toHaveBeenCalledWith('a line');
  warn.mockRestore();
});

/** A stand-in for the browser's class; remembers its instances. */
class FakeXhr {
  static instances: FakeXhr[] = [];
  readonly upload: { onprogress?: (event: { loaded: number }) => void } = {};
  readonly said: unknown[] = [];
  status = 204;
  onload: (() => void) | undefined;
  onerror: (() => void) | undefined;
  constructor() {
    FakeXhr.instances.push(this);
  }
  open(...all: unknown[]) {
    this.said.push(all);
  }
  setRequestHeader(...all: unknown[]) {
    this.said.push(all);
  }
  send(body: unknown) {
    this.said.push(body);
  }
  abort() {
    this.said.push('abort');
  }
  getResponseHeader(name: string) {
    return `the ${name}`;
  }
}

test('bodies go by XMLHttpRequest, which tells how far they are; other requests, and service workers, by fetch', async () => {
  vi.stubGlobal('XMLHttpRequest', FakeXhr);
  const fetched = vi.fn(async (..._all: unknown[]) => new Response(null, { status: 201 }));
  vi.stubGlobal('fetch', fetched);
  const body = new Blob(['x']);
  const request = { method: 'PATCH', url: 'http://a/', headers: { Range: 'r' }, body };
  const sent: number[] = [];
  const answers: unknown[] = [];
  const done = (answer: unknown) => answers.push(answer);
  const cancel = network.http({ ...request, onSent: (bytes) => sent.push(bytes) }, done);
  network.http(request, done);
  const [first, second] = FakeXhr.instances;
  first?.upload.onprogress?.({ loaded: 1 });
  second?.upload.onprogress?.({ loaded: 1 });
  first?.onload?.();
  second?.onerror?.();
  cancel();
  expect(first?.said).toEqual([['PATCH', 'http://a/'], ['Range', 'r'], body, 'abort']);
  expect([sent, answers]).toEqual([[1], [{ status: 204, header: expect.any(Function) }, undefined]]);
  expect((answers[0] as { header(name: string): unknown }).header('ETag')).toBe('the ETag');
  expect(fetched).not.toHaveBeenCalled();

  network.http({ method: 'HEAD', url: 'http://a/', headers: {} }, done);
  vi.stubGlobal('XMLHttpRequest', undefined);
  network.http(request, done);
  // Nobody sees how far `fetch` has got: a large body goes piece by piece.
  network.http({ ...request, body: new Blob([new Uint8Array(1_000_000)]) }, done);
  await vi.waitFor(() => expect(answers).toHaveLength(5), 10_000);
  const sizes = fetched.mock.calls.map(([, init]) => (init as { body?: Blob }).body?.size);
  expect(sizes).toEqual([undefined, 1, 512 * 1024]);
});

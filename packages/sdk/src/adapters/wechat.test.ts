import { afterEach, expect, test, vi } from 'vitest';
import type { HttpAnswer } from '../ports.js';
import { wechatEnvironment } from './wechat.js';
import type { Wechat, WechatRequest, WechatSocket } from './wechat-api.js';
import { WechatRandom } from './wechat-random.js';

afterEach(() => vi.useRealTimers());

const nothing = () => undefined;

/** A `wx` of which a test scripts one part. */
function environmentWith(part: Partial<Wechat>) {
  return wechatEnvironment({ onNetworkStatusChange: nothing, onAppShow: nothing, ...part } as Wechat);
}

/** Resolves when all microtasks have run: by these the adapter puts requests off, and by nothing else. */
const microtasks = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A socket task whose events the test makes; remembers what is done with it. */
function scriptedSocket(more: Partial<WechatSocket> = {}) {
  const heard: { [event: string]: (event: never) => void } = {};
  const sent: string[] = [];
  const socket: WechatSocket = {
    send: ({ data }) => void sent.push(data),
    close: () => void sent.push('close'),
    onOpen: (listener) => (heard.open = listener),
    onMessage: (listener) => (heard.message = listener),
    onClose: (listener) => (heard.close = listener),
    onError: (listener) => (heard.error = listener),
    ...more,
  };
  return { socket, sent, fire: (event: string, data?: unknown) => heard[event]?.({ data } as never) };
}

function handlers() {
  const lines: string[] = [];
  return {
    lines,
    onOpen: () => void lines.push('open'),
    onText: (text: string) => void lines.push(text),
    onClose: () => void lines.push('close'),
  };
}

test('a socket: texts, and one end however often it is told', () => {
  const { socket, sent, fire } = scriptedSocket();
  const { network } = environmentWith({ connectSocket: () => socket });
  const { lines, ...all } = handlers();
  const ours = network.openSocket('ws://a', all);
  ours.send('too early');
  fire('open');
  ours.send('text');
  fire('message', 'reply');
  fire('message', new ArrayBuffer(1));
  fire('error');
  fire('close');
  fire('message', 'late');
  ours.send('late');
  expect([lines, sent]).toEqual([
    ['open', 'reply', 'close'],
    ['text', 'close'],
  ]);
});

test('a socket that was closed says nothing more, also when it opens only then', () => {
  let isOpen = false;
  const closed = vi.fn();
  const close = () => {
    if (!isOpen) throw new Error('not open');
    closed();
  };
  const { socket, fire } = scriptedSocket({ close });
  const { network } = environmentWith({ connectSocket: () => socket });
  const { lines, ...all } = handlers();
  network.openSocket('ws://a', all).close();
  isOpen = true;
  fire('open');
  fire('close');
  expect([lines, closed.mock.calls.length]).toEqual([[], 1]);
});

test.each([
  ['refused at once', ({ fail }: Parameters<Wechat['connectSocket']>[0]) => void fail?.({})],
  ['too many', () => undefined],
  [
    'an exception',
    () => {
      throw new Error('bad address');
    },
  ],
])('no socket, %s: told later, once', (_name, connectSocket) => {
  vi.useFakeTimers();
  const { network } = environmentWith({ connectSocket: connectSocket as Wechat['connectSocket'] });
  const { lines, ...all } = handlers();
  const socket = network.openSocket('ws://a', all);
  expect(lines).toEqual([]);
  socket.send('nowhere');
  vi.runAllTimers();
  expect(lines).toEqual(['close']);
  const { lines: none, ...silent } = handlers();
  network.openSocket('ws://a', silent).close();
  vi.runAllTimers();
  expect(none).toEqual([]);
});

test('a send that fails is the end of the connection', () => {
  vi.useFakeTimers();
  const { socket, fire } = scriptedSocket({ send: ({ fail }) => fail?.({}) });
  const { network } = environmentWith({ connectSocket: () => socket });
  const { lines, ...all } = handlers();
  const ours = network.openSocket('ws://a', all);
  fire('open');
  ours.send('text');
  expect(lines).toEqual(['open']);
  vi.runAllTimers();
  expect(lines).toEqual(['open', 'close']);
});

/** Answers of a device to requests, in order; what was asked. */
function scriptedRequests(...answers: (Parameters<NonNullable<WechatRequest['success']>>[0] | 'fail')[]) {
  const asked: WechatRequest[] = [];
  const abort = vi.fn();
  const request = (options: WechatRequest) => {
    asked.push(options);
    const answer = answers.shift();
    // At once, as no device does.
    if (answer === 'fail') options.fail?.({});
    else if (answer) options.success?.(answer);
    return { abort };
  };
  return { asked, abort, network: environmentWith({ request }).network };
}

test('post: texts with status 200, nothing else, and nothing from inside the call', async () => {
  const answer = { statusCode: 200, header: {}, data: 'reply' };
  const { network, asked, abort } = scriptedRequests(answer, { ...answer, statusCode: 500 }, 'fail', answer);
  const replies: unknown[] = [];
  const done = (reply: unknown) => replies.push(reply);
  for (let i = 0; i < 3; i++) network.post('http://a/', '{}', done);
  expect(replies).toEqual([]);
  await microtasks();
  expect(replies).toEqual(['reply', undefined, undefined]);
  expect(asked[0]).toMatchObject({
    method: 'POST',
    data: '{}',
    dataType: 'text',
    header: { 'content-type': 'text/plain;charset=UTF-8' },
  });
  network.post('http://a/', '{}', done)();
  await microtasks();
  expect([replies.length, asked.length]).toEqual([3, 3]);
  const cancel = network.post('http://a/', '{}', done);
  await microtasks();
  cancel();
  expect(abort).toHaveBeenCalledTimes(1);
});

test('bytes go in pieces, by POST that stands for PATCH; answers come in ranges, their headers in any case', async () => {
  const piece = 256 * 1024;
  const { network, asked } = scriptedRequests(
    { statusCode: 204, header: { 'UPLOAD-offset': 5 }, data: new ArrayBuffer(0) },
    { statusCode: 206, header: {}, data: new Uint8Array([1, 2]).buffer },
    { statusCode: 201, header: {}, data: '' },
  );
  const answers: (HttpAnswer | undefined)[] = [];
  const bytes: Uint8Array[] = [];
  const ask = (method: string, headers: Record<string, string>, body?: Blob) =>
    network.http({ method, url: 'http://a/', headers, body, onBytes: (some) => bytes.push(some) }, (answer) =>
      answers.push(answer),
    );
  ask('PATCH', { 'Upload-Offset': '0' }, new Blob([new Uint8Array(piece + 1)]));
  await vi.waitFor(() => expect(answers).toHaveLength(1), 10_000);
  ask('GET', { Range: 'bytes=7-' });
  await vi.waitFor(() => expect(answers).toHaveLength(2), 10_000);
  ask('POST', {});
  await vi.waitFor(() => expect(answers).toHaveLength(3), 10_000);
  expect(asked).toMatchObject([
    {
      method: 'POST',
      header: { 'Upload-Offset': '0', 'X-HTTP-Method-Override': 'PATCH' },
      responseType: 'arraybuffer',
    },
    { method: 'GET', header: { Range: `bytes=7-${7 + piece - 1}` } },
    // Else a device puts something of its own there.
    { method: 'POST', data: '' },
  ]);
  expect((asked[0]?.data as ArrayBuffer | undefined)?.byteLength).toBe(piece);
  expect(asked[1]).not.toHaveProperty('data');
  expect([answers[0]?.header('Upload-Offset'), answers[0]?.header('Location'), answers[1]?.status]).toEqual([
    '5',
    undefined,
    206,
  ]);
  expect(bytes).toEqual([new Uint8Array([1, 2])]);
});

test('a body that cannot be read is a request that failed', async () => {
  const { network, asked } = scriptedRequests();
  const body = {
    ...new Blob(['x']),
    size: 1,
    type: '',
    slice: () => body,
    arrayBuffer: () => Promise.reject(new Error()),
  };
  const answer = await new Promise((done) => {
    network.http({ method: 'PATCH', url: 'http://a/', headers: {}, body }, done);
  });
  expect([answer, asked]).toEqual([undefined, []]);
});

test('wake-up calls: the network is back, the mini-program is shown', () => {
  const listeners: { [name: string]: ((status: never) => void)[] } = {};
  const on = (name: string) => (listener: (status: never) => void) => {
    listeners[name] = [...(listeners[name] ?? []), listener];
  };
  const off = (name: string) => (listener: (status: never) => void) => {
    listeners[name] = (listeners[name] ?? []).filter((other) => other !== listener);
  };
  const { network } = environmentWith({
    onNetworkStatusChange: on('network'),
    offNetworkStatusChange: off('network'),
    onAppShow: on('show'),
    offAppShow: off('show'),
  });
  const wake = vi.fn();
  const stop = network.onWake(wake);
  listeners.network?.[0]?.({ isConnected: false } as never);
  expect(wake).not.toHaveBeenCalled();
  listeners.network?.[0]?.({ isConnected: true } as never);
  listeners.show?.[0]?.({} as never);
  expect(wake).toHaveBeenCalledTimes(2);
  stop();
  expect(listeners).toEqual({ network: [], show: [] });
  expect(network.origin()).toBeUndefined();
});

test('the clock goes on when that of the wall is set back', () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const { clock } = environmentWith({});
  vi.setSystemTime(1_000_000);
  const before = clock.now();
  vi.setSystemTime(1_000_400);
  expect(clock.now() - before).toBe(400);
  vi.setSystemTime(500_000);
  expect(clock.now() - before).toBe(400);
  vi.setSystemTime(500_100);
  expect([clock.now() - before, clock.wallTime()]).toEqual([500, 500_100]);
});

test('random bytes are fetched ahead, each used once; without them it says so', async () => {
  const answers: (() => void)[] = [];
  let fetched = 0;
  let isBroken = true;
  const random = new WechatRandom({
    getRandomValues({ length, success, fail }) {
      fetched += 1;
      const values = new Uint8Array(length).fill(fetched);
      answers.push(() => (isBroken ? fail?.({ errMsg: 'no luck' }) : success?.({ randomValues: values.buffer })));
    },
  } as Wechat);
  const answer = () => answers.shift()?.();
  expect(() => random.hex(1)).toThrow('No random bytes left');
  const refused = random.ready();
  answer();
  await expect(refused).rejects.toThrow('no luck');
  isBroken = false;
  const both = Promise.all([random.ready(), random.ready()]);
  answer();
  await both;
  expect(fetched).toBe(2);
  // In one turn, down to the last: then there are no more, and never the same again.
  for (let i = 0; i < 256; i++) expect(random.hex(32)).toBe('2'.repeat(32));
  expect(() => random.hex(1)).toThrow('No random bytes left');
  // Asked for when half of them were gone.
  expect(fetched).toBe(3);
  answer();
  expect(random.hex(32)).toBe('3'.repeat(32));
  expect(random.fraction()).toBeLessThan(1);
});

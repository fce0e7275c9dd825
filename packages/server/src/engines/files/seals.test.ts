import { FakeTime } from 'ar-rtm-testkit';
import { expect, test } from 'vitest';
import { EngineUnavailable } from '../../ports/index.js';
import { Seals } from './seals.js';

const MB = 1024 * 1024;

/** Files that are read when the test says so, and how often each was. */
class Files {
  readonly begun: string[] = [];
  private readonly ends = new Map<string, { piece(): void; end(digest: string): void; fail(error: Error): void }>();

  constructor(private readonly seals: Seals) {}

  seal(path: string, { appId = 'app', bytes = 32 * MB } = {}): Promise<string> {
    return this.seals.digest({ appId, path, bytes }, (onPiece) => {
      this.begun.push(path);
      return new Promise((end, fail) => this.ends.set(path, { piece: onPiece, end, fail }));
    });
  }

  of(path: string) {
    const file = this.ends.get(path);
    if (!file) throw new Error(`${path} has not been begun`);
    return file;
  }
}

function make() {
  const time = new FakeTime();
  const seals = new Seals(time);
  return { time, seals, files: new Files(seals) };
}

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

test('four files are read at a time, the others in the order in which they came; one that fails gives up its place', async () => {
  const { files } = make();
  const all = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((path) =>
    files.seal(path).catch((error: Error) => error.message),
  );
  await settle();
  expect(files.begun).toEqual(['a', 'b', 'c', 'd']);
  files.of('c').fail(new Error('EIO'));
  await settle();
  expect(files.begun).toEqual(['a', 'b', 'c', 'd', 'e']);
  for (const path of ['a', 'b', 'd', 'e', 'f', 'g']) {
    files.of(path).end(`of ${path}`);
    await settle();
  }
  expect(await Promise.all(all)).toEqual(['of a', 'of b', 'EIO', 'of d', 'of e', 'of f', 'of g']);
});

test('apps take turns, and small files do not wait', async () => {
  const { files } = make();
  for (const path of ['1', '2', '3', '4', '5', '6', '7']) void files.seal(path, { appId: 'busy' });
  for (const path of ['x', 'y']) void files.seal(path, { appId: 'calm' });
  void files.seal('small', { appId: 'calm', bytes: MB });
  await settle();
  expect(files.begun).toEqual(['1', '2', '3', '4', 'small']);
  for (const path of ['1', '2', '3', '4', '5']) {
    files.of(path).end('');
    await settle();
  }
  expect(files.begun.slice(5)).toEqual(['5', 'x', '6', 'y', '7']);
});

test('a caller is told at last, whatever moves', async () => {
  const { time, seals, files } = make();
  void files.seal('a');
  const told = seals.whileMoving(new Promise<never>(() => undefined), 1000).catch((error: unknown) => error);
  for (let second = 0; second < 40; second++) {
    files.of('a').piece();
    await time.advance(1000);
  }
  expect(await told).toBeInstanceOf(EngineUnavailable);
});

test('what has been read is not read again until it is forgotten; what has failed is', async () => {
  const { seals, files } = make();
  for (const outcome of ['fail', 'end', 'known', 'end'] as const) {
    const sealed = files.seal('a').catch((error: Error) => error.message);
    await settle();
    if (outcome === 'fail') files.of('a').fail(new Error('EIO'));
    else if (outcome === 'end') files.of('a').end('digest');
    expect(await sealed).toBe(outcome === 'fail' ? 'EIO' : 'digest');
    if (outcome === 'known') seals.forget('a');
  }
  expect(files.begun).toHaveLength(3);
});

test('a caller waits as long as any file gets on, and is told when nothing has moved for the time', async () => {
  const { time, seals, files } = make();
  const all = ['a', 'b', 'c', 'd', 'last'].map((path) => files.seal(path));
  let answer: unknown;
  void seals.whileMoving(all[4] as Promise<string>, 1000).then(
    (digest) => {
      answer = digest;
    },
    (error: unknown) => {
      answer = error;
    },
  );
  for (let second = 0; second < 30; second++) {
    files.of('a').piece();
    await time.advance(1000);
    expect(answer, `after ${second} s`).toBeUndefined();
  }
  await time.advance(999);
  expect(answer).toBeUndefined();
  await time.advance(1);
  expect(answer).toBeInstanceOf(EngineUnavailable);

  // It was begun, and what it came to is there for whoever asks again.
  for (const path of ['a', 'b', 'c', 'd', 'last']) {
    files.of(path).end(path);
    await settle();
  }
  expect(await seals.whileMoving(files.seal('last'), 1000)).toBe('last');
  expect(files.begun.filter((path) => path === 'last')).toHaveLength(1);
});

import { expect, test } from 'vitest';
import { TransferQueue } from './transfer-queue.js';

/** Jobs that end when told; `begun` names those that were begun, in order. */
function useJobs(queue: TransferQueue) {
  const begun: string[] = [];
  const ends = new Map<string, { resolve: (value: string) => void; reject: (error: Error) => void }>();
  const add = (name: string, signal = new AbortController().signal) =>
    queue.run(signal, () => {
      begun.push(name);
      return new Promise<string>((resolve, reject) => ends.set(name, { resolve, reject }));
    });
  return { begun, ends, add };
}
const settled = () => new Promise((resolve) => setTimeout(resolve));

test('so many run, the others in order as these end, whether well or not', async () => {
  const { begun, ends, add } = useJobs(new TransferQueue(2));
  const jobs = ['a', 'b', 'c', 'd'].map((name) => add(name));
  await settled();
  expect(begun).toEqual(['a', 'b']);

  ends.get('b')?.reject(new Error('no'));
  await expect(jobs[1]).rejects.toThrow('no');
  await settled();
  expect(begun).toEqual(['a', 'b', 'c']);
  ends.get('a')?.resolve('done');
  expect(await jobs[0]).toBe('done');
  await settled();
  expect(begun).toEqual(['a', 'b', 'c', 'd']);
});

test('who is canceled while waiting is never begun and takes no place', async () => {
  const { begun, ends, add } = useJobs(new TransferQueue(1));
  const controller = new AbortController();
  const first = add('first');
  const canceled = add('canceled', controller.signal);
  const last = add('last');
  await settled();
  controller.abort();
  await expect(canceled).rejects.toBe(controller.signal.reason);
  ends.get('first')?.resolve('');
  await first;
  await settled();
  expect(begun).toEqual(['first', 'last']);
  // Nothing was left behind by the one that went.
  ends.get('last')?.resolve('');
  await last;
  await expect(add('late', controller.signal)).rejects.toBe(controller.signal.reason);
  void add('next');
  await settled();
  expect(begun).toEqual(['first', 'last', 'next']);
});

test('a job that comes as another ends does not get ahead of those that wait', async () => {
  const { begun, ends, add } = useJobs(new TransferQueue(1));
  const first = add('first').then(() => add('newcomer'));
  void add('waiting');
  await settled();
  ends.get('first')?.resolve('');
  await settled();
  expect(begun).toEqual(['first', 'waiting']);
  ends.get('waiting')?.resolve('');
  await settled();
  expect(begun).toEqual(['first', 'waiting', 'newcomer']);
  ends.get('newcomer')?.resolve('');
  await first;
});

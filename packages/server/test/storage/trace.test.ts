import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Child } from './support/child.js';
import { childFile } from './support/compiled.js';
import { newDirectory } from './support/storage.js';

/** Whether a line of strace says that data reached the device: a flush that came back with success. */
const isFlush = (line: string): boolean =>
  /(fdatasync|fsync|msync)\(.*= 0\b|<\.\.\. (fdatasync|fsync|msync) resumed>.*= 0\b/.test(line);

test('a flush completes between each request and its answer', async (ctx) => {
  const { status } = spawnSync('strace', ['-V']);
  if (status !== 0) ctx.skip('strace is not installed (apt-get install strace)');
  const dir = newDirectory();
  const trace = `${dir}/trace.txt`;
  const calls = 'trace=fdatasync,fsync,msync,write,pwrite64';
  const args = ['-f', '-s', '64', '-e', calls, '-o', trace, process.execPath, childFile('request'), `${dir}/data`];
  const { code, err } = await new Child('strace', args).ended;
  expect(code, err).toBe(0);
  const lines = readFileSync(trace, 'utf8').split('\n');
  for (let n = 1; n <= 5; n += 1) {
    const from = lines.findIndex((line) => line.includes(`"REQUEST-${n}\\n"`));
    const to = lines.findIndex((line) => line.includes(`"ANSWER-${n}\\n"`));
    expect(from).toBeGreaterThan(0);
    expect(to).toBeGreaterThan(from);
    const between = lines.slice(from + 1, to);
    expect(between.filter(isFlush).length, between.join('\n')).toBeGreaterThan(0);
    // The page that makes the transaction the current one is written after that, through a descriptor that is
    // synchronous (O_DSYNC), or is flushed as well.
    const flush = between.findIndex(isFlush);
    expect(
      between.slice(flush + 1).some((line) => line.includes('pwrite64(') || isFlush(line)),
      between.join('\n'),
    ).toBe(true);
  }
});

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Child } from './support/child.js';
import { childFile } from './support/compiled.js';
import { newDirectory } from './support/storage.js';

/** Whether a line of strace says that data reached the device: a flush that came back with success. */
const isFlush = (line: string): boolean =>
  /(fdatasync|fsync|msync)\(.*= 0\b|<\.\.\. (fdatasync|fsync|msync) resumed>.*= 0\b/.test(line);

/** What the child that answers requests asks of the operating system, line by line. */
async function traced(dir: string, calls: string, data: string): Promise<string[]> {
  const trace = `${dir}/trace.txt`;
  const strace = ['-f', '-y', '-s', '64', '-e', `trace=${calls}`, '-o', trace];
  const { code, err } = await new Child('strace', [...strace, process.execPath, childFile('request'), data]).ended;
  expect(code, err).toBe(0);
  return readFileSync(trace, 'utf8').split('\n');
}

test('a flush completes between each request and its answer', async (ctx) => {
  const { status } = spawnSync('strace', ['-V']);
  if (status !== 0) ctx.skip('strace is not installed (apt-get install strace)');
  const dir = newDirectory();
  const lines = await traced(dir, 'fdatasync,fsync,msync,write,pwrite64', `${dir}/data`);
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

test('the names of new folders are flushed before the first answer, or all that is in them could go', async (ctx) => {
  if (spawnSync('strace', ['-V']).status !== 0) ctx.skip('strace is not installed (apt-get install strace)');
  const dir = newDirectory();
  const lines = await traced(dir, 'fsync,write', `${dir}/new/data`);
  const place = (part: string, from = 0) => lines.findIndex((line, at) => at >= from && line.includes(part));
  const answer = place('"ANSWER-1\\n"');
  const flush = (folder: string, from = 0) => place(`<${folder}>`, from);
  // `data.mdb` is named in `data`, that in `new`, and that in the folder which was there.
  for (const folder of [`${dir}/new/data`, `${dir}/new`, dir]) {
    expect(flush(folder), folder).toBeGreaterThanOrEqual(0);
    expect(flush(folder), folder).toBeLessThan(answer);
  }
  const sealed = place('"SEALED\\n"');
  for (const folder of ['media/app/ab', 'media/app', 'media']
    .map((name) => `${dir}/new/data/${name}`)
    .concat(`${dir}/new/data`)) {
    expect(flush(folder, answer), folder).toBeGreaterThan(answer);
    expect(flush(folder, answer), folder).toBeLessThan(sealed);
  }
});

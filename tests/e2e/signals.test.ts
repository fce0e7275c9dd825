/** Signals that come while the server process is still starting. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { useStage } from './harness.js';

const stage = useStage();
const MAIN = fileURLToPath(new URL('../../packages/server/dist/main.js', import.meta.url));

/** A server process that gets SIGTERM as soon as it has printed a line that matches. */
async function interrupted(dataDir: string, when: RegExp): Promise<{ code: number | null; output: string[] }> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('ARRTM_')));
  const args = [MAIN, '--port', '0', '--data-dir', dataDir, '--set', 'times.drainMs=0', '--lock-wait-ms', '60000'];
  const child: ChildProcess = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const output: string[] = [];
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
    output.push(line);
    if (when.test(line)) child.kill('SIGTERM');
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}

test.each([
  ['before the data are opened', /starting with these settings/],
  ['when they have just been opened', /Records opened/],
  ['when the engine is open', /local engine open/],
])('a signal %s: everything is closed, and the next start finds it so', async (_name, when) => {
  const dataDir = await stage.tempDir();
  expect(await (await stage.server({ dataDir })).stop()).toBe(0);
  const { code, output } = await interrupted(dataDir, when);
  expect([
    code,
    output.filter((line) => /"level":"(error|warn)"/.test(line) && !/open development/.test(line)),
  ]).toEqual([0, []]);
  expect(output.join('\n')).toMatch(/"msg":"stopped"/);
  const next = await stage.server({ dataDir });
  expect(next.output.join('\n')).toMatch(/"wasStoppedCleanly":true/);
  expect(next.output.join('\n')).toMatch(/"continued":true/);
});

test('a server whose log nobody reads any more is stopped like any other', async () => {
  const dataDir = await stage.tempDir();
  const args = [MAIN, '--port', '0', '--data-dir', dataDir, '--set', 'times.drainMs=0'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout })) if (line.includes('is ready')) break;
  child.stdout.destroy();
  child.kill('SIGTERM');
  expect(await once(child, 'close')).toEqual([0, null]);
  const next = await stage.server({ dataDir });
  expect(next.output.join('\n')).toMatch(/"wasStoppedCleanly":true/);
});

test('a start that waits for the data of another server ends at once, not when its patience is over', async () => {
  const dataDir = await stage.tempDir();
  const first = await stage.server({ dataDir });
  const began = performance.now();
  const { code, output } = await interrupted(dataDir, /starting with these settings/);
  expect(performance.now() - began).toBeLessThan(20_000);
  expect([code, output.some((line) => line.includes('is ready'))]).toEqual([0, false]);
  expect(await first.stop()).toBe(0);
});

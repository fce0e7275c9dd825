/**
 * A loss of power, without a machine that loses it. `strace` writes down what the server asks of its data directory while it is
 * given durable things, with the moments at which each call began and ended. From that, folders are made as a disk may have them
 * when the power is lost at some moment, and a server is started on each.
 *
 * This is sound because everything that reaches the data is in the trace: LMDB maps its file for reading only here (no
 * `MDB_WRITEMAP`) and writes pages with pwrite and writev, then fdatasync, then its meta page through a descriptor with O_DSYNC;
 * files are written with pwrite. (The two lock files are mapped for writing; what is in them does not outlive a process.) An answer
 * was sent behind the end of the flush that it waited for, so that its time, by the same clock, is behind that of the trace.
 *
 * A disk has, at the moment of the loss, what a flush covered that had ended, and of all that had begun any part: sector by sector
 * (512 or 4096 bytes) as of any moment since the last flush; sizes likewise; of a folder's entries those up to any moment behind
 * its own last flush, since a flushed file says nothing of its name. This allows more than file systems with a journal do.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiskModel } from './disk-model.js';
import { Holdings } from './holdings.js';
import { Claims, type Scenario } from './scenario.js';
import { FaultServer, StartRefused } from './server.js';
import { readTrace, straceTo } from './syscall-trace.js';
import { sleep } from './waiting.js';

const RUNS = { short: 12, long: 200 };
/** Runs for which one load is written down. */
const RUNS_OF_A_TRACE = 50;
const GIVE_MS = { short: 1500, long: 4000 };
const AT_ONCE = 3;
const LOAD = { lettersPerSecond: 30, speechesPerSecond: 20, filesPerSecond: 3, fileBytes: 120_000 };
const INSTRUCTIONS = /Restore a backup|verify --data-dir .* --repair|delete lock\.mdb/;
const WORDS =
  'after losses of power, rebuilt from the system calls of a server that is given offline and archived messages, attributes and files, is stopped in between and started again';

/** A server that is given things, stopped, started, given more, and killed. */
async function record(root: string, giveMs: number): Promise<{ model: DiskModel; holdings: Holdings }> {
  const holdings = new Holdings(['ann', 'ben', 'cat']);
  const model = new DiskModel(join(root, 'disk'));
  mkdirSync(join(root, 'disk'));
  // As when it is started for the first time: even the folder is new.
  const dataDir = join(root, 'disk', 'data');
  for (const [trace, signal] of [
    [join(root, 'first'), 'SIGTERM'],
    [join(root, 'second'), 'SIGKILL'],
  ] as const) {
    const server = await FaultServer.start({ dataDir, before: straceTo(trace), env: { UV_USE_IO_URING: '0' } });
    const until = performance.now() + giveMs;
    await holdings.give(server.port, LOAD, () => performance.now() < until);
    await server.end(signal);
    for await (const call of readTrace(trace)) model.apply(call);
    rmSync(trace);
  }
  return { model, holdings };
}

/** Mostly while something is being flushed, or right behind it. */
function momentOf({ flushes, firstUs, lastUs }: DiskModel): number {
  const flush = flushes[Math.floor(Math.random() * flushes.length)];
  if (!flush || Math.random() < 0.3) return firstUs + Math.random() * (lastUs - firstUs);
  return flush.startUs + Math.random() * (flush.endUs - flush.startUs + 3000);
}

interface Result {
  readonly end: 'started' | 'refused';
  readonly durable: number;
  readonly broken: string[];
}

async function loseOnce(root: string, model: DiskModel, holdings: Holdings): Promise<Result> {
  const image = mkdtempSync(join(root, 'image-'));
  const atUs = momentOf(model);
  const atMs = atUs / 1000;
  const durable = holdings.countAt(atMs);
  const broken: string[] = [];
  let server: FaultServer | undefined;
  try {
    model.image(atUs, image, Math.random);
    server = await FaultServer.start({ dataDir: join(image, 'data') });
    const { missing, wrong } = holdings.judge(await holdings.examine(server.port, atMs), atMs);
    const more = (list: readonly string[]) => `${list[0]}${list.length > 1 ? ` and ${list.length - 1} more` : ''}`;
    if (missing.length > 0) broken.push(`lost: ${more(missing)}`);
    if (wrong.length > 0) broken.push(`served: ${more(wrong)}`);
    if (!server.isRunning) broken.push(`the server ended: ${server.output.at(-1)}`);
    return { end: 'started', durable, broken };
  } catch (error) {
    if (!(error instanceof StartRefused)) throw error;
    const isTold = error.code === 1 && INSTRUCTIONS.test(error.output);
    if (!isTold) broken.push(`refused without a way out: ${error.message}`);
    if (durable > 0) broken.push(`refused with ${durable} durable things: ${error.message}`);
    return { end: 'refused', durable, broken };
  } finally {
    await server?.close();
    rmSync(image, { recursive: true, force: true });
  }
}

export const powerLoss: Scenario = {
  name: 'power loss',
  load: { short: `${RUNS.short} starts ${WORDS}`, long: `${RUNS.long} starts ${WORDS}` },
  async run(size) {
    if (spawnSync('strace', ['-V']).status !== 0) {
      return { broken: [], seen: 'skipped: strace is not installed (apt-get install strace)' };
    }
    const claims = new Claims();
    const ends = { started: 0, refused: 0 };
    let [durable, given] = [0, 0];
    for (let done = 0; done < RUNS[size]; done += RUNS_OF_A_TRACE) {
      const root = mkdtempSync(join(tmpdir(), 'arrtm-power-'));
      try {
        const { model, holdings } = await record(root, GIVE_MS[size]);
        given += holdings.count;
        let left = Math.min(RUNS_OF_A_TRACE, RUNS[size] - done);
        const work = async () => {
          while (left-- > 0) {
            const result = await loseOnce(root, model, holdings);
            ends[result.end] += 1;
            durable += result.durable;
            for (const one of result.broken) claims.holds(one, false);
            await sleep(0);
          }
        };
        await Promise.all(Array.from({ length: AT_ONCE }, work));
      } finally {
        rmSync(root, { recursive: true, force: true });
      }
    }
    const seen = `${given} durable things given; ${ends.started} starts, ${ends.refused} refused with instructions while nothing was durable yet; ${durable} durable things looked for, ${claims.broken.length === 0 ? 'none lost, nothing wrong served' : 'not all as they should be'}`;
    return { broken: claims.broken, seen };
  },
};

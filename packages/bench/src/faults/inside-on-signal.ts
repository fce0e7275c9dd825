/** Loaded into a server by `--import`: says on SIGUSR2 what only the inside knows, and collects garbage. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 5;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();

process.on('SIGUSR2', () => {
  const msOf = (nanos: number) => Math.max(0, nanos / 1e6 - RESOLUTION_MS);
  const timers = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout' || kind === 'Immediate').length;
  // What remains is what is held.
  const { gc } = globalThis as { gc?: () => void };
  gc?.();
  gc?.();
  const heap = process.memoryUsage().heapUsed;
  const inside = { p99: msOf(delay.percentile(99)), max: msOf(delay.max), timers, heap };
  process.stderr.write(`inside ${JSON.stringify(inside)}\n`);
  delay.reset();
});

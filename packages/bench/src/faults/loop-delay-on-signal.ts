/** Loaded into a server by `--import`: prints on SIGUSR2 how late its event loop was since the last time. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 5;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();

process.on('SIGUSR2', () => {
  const msOf = (nanos: number) => Math.max(0, nanos / 1e6 - RESOLUTION_MS).toFixed(1);
  process.stderr.write(`loop-delay p99=${msOf(delay.percentile(99))} max=${msOf(delay.max)}\n`);
  delay.reset();
});

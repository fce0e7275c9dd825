import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { ProcessFacts } from '../../app/admin/overview.js';

const RESOLUTION_MS = 10;
/** Delays are told of the last whole interval, so that everybody who asks within one sees the same. */
const INTERVAL_MS = 2000;
const NS_A_MS = 1e6;

type LoopDelay = ProcessFacts['loopDelayMs'];

/** What this process costs; measured from the construction to `stop`. */
export class ProcessMeter {
  readonly #histogram: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  readonly #timer: NodeJS.Timeout;
  #last: LoopDelay = { p50: 0, p99: 0, max: 0, worst: 0, overMs: 0 };
  #sinceMs = performance.now();

  constructor() {
    this.#histogram.enable();
    this.#timer = setInterval(() => this.#turnOver(), INTERVAL_MS);
    this.#timer.unref();
  }

  read(): ProcessFacts {
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed, heapTotal, external } = process.memoryUsage();
    return {
      uptimeS: Math.floor(process.uptime()),
      cpuMs: { user: Math.round(user / 1000), system: Math.round(system / 1000) },
      memoryBytes: { rss, heapUsed, heapTotal, external },
      loopDelayMs: this.#last,
    };
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#histogram.disable();
  }

  #turnOver(): void {
    const nowMs = performance.now();
    const [p50, p99, max] = [this.#histogram.percentile(50), this.#histogram.percentile(99), this.#histogram.max].map(
      lateMs,
    ) as [number, number, number];
    const worst = Math.max(this.#last.worst, max);
    this.#last = { p50, p99, max, worst, overMs: Math.round(nowMs - this.#sinceMs) };
    this.#sinceMs = nowMs;
    this.#histogram.reset();
  }
}

/** The histogram has the time between two turns of a timer, its period included. */
function lateMs(ns: number): number {
  return Math.max(0, Math.round((ns / NS_A_MS - RESOLUTION_MS) * 10) / 10);
}

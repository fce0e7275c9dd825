import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { COUNTER_NAMES, type CounterName, type Counters, type CounterValues } from '../../ports/index.js';
import { COUNTER_TEXTS } from './counter-texts.js';

/** Counters for Prometheus, in a registry of their own: `arrtm_<name>_total`. */
export class PromCounters implements Counters, CounterValues {
  readonly registry = new Registry();
  /** Plain numbers while the server works; Prometheus gets them when it asks. */
  readonly #values: Record<CounterName, number>;

  constructor() {
    const values = Object.fromEntries(COUNTER_NAMES.map((name) => [name, 0])) as Record<CounterName, number>;
    this.#values = values;
    for (const name of COUNTER_NAMES) {
      new Counter({
        name: `arrtm_${name}_total`,
        help: COUNTER_TEXTS[name],
        registers: [this.registry],
        collect() {
          this.reset();
          this.inc(values[name]);
        },
      });
    }
  }

  /** Adds those of the process: memory, CPU, open files, delay of the event loop, garbage collection. */
  addProcess(): void {
    collectDefaultMetrics({ register: this.registry });
  }

  add(name: CounterName, amount = 1): void {
    this.#values[name] += amount;
  }

  value(name: CounterName): number {
    return this.#values[name];
  }

  /** Adds numbers of what there is at the moment, `arrtm_<name>`, which are asked for when Prometheus asks. */
  addGauges(census: () => Readonly<Record<string, number>>): void {
    for (const name of Object.keys(census())) {
      new Gauge({
        name: `arrtm_${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`,
        help: 'Live objects of this kind',
        registers: [this.registry],
        collect() {
          this.set(census()[name] ?? 0);
        },
      });
    }
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  /** The page that Prometheus reads. */
  render(): Promise<string> {
    return this.registry.metrics();
  }
}

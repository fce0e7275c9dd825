/** Logs and metrics. */
export { PinoLogger } from './pino-logger.js';
export { ProcessMeter } from './process-facts.js';
export { PromCounters } from './prom-counters.js';

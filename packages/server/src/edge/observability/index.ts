/** Logs and metrics. */
export { PinoLogger } from './pino-logger.js';
export { PromCounters } from './prom-counters.js';

/** Logs and metrics. */
export { type LoggerOptions, PinoLogger } from './pino-logger.js';
export { PromCounters } from './prom-counters.js';

/** The configuration of the server. */
export { describeConfig } from './describe.js';
export { LEAVES } from './leaves.js';
export { type ConfigFlags, type ConfigResult, loadConfig } from './load.js';
export { formatProblem } from './problem.js';
export { configurationPage } from './reference.js';
export { type Config, configSchema } from './schema.js';
export type { FlagText } from './sources.js';

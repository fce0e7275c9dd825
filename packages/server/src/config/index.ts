/** The configuration of the server. */
export { describeConfig } from './describe.js';
export { LEAVES, type Leaf } from './leaves.js';
export { type ConfigFlags, type ConfigInputs, type ConfigResult, DEFAULT_FILE, loadConfig } from './load.js';
export { formatProblem, type Problem } from './problem.js';
export { configurationPage } from './reference.js';
export { type Config, configSchema } from './schema.js';
export type { FlagText } from './sources.js';

/** The command line. */
export { parseCommandLine } from './command-line.js';
export { runMaintenance } from './maintenance.js';
export { Service } from './service.js';

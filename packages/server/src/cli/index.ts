/** The command line. */
export { parseCommandLine, type SecretCommand } from './command-line.js';
export { runMaintenance } from './maintenance.js';
export { makeToken } from './make-token.js';
export { Service } from './service.js';

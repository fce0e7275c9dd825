/** The command line. */
export { type CommandLine, type MaintenanceCommand, parseCommandLine } from './command-line.js';
export { type Outcome, runMaintenance } from './maintenance.js';

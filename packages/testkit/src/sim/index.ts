/** The simulator: apps, servers, network and storage in one process, on virtual time, from one seed. */
export { deviates, main } from './main.js';
export { MUTANTS } from './mutants.js';

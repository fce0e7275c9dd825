/** The ports of the server: what the application layer asks of the world. Engines and test kits import only this. */
export * from './attributes.js';
export * from './calls.js';
export * from './channels.js';
export * from './client-logs.js';
export * from './counters.js';
export * from './engine.js';
export * from './engine-error.js';
export * from './history.js';
export * from './inboxes.js';
export * from './logger.js';
export * from './nodes.js';
export * from './presence.js';
export * from './records.js';
export * from './registry.js';
export * from './time.js';
export * from './token-crypto.js';
export * from './transport.js';

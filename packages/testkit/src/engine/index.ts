/** Conformance suites of the server's ports, and doubles of the engine. Suites import vitest: for test files only. */
export * from './attributes-suite.js';
export * from './calls-suite.js';
export { describeChannelModel } from './channel-model.js';
export * from './channels-suite.js';
export * from './engine-factory.js';
export * from './faulty-engine.js';
export { describeInboxModel } from './inbox-model.js';
export * from './inboxes-suite.js';
export * from './nodes-suite.js';
export { copyPlain } from './plain-data.js';
export * from './presence-suite.js';
export * from './records-suite.js';
export * from './registry-suite.js';
export { describeRestartModel } from './restart-model.js';
export * from './restart-suite.js';
export * from './test-node.js';

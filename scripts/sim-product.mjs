// What the simulator runs: the real parts, joined by shape (packages/testkit/src/sim/product.ts). Bundled by lib/sim-bundle.mjs.

import { BaseClient } from '../packages/sdk/src/client.ts';
import { createNode } from '../packages/server/src/compose.ts';
import { LocalEngine } from '../packages/server/src/engines/local/index.ts';
import { MemoryRecords } from '../packages/server/src/engines/memory/memory-records.ts';

export { deviates, MUTANTS, main } from '../packages/testkit/src/sim/index.ts';

export const product = {
  createNode,
  createEngine: (options) => new LocalEngine(options),
  createRecords: (options) => new MemoryRecords(options),
  createClient: (environment, appId, params) => new BaseClient(environment, appId, params),
};

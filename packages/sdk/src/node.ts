/** Entry for Node: the same as index.ts, with sockets of `ws`. */
import { nodeEnvironment } from './adapters/node.js';
import { BaseClient } from './client.js';
import { createNamespace } from './namespace.js';
import type { RtmParameters } from './public-types.js';

export * from './shared-exports.js';

/** A client of one app; `new RtmClient(...)` does what `ArRTM.createInstance(...)` does. */
export class RtmClient extends BaseClient {
  constructor(appId: string, params?: RtmParameters) {
    super(nodeEnvironment, appId, params);
  }
}

export const ArRTM = createNamespace(RtmClient);

export default ArRTM;

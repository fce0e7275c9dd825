import type { Counters } from '../ports/counters.js';
import type { Engine } from '../ports/engine.js';
import type { Logger } from '../ports/logger.js';
import type { Chance, Time } from '../ports/time.js';
import type { Framing, Signer } from '../ports/transport.js';
import type { NodeSettings } from './settings.js';

/** What every part of a node may use: the world through ports, and the node's settings. */
export interface NodeContext {
  readonly nodeId: string;
  readonly engine: Engine;
  readonly time: Time;
  readonly chance: Chance;
  readonly framing: Framing;
  readonly signer: Signer;
  readonly logger: Logger;
  readonly counters: Counters;
  readonly settings: NodeSettings;
}

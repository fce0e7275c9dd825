import type { Attributes } from './attributes.js';
import type { Calls } from './calls.js';
import type { Channels } from './channels.js';
import type { Directory } from './directory.js';
import type { History } from './history.js';
import type { Inboxes } from './inboxes.js';
import type { MediaIndex } from './media-index.js';
import type { Nodes } from './nodes.js';
import type { Presence } from './presence.js';
import type { Registry } from './registry.js';

/** Everything a node needs from outside itself, as one engine provides it to that node. */
export interface Engine {
  readonly nodes: Nodes;
  readonly registry: Registry;
  readonly inboxes: Inboxes;
  readonly channels: Channels;
  readonly attributes: Attributes;
  readonly presence: Presence;
  readonly history: History;
  readonly calls: Calls;
  readonly media: MediaIndex;
  readonly directory: Directory;
}

export { forkedEpoch } from './epoch.js';
export type { LocalLimits } from './limits.js';
export { LocalEngine } from './local-engine.js';
export { RECORD_KEYS } from './record-keys.js';
export { storedMedia } from './stored-media.js';

export type { LocalLimits } from './limits.js';
export { LocalEngine } from './local-engine.js';

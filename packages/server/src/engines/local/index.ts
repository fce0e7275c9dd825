export { type LocalLimits, localLimits } from './limits.js';
export { type EngineSizes, LocalEngine, type LocalEngineOptions } from './local-engine.js';

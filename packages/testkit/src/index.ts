export { FakeTime, SeededChance } from './fake-time.js';
export { textsOf } from './websocket-texts.js';

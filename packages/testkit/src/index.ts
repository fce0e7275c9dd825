export { FakeTime, SeededChance } from './fake-time.js';

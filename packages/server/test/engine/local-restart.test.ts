import { describeRestart } from 'ar-rtm-testkit/engine';
import { LocalHarness } from './local-harness.js';

describeRestart('local engine over records in memory', LocalHarness.open);

import {
  describeAttributeRestart,
  describeCallRestart,
  describeRestart,
  describeRestartModel,
} from 'ar-rtm-testkit/engine';
import { LocalHarness } from './local-harness.js';

describeRestart('local engine over records in memory', LocalHarness.open);
describeAttributeRestart('local engine over records in memory', LocalHarness.open);
describeCallRestart('local engine over records in memory', LocalHarness.open);
describeRestartModel('local engine over records in memory', LocalHarness.open);

import {
  describeAttributeRestart,
  describeCallRestart,
  describeDirectoryRestart,
  describeHistoryRestart,
  describeMediaIndexRestart,
  describeRestart,
  describeRestartModel,
  describeTokensRestart,
} from 'ar-rtm-testkit/engine';
import { LocalHarness } from './local-harness.js';

describeRestart('local engine over records in memory', LocalHarness.open);
describeAttributeRestart('local engine over records in memory', LocalHarness.open);
describeTokensRestart('local engine over records in memory', LocalHarness.open);
describeDirectoryRestart('local engine over records in memory', LocalHarness.open);
describeHistoryRestart('local engine over records in memory', LocalHarness.open);
describeMediaIndexRestart('local engine over records in memory', LocalHarness.open);
describeCallRestart('local engine over records in memory', LocalHarness.open);
describeRestartModel('local engine over records in memory', LocalHarness.open);

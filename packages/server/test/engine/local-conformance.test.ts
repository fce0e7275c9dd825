import {
  describeAttributes,
  describeBackEnds,
  describeCalls,
  describeChannels,
  describeDirectory,
  describeHistory,
  describeInboxes,
  describeMediaIndex,
  describeNodes,
  describePresence,
  describeRegistry,
  describeTokens,
} from 'ar-rtm-testkit/engine';
import { LocalHarness } from './local-harness.js';

describeRegistry('local engine', LocalHarness.open);
describeTokens('local engine', LocalHarness.open);
describeBackEnds('local engine', LocalHarness.open);
describeInboxes('local engine', LocalHarness.open);
describeChannels('local engine', LocalHarness.open);
describeDirectory('local engine', LocalHarness.open);
describeNodes('local engine', LocalHarness.open);
describeAttributes('local engine', LocalHarness.open);
describeHistory('local engine', LocalHarness.open);
describeCalls('local engine', LocalHarness.open);
describeMediaIndex('local engine', LocalHarness.open);
describePresence('local engine', LocalHarness.open);

import {
  describeAttributes,
  describeCalls,
  describeChannels,
  describeInboxes,
  describeNodes,
  describePresence,
  describeRegistry,
} from 'ar-rtm-testkit/engine';
import { LocalHarness } from './local-harness.js';

describeRegistry('local engine', LocalHarness.open);
describeInboxes('local engine', LocalHarness.open);
describeChannels('local engine', LocalHarness.open);
describeNodes('local engine', LocalHarness.open);
describeAttributes('local engine', LocalHarness.open);
describeCalls('local engine', LocalHarness.open);
describePresence('local engine', LocalHarness.open);

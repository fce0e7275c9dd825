import { describeChannelModel, describeInboxModel } from 'ar-rtm-testkit/engine';
import { LocalHarness } from './local-harness.js';

describeInboxModel('local engine', LocalHarness.open);
describeChannelModel('local engine', LocalHarness.open);

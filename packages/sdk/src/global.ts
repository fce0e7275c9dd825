/** Entry of the script-tag file: its default export becomes the global `ArRTM` and holds everything (api.md 1.1). */
import { noteScript } from './adapters/browser.js';
import * as everything from './index.js';

noteScript();

const ArRTM: Record<string, unknown> = { ...everything.ArRTM, ...everything };
// `default` and `ArRTM` are the global itself, not the smaller object of the module.
ArRTM.default = ArRTM;
ArRTM.ArRTM = ArRTM;

export default ArRTM;

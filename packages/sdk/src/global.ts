/** Entry of the script-tag file: its default export becomes the global `ArRTM` and holds everything (api.md 1.1). */
import { noteScript } from './adapters/browser.js';
import { ArRTM as members } from './index.js';

noteScript();

const ArRTM: Record<string, unknown> = { ...members };
ArRTM.default = ArRTM;
ArRTM.ArRTM = ArRTM;

export default ArRTM;

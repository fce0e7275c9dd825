import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Holdings } from './holdings.js';
import { createRtm } from './rtm-user.js';
import { Claims, type Scenario } from './scenario.js';
import { FaultServer } from './server.js';
import { sleep } from './waiting.js';

const HEALED_MS = 5000;
const LOAD = { lettersPerSecond: 40, speechesPerSecond: 20, filesPerSecond: 1, fileBytes: 20_000 };
const WORDS = 'the data directory removed under a server that stores messages, then a start without data';

/** Of what was in the directory nothing can be left. What is answered behind that must not be in a file that nobody finds. */
export const removedDirectory: Scenario = {
  name: 'disk faults: removed directory',
  load: { short: WORDS, long: WORDS },
  async run() {
    const claims = new Claims();
    const dataDir = mkdtempSync(join(tmpdir(), 'arrtm-removed-'));
    let server = await FaultServer.start({ dataDir });
    const { port } = server;
    let isOver = false;
    try {
      const holdings = new Holdings(['ann', 'ben']);
      const giving = holdings.give(port, LOAD, () => !isOver);
      await sleep(1000);
      const began = performance.now();
      rmSync(dataDir, { recursive: true, force: true });
      const atRemoval = holdings.count;
      const code = await server.endsBy(10_000);
      const endMs = performance.now() - began;
      // Answers that were on their way.
      const answeredBehind = holdings.count - atRemoval;
      claims.holds(`the server ends with 1 (${code})`, code === 1);
      claims.holds('and says why', server.hasSaid(/was removed while the server runs/));
      claims.holds(`nothing is answered with success any more (${answeredBehind})`, answeredBehind <= 3);
      isOver = true;
      const restarted = performance.now();
      server = await FaultServer.start({ dataDir, port });
      const rtm = createRtm(port);
      await rtm.login({ uid: 'cat' });
      await rtm.sendMessageToPeer({ text: 'anew' }, 'nobody', { enableOfflineMessaging: true });
      const healedMs = performance.now() - restarted;
      claims.holds(`a new start stores again within 5 s (${healedMs.toFixed(0)} ms)`, healedMs < HEALED_MS);
      await Promise.all([giving, rtm.logout()]);
      const { wrong } = holdings.judge(await holdings.examine(port));
      claims.holds(`nothing wrong is served (${wrong[0]})`, wrong.length === 0);
      const seen = `ended with ${code} and a message after ${endMs.toFixed(0)} ms, ${answeredBehind} answers on their way meanwhile; started anew, first message stored after ${healedMs.toFixed(0)} ms`;
      return { broken: claims.broken, seen };
    } finally {
      isOver = true;
      await server.close();
      rmSync(dataDir, { recursive: true, force: true });
    }
  },
};

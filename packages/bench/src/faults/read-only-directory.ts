import { chmodSync, chownSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Holdings } from './holdings.js';
import { createRtm } from './rtm-user.js';
import { Claims, type Scenario } from './scenario.js';
import { FaultServer, StartRefused } from './server.js';
import { eventually, sleep } from './waiting.js';

const NOBODY = 65534;
const HEALED_MS = 5000;
const LOAD = { lettersPerSecond: 20, speechesPerSecond: 10, filesPerSecond: 0, fileBytes: 0 };
const WORDS =
  'the data directory and all in it made read-only for the user of the server, then writable again; then a start on one';

/** The folder and all in it. */
function setMode(dir: string, isWritable: boolean): void {
  for (const name of ['', ...(readdirSync(dir, { recursive: true }) as string[])]) {
    const path = join(dir, name);
    const mode = statSync(path).isDirectory() ? 0o500 : 0o400;
    chmodSync(path, isWritable ? mode | 0o200 : mode);
  }
}

/**
 * Rights are looked at when a file is opened: records go on, since their file is open. A new file cannot be made: uploads wait, as
 * for any disk that fails. A start needs to write, and is refused.
 */
export const readOnlyDirectory: Scenario = {
  name: 'disk faults: read-only directory',
  load: { short: WORDS, long: WORDS },
  async run() {
    if (process.getuid?.() !== 0) return { broken: [], seen: 'skipped: only root can run the server as another user' };
    const claims = new Claims();
    const dataDir = mkdtempSync(join(tmpdir(), 'arrtm-read-only-'));
    chownSync(dataDir, NOBODY, NOBODY);
    let server = await FaultServer.start({ dataDir, uid: NOBODY });
    const { port } = server;
    let isOver = false;
    try {
      const holdings = new Holdings(['ann', 'ben']);
      const giving = holdings.give(port, LOAD, () => !isOver);
      const uploader = createRtm(port);
      await uploader.login({ uid: 'uploader' });
      await sleep(1000);
      setMode(dataDir, false);
      const atFault = holdings.count;
      let isTaken = false;
      const uploading = uploader.createMediaMessageByUploading(new Blob(['some bytes']), {}).then(() => {
        isTaken = true;
      });
      await sleep(2500);
      const duringFault = holdings.count - atFault;
      claims.holds('messages are stored as before', duringFault > 20);
      claims.holds('an upload is not answered', !isTaken);
      claims.holds('the server goes on, and says what fails', server.isRunning && server.hasSaid(/EACCES/));
      setMode(dataDir, true);
      const began = performance.now();
      await eventually(() => isTaken, 10_000);
      const healedMs = performance.now() - began;
      claims.holds(`the upload goes on within 5 s (${healedMs.toFixed(0)} ms)`, healedMs < HEALED_MS);
      await uploading;
      isOver = true;
      await giving;
      await uploader.logout();
      const stopped = await server.end('SIGTERM');
      claims.holds('the stop is clean', stopped === 0);
      setMode(dataDir, false);
      const refused = await FaultServer.start({ dataDir, uid: NOBODY, port }).then(
        (other) => other.close().then(() => 'started'),
        (error: unknown) => (error instanceof StartRefused && error.code === 1 ? error.output : String(error)),
      );
      claims.holds(
        `a start is refused with the reason (${refused})`,
        /cannot start: .*cannot be written to/.test(refused),
      );
      setMode(dataDir, true);
      server = await FaultServer.start({ dataDir, uid: NOBODY, port });
      const { missing, wrong } = holdings.judge(await holdings.examine(port));
      claims.holds(`nothing that was answered is lost (${missing[0]})`, missing.length === 0);
      claims.holds(`nothing wrong is served (${wrong[0]})`, wrong.length === 0);
      const why = refused.split('\n').find((line) => line.includes('cannot start'));
      const seen =
        `${holdings.count} durable things answered, ${duringFault} of them meanwhile, ${missing.length} lost; the upload was taken ${healedMs.toFixed(0)} ms behind the end of the fault; ` +
        `start: "${why?.replace(/^.*cannot start: /, '').slice(0, 200)}"`;
      return { broken: claims.broken, seen };
    } finally {
      isOver = true;
      await server.close();
      setMode(dataDir, true);
      rmSync(dataDir, { recursive: true, force: true });
    }
  },
};

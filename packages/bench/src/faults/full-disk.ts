import { arrtm } from '../peers.js';
import { Holdings } from './holdings.js';
import { APP_ID, createRtm } from './rtm-user.js';
import { Claims, type Scenario } from './scenario.js';
import { FaultServer } from './server.js';
import { SmallDisk } from './small-disk.js';
import { eventually, sleep } from './waiting.js';

const MB = 1024 * 1024;
const DISK_MB = 96;
const FREE_MB = 48;
const HEALED_MS = 5000;
const LOAD = { lettersPerSecond: 40, speechesPerSecond: 20, filesPerSecond: 1, fileBytes: 50_000 };
const WORDS = `a disk of ${DISK_MB} MB that keeps ${FREE_MB} MB free for records: files are refused below that, then nothing is left at all, then there is room again`;

const SPEAKERS = 8;
const PERIOD_MS = 50;

/**
 * Published clients that archive what they say in a channel; they take every answer for success. So many that one of them
 * always has a message on its way: the server ends within milliseconds of the commit that failed.
 */
class PublishedSpeakers {
  private readonly timers: NodeJS.Timeout[] = [];

  async start(port: number): Promise<void> {
    for (let n = 0; n < SPEAKERS; n++) await this.add(port, `published-${n}`);
  }

  stop(): void {
    for (const timer of this.timers) clearInterval(timer);
  }

  private async add(port: number, uid: string): Promise<void> {
    const client = await arrtm(port, APP_ID, { published: true })(uid, 'hall');
    client.onRefused = () => undefined;
    let MsgId = 0;
    const speak = () => {
      const message = { ChanId: 'hall', FromUId: uid, MsgId: ++MsgId, MsgType: 1, MsgBody: 'x', Desc: '' };
      const Content = JSON.stringify({ ...message, HistoryMsg: true });
      client.wire.send(JSON.stringify({ Cmd: 'SendChannelMsg', Encrypt: false, Content }));
    };
    await sleep(PERIOD_MS / SPEAKERS);
    this.timers.push(setInterval(speak, PERIOD_MS));
  }
}

/**
 * A full disk in two steps. While there is room for records only files are refused, and the server goes on. Without any room a
 * commit fails: from then on nothing durable is answered with success, and the server ends with a message, for whoever starts it
 * again.
 */
export const fullDisk: Scenario = {
  name: 'disk faults: full disk',
  load: { short: WORDS, long: WORDS },
  async run() {
    const disk = SmallDisk.make(DISK_MB);
    if (!disk) return { broken: [], seen: 'skipped: no tmpfs can be mounted here (root only)' };
    const claims = new Claims();
    const settings = [`limits.mediaFreeBytes=${FREE_MB * MB}`];
    const dataDir = disk.dir();
    let server = await FaultServer.start({ dataDir, settings });
    const { port } = server;
    let isOver = false;
    const speakers = new PublishedSpeakers();
    try {
      const holdings = new Holdings(['ann', 'ben']);
      const giving = holdings.give(port, LOAD, () => !isOver);
      await speakers.start(port);
      const uploader = createRtm(port);
      await uploader.login({ uid: 'uploader' });
      const upload = () =>
        uploader.createMediaMessageByUploading(new Blob([new Uint8Array(MB)]), {}).then(
          () => 'taken',
          ({ code, message }: { code?: number; message?: string }) => `${code} ${message}`,
        );
      await sleep(1000);
      const before = await upload();
      disk.fill(FREE_MB * MB - 2 * MB);
      const withoutRoom = await upload();
      await sleep(500);
      claims.holds(`a file is taken while there is room (${before})`, before === 'taken');
      claims.holds(`a file is refused with the reason (${withoutRoom})`, /^1 .*disk-full/.test(withoutRoom));
      claims.holds('the server goes on', server.isRunning);
      disk.empty();
      const fileHealed = performance.now();
      claims.holds('a file is taken again at once', (await upload()) === 'taken');
      const fileMs = performance.now() - fileHealed;
      disk.fill(0);
      const code = await server.endsBy(10_000);
      claims.holds(`the server ends with 1 (${code ?? server.endSignal})`, code === 1);
      const last = server.output.slice(-12).join(' | ');
      speakers.stop();
      claims.holds(`and says why (${last})`, server.hasSaid(/nothing can be stored any more/));
      claims.holds('and what a published client was not told', server.hasSaid(/its published client cannot tell/));
      const atEnd = holdings.count;
      disk.empty();
      const began = performance.now();
      server = await FaultServer.start({ dataDir, settings, port });
      await eventually(() => holdings.count > atEnd, 10_000);
      const healedMs = performance.now() - began;
      claims.holds(`messages are stored again within 5 s (${healedMs.toFixed(0)} ms)`, healedMs < HEALED_MS);
      isOver = true;
      await giving;
      const { missing, wrong } = holdings.judge(await holdings.examine(port));
      claims.holds(`nothing that was answered is lost (${missing[0]})`, missing.length === 0);
      claims.holds(`nothing wrong is served (${wrong[0]})`, wrong.length === 0);
      await uploader.logout().catch(() => undefined);
      const seen =
        `${holdings.count} durable things answered, ${missing.length} lost; file without room: "${withoutRoom}"; with room again after ${fileMs.toFixed(0)} ms; ` +
        `no room at all: exit code ${code} with a message; started again, first message stored after ${healedMs.toFixed(0)} ms`;
      return { broken: claims.broken, seen };
    } finally {
      speakers.stop();
      isOver = true;
      await server.close();
      disk.dispose();
    }
  },
};

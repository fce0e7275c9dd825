import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Found, Holdings, type Judgement } from './holdings.js';
import { Claims, type Scenario } from './scenario.js';
import { FaultServer, StartRefused } from './server.js';
import { sleep } from './waiting.js';

const CASES = { short: 24, long: 300 };
const AT_ONCE = 3;
const LOAD = { lettersPerSecond: 40, speechesPerSecond: 20, filesPerSecond: 2, fileBytes: 200_000 };
const FILL_MS = 1500;
/** What a refused start has to tell: what can be done about it. */
const INSTRUCTIONS = /Restore a backup|verify --data-dir .* --repair|delete lock\.mdb/;

/** A folder whose server was stopped, and one whose server was killed: the second is checked in another way at its start. */
async function fill(holdings: Holdings, signal: 'SIGTERM' | 'SIGKILL'): Promise<string> {
  const dataDir = mkdtempSync(join(tmpdir(), 'arrtm-given-'));
  const server = await FaultServer.start({ dataDir });
  const until = performance.now() + FILL_MS;
  await holdings.give(server.port, LOAD, () => performance.now() < until);
  await server.end(signal);
  return dataDir;
}

/** Damages one file of the folder, somewhere; in words. */
function damage(dir: string, round: number): string {
  const files = (readdirSync(dir, { recursive: true }) as string[]).filter((name) =>
    statSync(join(dir, name)).isFile(),
  );
  const [data, media] = [files.filter((name) => name === 'data.mdb'), files.filter((name) => name.endsWith('.media'))];
  const others = files.filter((name) => ![...data, ...media].includes(name));
  const pool = [data, media, data, others][round % 4] as string[];
  const name = pool[Math.floor(Math.random() * pool.length)] as string;
  const path = join(dir, name);
  const { size } = statSync(path);
  if (round % 5 === 4) {
    const left = Math.floor(Math.random() * size);
    truncateSync(path, left);
    return `${name} cut to ${left} of ${size} bytes`;
  }
  // Some of it in the first pages, which say where everything is.
  const at = Math.floor(Math.random() * (round % 3 === 0 ? Math.min(size, 8192) : size));
  const bit = Math.floor(Math.random() * 8);
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
  writeFileSync(path, bytes);
  return `${name}, byte ${at} of ${size}, bit ${bit}`;
}

interface Result {
  readonly what: string;
  /** `refused`: the server did not start. `reported`: something was left out, with a word. */
  readonly end: 'refused' | 'reported' | 'harmless';
  readonly broken?: string;
}

async function tryOne(template: string, holdings: Holdings, round: number): Promise<Result> {
  const dir = mkdtempSync(join(tmpdir(), 'arrtm-case-'));
  let server: FaultServer | undefined;
  try {
    cpSync(template, dir, { recursive: true });
    const what = damage(dir, round);
    try {
      server = await FaultServer.start({ dataDir: dir });
    } catch (error) {
      if (!(error instanceof StartRefused)) throw error;
      const isTold = error.code === 1 && INSTRUCTIONS.test(error.output);
      return { what, end: 'refused', ...(!isTold && { broken: `refused without a way out: ${error.message}` }) };
    }
    const found: Found = await holdings.examine(server.port);
    const { missing, wrong }: Judgement = holdings.judge(found);
    const isReported = server.output.some((line) => /damaged/i.test(line));
    const hasEnded = !server.isRunning;
    const broken = [
      ...(wrong.length > 0 ? [`served: ${wrong[0]}`] : []),
      ...(missing.length > 0 && !isReported ? [`missing without a word: ${missing[0]}`] : []),
      ...(hasEnded ? [`the server ended: ${server.output.slice(-3).join(' / ')}`] : []),
    ].join('; ');
    return { what, end: isReported ? 'reported' : 'harmless', ...(broken !== '' && { broken }) };
  } finally {
    await server?.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

export const damagedFiles: Scenario = {
  name: 'damaged files',
  load: {
    short: `${CASES.short} times one flipped bit, or a cut, at a random place of a file of the data directory; offline and archived messages, attributes, uploaded files`,
    long: `${CASES.long} times one flipped bit, or a cut, at a random place of a file of the data directory; offline and archived messages, attributes, uploaded files`,
  },
  async run(size) {
    const claims = new Claims();
    const receivers = ['ann', 'ben'];
    const templates = await Promise.all(
      (['SIGTERM', 'SIGKILL'] as const).map(async (signal) => {
        const holdings = new Holdings(receivers);
        return { holdings, dir: await fill(holdings, signal) };
      }),
    );
    try {
      const ends = { refused: 0, reported: 0, harmless: 0 };
      let round = 0;
      const work = async () => {
        while (round < CASES[size]) {
          const number = round++;
          const { holdings, dir } = templates[number % 2] as (typeof templates)[number];
          const { what, end, broken } = await tryOne(dir, holdings, Math.floor(number / 2));
          ends[end] += 1;
          claims.holds(`${what}: ${broken}`, broken === undefined);
          await sleep(0);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
      const held = templates.map(({ holdings }) => holdings.count).join(' and ');
      const seen = `${held} durable things; ${ends.refused} starts refused with instructions, ${ends.reported} reported and left out, ${ends.harmless} harmless; nothing wrong served: ${claims.broken.length === 0 ? 'yes' : 'no'}`;
      return { broken: claims.broken, seen };
    } finally {
      for (const { dir } of templates) rmSync(dir, { recursive: true, force: true });
    }
  },
};

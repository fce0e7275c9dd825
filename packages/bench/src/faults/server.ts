import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { waitedMicros } from '../cpu.js';
import { sleep } from './waiting.js';

const MAIN = fileURLToPath(new URL('../../../server/dist/main.js', import.meta.url));
const INSIDE = fileURLToPath(new URL('inside-on-signal.js', import.meta.url));
const READY = /^ArRTM \S+ is ready: http:\/\/[^:]+:(\d+)/;
const START_LIMIT_MS = 60_000;

/** For the server under test, from outside: `FAULTS_NODE_FLAGS="--cpu-prof --cpu-prof-dir=/tmp/prof"` and the like. */
export const OUTER_NODE_FLAGS = (process.env.FAULTS_NODE_FLAGS ?? '').split(' ').filter(Boolean);

export interface FaultServerOptions {
  /** `limits.connectionQueueBytes=65536` and the like. */
  readonly settings?: readonly string[];
  /** Data of an older one; a new folder of its own otherwise. */
  readonly dataDir?: string;
  readonly port?: number;
  /** In front of `node`, such as `strace`. */
  readonly before?: readonly string[];
  /** In place of the server: a compiled file beside this one, that prints the same line when it is ready. */
  readonly program?: string;
  /** For `node`. */
  readonly nodeFlags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Runs as this user, who must be able to use the data. */
  readonly uid?: number;
}

/** The server has ended instead of starting. */
export class StartRefused extends Error {
  constructor(
    /** The exit code; absent when a signal ended it. */
    readonly code: number | undefined,
    readonly output: string,
  ) {
    super(`the server ended with ${code ?? 'a signal'}; it printed:\n${output}`);
  }
}

/** The built server in a process of its own, with its metrics at an address that asks for no key. */
export class FaultServer {
  private constructor(
    private readonly child: ChildProcess,
    /** Of the server itself, also behind another program. */
    readonly pid: number,
    readonly dataDir: string,
    private readonly isOwnDir: boolean,
    readonly port: number,
    private readonly metricsPort: number,
    /** Everything it printed. */
    readonly output: readonly string[],
  ) {}

  static async start(options: FaultServerOptions = {}): Promise<FaultServer> {
    const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'arrtm-faults-'));
    const metricsPort = await freePort();
    const args = ['--port', String(options.port ?? 0), '--data-dir', dataDir, '--log-level', 'warn'];
    for (const pair of [`metricsAddress=127.0.0.1:${metricsPort}`, ...(options.settings ?? [])])
      args.push('--set', pair);
    const [program = process.execPath, ...rest] = [
      ...(options.before ?? []),
      process.execPath,
      ...['--import', INSIDE],
      ...(options.nodeFlags ?? []),
      options.program === undefined ? MAIN : fileURLToPath(new URL(options.program, import.meta.url)),
      ...args,
    ];
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('ARRTM_')));
    const child = spawn(program, rest, {
      env: { ...env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(options.uid !== undefined && { uid: options.uid, gid: options.uid }),
    });
    const output: string[] = [];
    const port = await new Promise<number>((resolve, reject) => {
      const fail = (why: string) => reject(new Error(`the server ${why}; it printed:\n${output.join('\n')}`));
      const timer = setTimeout(() => {
        child.kill('SIGKILL');
        fail('was not ready in time');
      }, START_LIMIT_MS);
      child.once('close', (code, signal) => {
        clearTimeout(timer);
        // What it printed last may still be on its way.
        setImmediate(() => reject(new StartRefused(code ?? undefined, [...output, signal ?? ''].join('\n'))));
      });
      for (const stream of [child.stdout, child.stderr]) {
        if (!stream) continue;
        createInterface({ input: stream }).on('line', (line) => {
          output.push(line);
          const found = READY.exec(line)?.[1];
          if (found === undefined) return;
          clearTimeout(timer);
          resolve(Number(found));
        });
      }
    });
    const isBehind = options.before !== undefined;
    return new FaultServer(
      child,
      isBehind ? childOf(child.pid ?? -1) : (child.pid ?? -1),
      dataDir,
      options.dataDir === undefined,
      port,
      metricsPort,
      output,
    );
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** What ended it, if not itself. */
  get endSignal(): NodeJS.Signals | null {
    return this.child.signalCode;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Numbers of the metrics page, by name; names with labels are left out. */
  async metrics(): Promise<ReadonlyMap<string, number>> {
    const page = await (await fetch(`http://127.0.0.1:${this.metricsPort}/metrics`)).text();
    const lines = page.split('\n').flatMap((line) => {
      const [, name, value] = /^(\w+) (\S+)$/.exec(line) ?? [];
      return name === undefined ? [] : [[name, Number(value)] as const];
    });
    return new Map(lines);
  }

  /**
   * How late its event loop was since the last call, in ms, how many timers there are, and the bytes of its heap. Collects
   * garbage before, with `--expose-gc`. Not for a server behind another program.
   */
  async inside(): Promise<{
    readonly p99: number;
    readonly max: number;
    readonly timers: number;
    readonly heap: number;
  }> {
    const before = this.output.length;
    process.kill(this.pid, 'SIGUSR2');
    for (;;) {
      const line = this.output.slice(before).find((text) => text.startsWith('inside '));
      if (line !== undefined) return JSON.parse(line.slice('inside '.length));
      await sleep(5);
    }
  }

  /** Begins to look at how long it waits for a core; the share of the time since then. */
  contention(): () => number {
    const [began, waited] = [performance.now(), waitedMicros(this.pid)];
    return () => (waitedMicros(this.pid) - waited) / 1000 / (performance.now() - began);
  }

  async metric(name: string): Promise<number> {
    return (await this.metrics()).get(name) ?? Number.NaN;
  }

  signal(name: NodeJS.Signals): void {
    process.kill(this.pid, name);
  }

  /** Waits until it ends by itself: its exit code; absent when it still runs after this time, or a signal ended it. */
  async endsBy(withinMs: number): Promise<number | undefined> {
    const giveUp = performance.now() + withinMs;
    while (this.isRunning && performance.now() < giveUp) await sleep(10);
    // What it printed last may still be on its way.
    await sleep(50);
    return this.child.exitCode ?? undefined;
  }

  /** Whether it has printed such a line. */
  hasSaid(pattern: RegExp): boolean {
    return this.output.some((line) => pattern.test(line));
  }

  /** Ends it; the data stay. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.isRunning) {
      const exited = once(this.child, 'exit');
      process.kill(this.pid, signal);
      await exited;
    }
    return this.child.exitCode;
  }

  /** Ends it, and removes data of its own. */
  async close(): Promise<void> {
    await this.end('SIGKILL');
    if (this.isOwnDir) rmSync(this.dataDir, { recursive: true, force: true });
  }
}

/** The process that another program has started (Linux). */
function childOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ')[0]);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

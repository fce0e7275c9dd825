/** The built server as its own process, as an operator runs it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../packages/server/dist/main.js', import.meta.url));
const READY = /^ArRTM \S+ is ready: (http:\/\/\S+)$/;
const START_LIMIT_MS = 60_000;

export interface ServerOptions {
  readonly dataDir: string;
  /** Default: a free one. */
  readonly port?: number;
  /** More arguments. */
  readonly args?: readonly string[];
}

export class ServerProcess {
  private constructor(
    private readonly child: ChildProcess,
    /** Without a slash at the end. */
    readonly url: string,
    readonly port: number,
    /** Everything it printed. */
    readonly output: readonly string[],
  ) {}

  /** Resolves when the server has printed that it is ready. */
  static start({ dataDir, port = 0, args: more = [] }: ServerOptions): Promise<ServerProcess> {
    const args = [MAIN, '--port', String(port), '--data-dir', dataDir, '--set', 'times.drainMs=200', ...more];
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('ARRTM_')));
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const output: string[] = [];
    return new Promise((resolve, reject) => {
      const fail = (reason: string) => reject(new Error(`the server ${reason}; it printed:\n${output.join('\n')}`));
      const timer = setTimeout(() => {
        child.kill('SIGKILL');
        fail(`was not ready within ${START_LIMIT_MS} ms`);
      }, START_LIMIT_MS);
      child.once('error', reject);
      child.once('exit', (code) => {
        clearTimeout(timer);
        fail(`ended with exit code ${code}`);
      });
      for (const stream of [child.stdout, child.stderr]) {
        createInterface({ input: stream }).on('line', (line) => {
          output.push(line);
          const url = READY.exec(line)?.[1];
          if (url === undefined) return;
          clearTimeout(timer);
          const { origin, port: found } = new URL(url);
          resolve(new ServerProcess(child, origin, Number(found), output));
        });
      }
    });
  }

  get pid(): number {
    return this.child.pid ?? -1;
  }

  /** Asks it to stop; resolves with its exit code. */
  stop(): Promise<number | null> {
    return this.end('SIGTERM');
  }

  /** `kill -9`. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  private async end(signal: NodeJS.Signals): Promise<number | null> {
    const { child } = this;
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
    return child.exitCode;
  }
}

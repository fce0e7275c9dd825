import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { arrtm, bare, type Connect, socketIo } from './peers.js';

export const SERVER_NAMES = ['arrtm', 'bare ws', 'socket.io'] as const;
export type ServerName = (typeof SERVER_NAMES)[number];

export interface RunningPeer {
  readonly pid: number;
  readonly port: number;
  readonly connect: Connect;
  stop(): Promise<void>;
}

const APP_ID = '0123456789abcdef0123456789abcdef';
const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** Starts a server in a process of its own, on the first core where `taskset` is there. */
export async function startPeer(name: ServerName): Promise<RunningPeer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'arrtm-bench-'));
  const generous = ['limits.messagesPerSecond=100000', 'limits.messageBurst=1000000', 'limits.maxConnections=100000'];
  const command = {
    arrtm: [
      here('../../server/dist/main.js'),
      ...['--port', '0', '--data-dir', dataDir, '--log-level', 'warn'],
      ...generous.flatMap((pair) => ['--set', pair]),
    ],
    'bare ws': [here('server-bare.js')],
    'socket.io': [here('server-socketio.js')],
  }[name];
  const extra = (process.env.BENCH_NODE_FLAGS ?? '').split(' ').filter(Boolean);
  const node = [process.execPath, ...extra, '--expose-gc', '--import', here('gc-on-signal.js'), ...command];
  const argv = existsSync('/usr/bin/taskset') ? ['/usr/bin/taskset', '-c', '0', ...node] : node;
  const child = spawn(argv[0] as string, argv.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await readyPort(child);
  const connect = { arrtm: arrtm(port, APP_ID), 'bare ws': bare(port), 'socket.io': socketIo(port) }[name];
  return {
    pid: child.pid as number,
    port,
    connect,
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => {
          rmSync(dataDir, { recursive: true, force: true });
          resolve();
        });
        child.kill(name === 'arrtm' ? 'SIGTERM' : 'SIGKILL');
      }),
  };
}

function readyPort(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let output = '';
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${output}`)));
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const port = /ready:? http:\/\/[^:]+:(\d+)\//.exec(output)?.[1];
      if (port !== undefined) resolve(Number(port));
    });
  });
}

/**
 * The few commands of W3C WebDriver that the tests need, for one session of one driver process. selenium-webdriver and
 * webdriverio do the same with a hundred times the code, most of it for finding and installing drivers.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';

const START_LIMIT_MS = 60_000;

export class WebDriver {
  private constructor(
    readonly process: ChildProcess,
    private readonly session: string,
  ) {}

  /** Starts a driver that takes `--port`, and a browser with it. */
  static async start(command: string, env: NodeJS.ProcessEnv): Promise<WebDriver> {
    const port = await freePort();
    const child = spawn(command, [`--port=${port}`], { env, stdio: 'ignore' });
    const base = `http://127.0.0.1:${port}`;
    try {
      await isReady(base, child);
      const made = await call(`${base}/session`, 'POST', { capabilities: {} });
      return new WebDriver(child, `${base}/session/${(made as { sessionId: string }).sessionId}`);
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
  }

  navigate(url: string): Promise<unknown> {
    return call(`${this.session}/url`, 'POST', { url });
  }

  /** The body of a function; `arguments` are `args`. Plain data both ways. */
  execute(script: string, args: readonly unknown[]): Promise<unknown> {
    return call(`${this.session}/execute/sync`, 'POST', { script, args });
  }

  async close(): Promise<void> {
    // A browser that is gone has nothing to close.
    await call(this.session, 'DELETE').catch(() => undefined);
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const exit = once(this.process, 'exit');
    this.process.kill('SIGTERM');
    await exit;
  }
}

/** Answers the value, or throws what the driver says went wrong. */
async function call(url: string, method: string, body?: object): Promise<unknown> {
  const response = await fetch(url, {
    method,
    ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const { value } = (await response.json()) as { value: unknown };
  if (response.ok) return value;
  const { error, message } = value as { error: string; message: string };
  throw new Error(`${method} ${new URL(url).pathname}: ${error}: ${message}`);
}

async function isReady(base: string, child: ChildProcess): Promise<void> {
  const limit = performance.now() + START_LIMIT_MS;
  const failed = once(child, 'error').then(([error]) => Promise.reject(error));
  for (;;) {
    const attempt = fetch(`${base}/status`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (await Promise.race([attempt, failed])) return;
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended with exit code ${child.exitCode}`);
    if (performance.now() > limit) throw new Error(`${child.spawnfile} was not ready within ${START_LIMIT_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Nobody else's for the moment; drivers cannot be asked for one. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

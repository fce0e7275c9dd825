/** Servers that stay for all tests of a file. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { ServerProcess } from '../e2e/server-process.js';

/** Call it in the file, and what it returns in `beforeAll`. */
export function useServers(): (...args: string[]) => Promise<ServerProcess> {
  const ends: (() => Promise<unknown>)[] = [];
  afterAll(async () => {
    for (const end of ends.reverse()) await end();
  });
  return async (...args) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'ar-rtm-examples-'));
    ends.push(() => rm(dataDir, { recursive: true, force: true }));
    const server = await ServerProcess.start({ dataDir, args });
    ends.push(() => server.kill());
    return server;
  };
}

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { inRoot, say } from './root.mjs';

const isAlive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
};

/** Lets only one process at a time install or build in this folder; a lock whose owner has died is taken over. */
export async function withLock(name, work) {
  const folder = inRoot('.cache');
  const file = inRoot('.cache', `${name}.lock`);
  mkdirSync(folder, { recursive: true });
  for (let told = false; ; ) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    let owner = Number.NaN;
    try {
      owner = Number.parseInt(readFileSync(file, 'utf8'), 10);
    } catch {
      continue; // Released between the two calls.
    }
    if (Number.isInteger(owner) && !isAlive(owner)) {
      rmSync(file, { force: true });
      continue;
    }
    if (!told) say(`Waiting for process ${owner}, which is at it in this folder (lock: .cache/${name}.lock) ...`);
    told = true;
    await wait(200);
  }
  const release = () => rmSync(file, { force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.off('exit', release);
    release();
  }
}

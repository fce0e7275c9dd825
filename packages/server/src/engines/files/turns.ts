import { EngineUnavailable } from '../../ports/index.js';

/** Calls for one file that may wait. A client can ask as often as it likes, and a call waits even when its caller has gone. */
const MOST_WAITING = 64;

/** One call for a file after the other. */
export class Turns {
  private readonly files = new Map<string, { last: Promise<unknown>; waiting: number }>();

  /** Rejects with EngineUnavailable when too many calls for this file wait. */
  async next<T>(path: string, task: () => Promise<T>): Promise<T> {
    const file = this.files.get(path) ?? { last: Promise.resolve(), waiting: 0 };
    if (file.waiting >= MOST_WAITING) throw new EngineUnavailable('too many calls for this file');
    file.waiting++;
    this.files.set(path, file);
    const done = file.last.then(task);
    file.last = done
      .catch(() => undefined)
      .then(() => {
        file.waiting--;
        if (file.waiting === 0) this.files.delete(path);
      });
    return done;
  }
}

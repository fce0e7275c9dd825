import { EngineUnavailable, type Time } from '../../ports/index.js';

/** While one waits for the disk the next one is hashed. Were all of them to take turns, all would end last. */
const AT_A_TIME = 4;
/** A file of no more than this is read at once: it is done before its turn would come. */
const SMALL_BYTES = 1024 * 1024;
/** Digests of files whose callers may have gone before they were told: a caller comes back within seconds. */
const KEPT = 10_000;
/** A caller does not wait for longer than so many times its time, whatever moves. */
const MOST_PATIENCE = 40;

/** A file that is read from its begin to its end. */
export interface WholeFile {
  readonly appId: string;
  readonly path: string;
  readonly bytes: number;
}

/**
 * The reading of whole files, to seal them. It takes time by their size and by their number, so that no fixed time is right for
 * it: a caller waits as long as any of it gets on. And what has been read is not read again for a caller who asks again:
 * otherwise those who are told to try again would keep the server from ever ending what it has begun. Apps take turns.
 */
export class Seals {
  /** By app, in the order in which they come next. */
  private readonly waiting = new Map<string, (() => void)[]>();
  /** By path. */
  private readonly digests = new Map<string, string>();
  private running = 0;
  /** Grows with every piece of every file. */
  private moved = 0;

  constructor(private readonly time: Pick<Time, 'after'>) {}

  /** The digest of a file: kept from the last time, or what `read` makes of it when its turn has come. */
  async digest(file: WholeFile, read: (onPiece: () => void) => Promise<string>): Promise<string> {
    const known = this.digests.get(file.path);
    if (known !== undefined) return known;
    const digest = await this.read(file, read);
    const [oldest] = this.digests.keys();
    if (this.digests.size >= KEPT && oldest !== undefined) this.digests.delete(oldest);
    this.digests.set(file.path, digest);
    return digest;
  }

  /** Reads a file when its turn has come; `onPiece` is to be called now and then. */
  async read<T>({ appId, bytes }: WholeFile, read: (onPiece: () => void) => Promise<T>): Promise<T> {
    const onPiece = (): void => void this.moved++;
    if (bytes <= SMALL_BYTES) return read(onPiece);
    if (this.running < AT_A_TIME) this.running++;
    else await this.turnOf(appId);
    try {
      return await read(onPiece);
    } finally {
      this.moved++;
      this.pass();
    }
  }

  forget(path: string): void {
    this.digests.delete(path);
  }

  /** Rejects when nothing at all has moved for this time, and at last whatever has. */
  whileMoving<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
    return new Promise((resolve, reject) => {
      let seen = this.moved;
      let looks = 0;
      const look = (): void => {
        const isMoving = seen !== this.moved && ++looks < MOST_PATIENCE;
        seen = this.moved;
        if (isMoving) cancel = this.time.after(timeoutMs, look);
        else reject(new EngineUnavailable('the disk is too slow'));
      };
      let cancel = this.time.after(timeoutMs, look);
      work.then(resolve, reject).finally(() => cancel());
    });
  }

  private turnOf(appId: string): Promise<void> {
    return new Promise((resume) => {
      const queue = this.waiting.get(appId);
      if (queue) queue.push(resume);
      else this.waiting.set(appId, [resume]);
    });
  }

  /** Gives the place of a file that has been read to the next one. */
  private pass(): void {
    const [next] = this.waiting;
    if (!next) return void this.running--;
    const [appId, queue] = next;
    this.waiting.delete(appId);
    queue.shift()?.();
    // Behind the other apps.
    if (queue.length > 0) this.waiting.set(appId, queue);
  }
}

/** Runs so many jobs at a time; the others wait in the order in which they came. */
export class TransferQueue {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly atATime: number) {}

  /** As the job; rejects without having begun it when the signal comes first. */
  async run<T>(signal: AbortSignal, job: () => Promise<T>): Promise<T> {
    await this.turn(signal);
    try {
      return await job();
    } finally {
      this.running -= 1;
      this.waiting.shift()?.();
    }
  }

  private async turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.running >= this.atATime) await this.queue(signal);
    else this.running += 1;
  }

  private queue(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const start = () => {
        signal.removeEventListener('abort', leave);
        // Counted here: nobody gets ahead before the job begins.
        this.running += 1;
        resolve();
      };
      const leave = () => {
        this.waiting.splice(this.waiting.indexOf(start), 1);
        reject(signal.reason);
      };
      this.waiting.push(start);
      signal.addEventListener('abort', leave, { once: true });
    });
  }
}

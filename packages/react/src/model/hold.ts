/** Undoes something, once; calling it again has no effect. */
export type Release = () => void;

/**
 * Something that lasts while anybody holds it. Its end waits for a microtask: what lets go and takes hold again in one turn,
 * as StrictMode and a moved component do, changes nothing.
 */
export class Hold {
  private holders = 0;
  private hasBegun = false;

  constructor(
    private readonly begin: () => void,
    private readonly end: () => void,
  ) {}

  get isHeld(): boolean {
    return this.holders > 0;
  }

  take(): Release {
    this.holders += 1;
    if (!this.hasBegun) {
      this.hasBegun = true;
      this.begin();
    }
    return once(() => {
      this.holders -= 1;
      queueMicrotask(() => {
        if (this.isHeld || !this.hasBegun) return;
        this.hasBegun = false;
        this.end();
      });
    });
  }
}

function once(task: () => void): Release {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    task();
  };
}

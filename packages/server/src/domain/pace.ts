/** Lets what is to be done go on at once as long as it is little, and a crowd some in each turn of the event loop, in order. */
export class Pace {
  private readonly waiting: (() => void)[] = [];
  private left: number;

  constructor(
    /** Runs a task in the next turn of the event loop. */
    private readonly nextTurn: (task: () => void) => void,
    private readonly perTurn: number,
    /** When so many wait, the next one does not, and overtakes them: what waits takes memory. */
    private readonly most = Number.POSITIVE_INFINITY,
  ) {
    this.left = perTurn;
  }

  run(task: () => void): void {
    if (this.takesPlace() || this.waiting.length >= this.most) task();
    else this.waiting.push(task);
  }

  /** Takes a place in this turn. False: there is none left; `place` waits for one. */
  takesPlace(): boolean {
    if (this.left === 0) return false;
    if (this.left === this.perTurn) this.nextTurn(() => this.turn());
    this.left--;
    return true;
  }

  /** Resolves in a turn that has a place. */
  place(): Promise<void> {
    return new Promise((resolve) => this.run(resolve));
  }

  private turn(): void {
    this.left = this.perTurn;
    for (const task of this.waiting.splice(0, this.perTurn)) this.run(task);
  }
}

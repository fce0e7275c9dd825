/** A fault that is staged on real processes, and what has to hold. `short` is what CI runs. */
export type Size = 'short' | 'long';

export interface Outcome {
  /** What did not hold, in words; empty when everything did. */
  readonly broken: readonly string[];
  /** The figures, in words. */
  readonly seen: string;
}

/** A process that waited for a core this share of the time was not alone on the machine. */
const BUSY_MACHINE = 0.1;

export interface Scenario {
  /** The fault. */
  readonly name: string;
  /** What is done to what, for the table. */
  readonly load: Readonly<Record<Size, string>>;
  run(size: Size): Promise<Outcome>;
}

/** Collects what did not hold. */
export class Claims {
  readonly broken: string[] = [];
  private readonly unjudged: string[] = [];

  /** `claim` is how it should be. */
  holds(claim: string, doesHold: boolean): void {
    if (!doesHold) this.broken.push(claim);
  }

  /** The same for a claim about time, which says nothing of the server where others had the cores. */
  holdsInTime(claim: string, doesHold: boolean, contention: number): void {
    if (doesHold || contention <= BUSY_MACHINE) this.holds(claim, doesHold);
    else this.unjudged.push(`${claim} (${(100 * contention).toFixed(0)} % of the time it waited for a core)`);
  }

  /** The figures, and what could not be judged. */
  outcome(seen: string): Outcome {
    const { broken, unjudged } = this;
    return { broken, seen: unjudged.length > 0 ? `${seen}; **not judged**: ${unjudged.join('; ')}` : seen };
  }
}

/** A fault that is staged on real processes, and what has to hold. `short` is what CI runs. */
export type Size = 'short' | 'long';

export interface Outcome {
  /** What did not hold, in words; empty when everything did. */
  readonly broken: readonly string[];
  /** The figures, in words. */
  readonly seen: string;
}

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

  /** `claim` is how it should be. */
  holds(claim: string, doesHold: boolean): void {
    if (!doesHold) this.broken.push(claim);
  }
}

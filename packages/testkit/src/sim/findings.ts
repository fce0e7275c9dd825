/** A rule of the reference model that did not hold. */
export interface Deviation {
  readonly rule: string;
  readonly text: string;
}

/** What a check of one run has found. */
export class Findings {
  checks = 0;
  readonly deviations: Deviation[] = [];

  must(holds: boolean, rule: string, text: () => string): void {
    this.checks += 1;
    if (!holds) this.deviations.push({ rule, text: text() });
  }
}

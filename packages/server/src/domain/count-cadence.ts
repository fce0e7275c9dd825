/**
 * When a changed member count is reported (api.md 4.2): the first change at once, later ones coalesced, the last value
 * always; at most once per `smallMs` up to `threshold` members and once per `largeMs` above.
 */
export interface CadenceRule {
  readonly threshold: number;
  readonly smallMs: number;
  readonly largeMs: number;
}

/** Milliseconds until the next report may go out; 0 is now. */
export function msUntilReport(
  rule: CadenceRule,
  count: number,
  lastReportMs: number | undefined,
  nowMs: number,
): number {
  if (lastReportMs === undefined) return 0;
  const interval = count > rule.threshold ? rule.largeMs : rule.smallMs;
  return Math.max(0, lastReportMs + interval - nowMs);
}

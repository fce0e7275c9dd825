import type { Frequency } from 'ar-rtm-protocol';

/** Counts calls within a sliding window (api.md 11.1). Pure: the caller brings the time. */
export class SlidingWindow {
  private calls: number[] = [];

  /** Whether everything counted lies before `ms`. */
  isOlderThan(ms: number): boolean {
    return (this.calls.at(-1) ?? 0) < ms;
  }

  /** Counts a call and answers true, or answers false when the window is full; then nothing was counted. */
  admit(rule: Frequency, nowMs: number): boolean {
    const from = nowMs - rule.windowMs;
    let expired = 0;
    while (expired < this.calls.length && (this.calls[expired] as number) <= from) expired++;
    if (expired > 0) this.calls.splice(0, expired);
    if (this.calls.length >= rule.calls) return false;
    this.calls.push(nowMs);
    return true;
  }
}

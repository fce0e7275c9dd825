import type { Cancel, Clock, Network } from '../ports.js';

/** Lines that wait at most; the oldest go first. */
const LINES = 100;
/** Length of a line in UTF-16 units, so that a batch stays below what the server takes. */
const LINE_LENGTH = 200;
/** Lines of this time travel together. */
const COLLECT_MS = 5000;
/** A server that has not answered by then is asked again with the next batch. */
const ANSWER_MS = 10_000;

/**
 * Carries log lines to the server (`enableLogUpload`): in batches, bounded, while a session lives. What fails is tried
 * again with what came since, in silence; no call ever waits for it.
 */
export class LogUpload {
  private isOn = false;
  private lines: string[] = [];
  private target: { readonly url: string; readonly session: object } | undefined;
  private stopTimer: Cancel | undefined;
  private isPosting = false;

  constructor(
    private readonly clock: Clock,
    private readonly network: Network,
  ) {}

  /** Off drops what waits. */
  set(isOn: boolean): void {
    this.isOn = isOn;
    if (!isOn) this.lines = [];
  }

  add(line: string): void {
    if (!this.isOn) return;
    this.lines.push(`${this.clock.wallTime()} ${line}`.slice(0, LINE_LENGTH));
    this.bound();
    this.plan();
  }

  /** A session has begun, or goes on with another ticket. */
  open(url: string, session: object): void {
    this.target = { url, session };
    this.plan();
  }

  /** The session ends: what waits leaves now, or not at all. */
  close(): void {
    this.stopTimer?.();
    this.stopTimer = undefined;
    if (!this.isPosting) this.post();
    // Not with the ticket of whoever is next.
    this.lines = [];
    this.target = undefined;
  }

  private bound(): void {
    this.lines.splice(0, this.lines.length - LINES);
  }

  private plan(): void {
    if (this.target && this.lines.length > 0 && !this.isPosting) {
      this.stopTimer ??= this.clock.after(COLLECT_MS, () => this.post());
    }
  }

  private post(): void {
    const { lines, target } = this;
    this.stopTimer = undefined;
    if (!target || lines.length === 0) return;
    this.lines = [];
    this.isPosting = true;
    const done = (reply: string | undefined) => {
      stopLimit();
      this.isPosting = false;
      if (reply === undefined && this.isOn && this.target === target) {
        this.lines.unshift(...lines);
        this.bound();
      }
      this.plan();
    };
    const stopPost = this.network.post(target.url, JSON.stringify({ ...target.session, lines }), done);
    const stopLimit = this.clock.after(ANSWER_MS, () => {
      stopPost();
      done(undefined);
    });
  }
}

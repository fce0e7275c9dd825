import type { RecordChange, Records, Time } from '../../ports/index.js';
import { numberOf } from './record-values.js';

/**
 * Client instances (UserSIds) that are remembered for a while, on disk too: the superseded ones, and those that were
 * only lost. All are kept for the same time, so the oldest stands first and expiry looks at the front only.
 */
export class InstanceMemory {
  readonly #family: string;
  readonly #time: Time;
  readonly #keptMs: number;
  readonly #most: number;
  /** Record key to wall time of the memory. */
  readonly #sinceTs = new Map<string, number>();

  constructor(family: string, time: Time, keptMs: number, most = Number.POSITIVE_INFINITY) {
    this.#family = family;
    this.#time = time;
    this.#keptMs = keptMs;
    this.#most = most;
  }

  get size(): number {
    return this.#sinceTs.size;
  }

  open(records: Records): void {
    const found = [...records.scan(this.#family)].map(({ key, value }) => ({ key, ts: numberOf(value, 'ts') }));
    found.sort((a, b) => a.ts - b.ts);
    for (const { key, ts } of found) this.#sinceTs.set(key, ts);
  }

  has(appId: string, uid: string, userSId: string): boolean {
    return this.#sinceTs.has(this.#key(appId, uid, userSId));
  }

  remember(appId: string, uid: string, userSId: string): RecordChange[] {
    const key = this.#key(appId, uid, userSId);
    const ts = this.#time.wallMs();
    this.#sinceTs.delete(key); // so that it goes to the end
    this.#sinceTs.set(key, ts);
    const changes: RecordChange[] = [{ key, value: { ts } }];
    if (this.#sinceTs.size > this.#most) changes.push(...this.#forgetFirst(() => this.#sinceTs.size > this.#most));
    return changes;
  }

  forget(appId: string, uid: string, userSId: string): RecordChange[] {
    const key = this.#key(appId, uid, userSId);
    return this.#sinceTs.delete(key) ? [{ key }] : [];
  }

  expire(): RecordChange[] {
    const beforeTs = this.#time.wallMs() - this.#keptMs;
    return this.#forgetFirst((ts) => ts <= beforeTs);
  }

  #forgetFirst(isOver: (ts: number) => boolean): RecordChange[] {
    const changes: RecordChange[] = [];
    for (const [key, ts] of this.#sinceTs) {
      if (!isOver(ts)) break;
      this.#sinceTs.delete(key);
      changes.push({ key });
    }
    return changes;
  }

  #key(appId: string, uid: string, userSId: string): string {
    return `${this.#family}${appId}/${uid}/${userSId}`;
  }
}

import type { RecordChange, Records, SessionToken, Time } from '../../ports/index.js';
import { numberOf, tokenOf } from './record-values.js';

interface Memory {
  /** Wall time. */
  readonly ts: number;
  /** What the instance logged in with, as far as it has renewed that. */
  readonly token: SessionToken | undefined;
  /** It was put off by a back end, not by another login. */
  readonly byOperator: boolean;
}

type Details = Partial<Pick<Memory, 'token' | 'byOperator'>>;

/** Instances of one user; beyond that the oldest go. */
const MOST_OF_USER = 20;

/**
 * Client instances (UserSIds) that are remembered for a while, on disk too: the superseded ones, and those that were
 * only lost. All are kept for the same time, so the oldest stands first and expiry looks at the front only.
 */
export class InstanceMemory {
  /** Record keys by user, the oldest first. */
  readonly #byUser = new Map<string, Set<string>>();
  readonly #family: string;
  readonly #time: Time;
  readonly #keptMs: number;
  readonly #most: number;
  /** By record key. */
  readonly #known = new Map<string, Memory>();
  /** Record keys by name of the token, as far as there are tokens. */
  readonly #byToken = new Map<string, string>();

  constructor(family: string, time: Time, keptMs: number, most = Number.POSITIVE_INFINITY) {
    this.#family = family;
    this.#time = time;
    this.#keptMs = keptMs;
    this.#most = most;
  }

  get size(): number {
    return this.#known.size;
  }

  open(records: Records): void {
    const found = [...records.scan(this.#family)].map(({ key, value }) => ({
      key,
      memory: { ts: numberOf(value, 'ts'), token: tokenOf(value), byOperator: value.byOperator === true },
    }));
    found.sort((a, b) => a.memory.ts - b.memory.ts);
    for (const { key, memory } of found) this.#keep(key, memory);
  }

  has(appId: string, uid: string, userSId: string): boolean {
    return this.#known.has(this.#key(appId, uid, userSId));
  }

  tokenOf(appId: string, uid: string, userSId: string): SessionToken | undefined {
    return this.#known.get(this.#key(appId, uid, userSId))?.token;
  }

  /** Whether an instance of the user has a token of this name. */
  hasToken(appId: string, uid: string, name: string): boolean {
    return this.#byToken.get(name)?.startsWith(this.#key(appId, uid, '')) === true;
  }

  wasPutOff(appId: string, uid: string, userSId: string): boolean {
    return this.#known.get(this.#key(appId, uid, userSId))?.byOperator === true;
  }

  remember(appId: string, uid: string, userSId: string, { token, byOperator = false }: Details = {}): RecordChange[] {
    const key = this.#key(appId, uid, userSId);
    const memory = { ts: this.#time.wallMs(), token, byOperator };
    this.#drop(key); // so that it goes to the end
    this.#keep(key, memory);
    const changes: RecordChange[] = [
      { key, value: { ts: memory.ts, ...(token && { token }), ...(byOperator && { byOperator }) } },
    ];
    // Somebody who logs in again and again must not push out what is known of others.
    const [oldest] = this.#ofUser(key);
    if (oldest !== undefined && this.#ofUser(key).size > MOST_OF_USER) {
      this.#drop(oldest);
      changes.push({ key: oldest });
    }
    if (this.#known.size > this.#most) changes.push(...this.#forgetFirst(() => this.#known.size > this.#most));
    return changes;
  }

  forget(appId: string, uid: string, userSId: string): RecordChange[] {
    const key = this.#key(appId, uid, userSId);
    return this.#drop(key) ? [{ key }] : [];
  }

  expire(): RecordChange[] {
    const beforeTs = this.#time.wallMs() - this.#keptMs;
    return this.#forgetFirst((ts) => ts <= beforeTs);
  }

  #forgetFirst(isOver: (ts: number) => boolean): RecordChange[] {
    const changes: RecordChange[] = [];
    for (const [key, { ts }] of this.#known) {
      if (!isOver(ts)) break;
      this.#drop(key);
      changes.push({ key });
    }
    return changes;
  }

  #keep(key: string, memory: Memory): void {
    this.#known.set(key, memory);
    const user = userOf(key);
    const keys = this.#byUser.get(user) ?? new Set();
    this.#byUser.set(user, keys.add(key));
    if (memory.token) this.#byToken.set(memory.token.name, key);
  }

  #drop(key: string): boolean {
    const name = this.#known.get(key)?.token?.name;
    if (name !== undefined && this.#byToken.get(name) === key) this.#byToken.delete(name);
    const keys = this.#ofUser(key);
    keys.delete(key);
    if (keys.size === 0) this.#byUser.delete(userOf(key));
    return this.#known.delete(key);
  }

  #ofUser(key: string): Set<string> {
    return this.#byUser.get(userOf(key)) ?? new Set();
  }

  #key(appId: string, uid: string, userSId: string): string {
    return `${this.#family}${appId}/${uid}/${userSId}`;
  }
}

/** The key without the instance. */
function userOf(key: string): string {
  return key.slice(0, key.lastIndexOf('/'));
}

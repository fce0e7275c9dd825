import type { Random } from '../ports.js';
import type { Wechat } from './wechat-api.js';

/** Fetched at a time; enough for 256 names of 32 digits, of which a session needs a handful. */
const POOL_BYTES = 8192;

/** Random bytes that are there before they are needed: mini-programs hand them out in a later turn only. */
export class WechatRandom implements Random {
  private pool = new Uint8Array();
  private at = 0;
  private fetching: Promise<void> | undefined;

  constructor(private readonly wx: Wechat) {}

  /** Resolves when there are some; rejects when the device gives none. */
  ready(): Promise<void> {
    return this.rest > 0 ? Promise.resolve() : this.fetch();
  }

  fraction(): number {
    return Math.random();
  }

  /** @throws Error when there are no more, because of hundreds of calls in one turn */
  hex(digits: number): string {
    if (this.rest < digits) throw new Error('No random bytes left');
    const bytes = this.pool.subarray(this.at, this.at + digits);
    this.at += digits;
    // A failure shows when the rest is gone.
    if (this.rest < POOL_BYTES / 2) void this.fetch().catch(() => undefined);
    // One byte per digit: simple, and there are never many.
    return Array.from(bytes, (byte) => (byte & 15).toString(16)).join('');
  }

  private get rest(): number {
    return this.pool.length - this.at;
  }

  private fetch(): Promise<void> {
    this.fetching ??= new Promise<void>((resolve, reject) => {
      this.wx.getRandomValues({
        length: POOL_BYTES,
        success: ({ randomValues }) => {
          this.pool = new Uint8Array(randomValues);
          this.at = 0;
          resolve();
        },
        fail: ({ errMsg }) => reject(new Error(errMsg ?? 'wx.getRandomValues failed')),
      });
    }).finally(() => {
      this.fetching = undefined;
    });
    return this.fetching;
  }
}

const NOTHING = new Uint8Array(0);

/**
 * Reads the little-endian fields of a token (token.md 2). A read beyond the end gives zeros and empty bytes, and from then
 * on `isIntact` is false: parse everything, then ask once.
 */
export class TokenReader {
  private at = 0;
  private intact = true;

  constructor(private readonly bytes: Uint8Array) {}

  /** Nothing was read beyond the end. */
  get isIntact(): boolean {
    return this.intact;
  }

  /** Everything was read, and nothing beyond. */
  get isAtEnd(): boolean {
    return this.intact && this.at === this.bytes.length;
  }

  /** What has not been read. */
  get rest(): Uint8Array {
    return this.bytes.subarray(this.at);
  }

  u16(): number {
    const from = this.skip(2);
    return from === undefined ? 0 : this.byte(from) + this.byte(from + 1) * 0x100;
  }

  u32(): number {
    const low = this.u16();
    return low + this.u16() * 0x10000;
  }

  /** A `str`: length, then that many bytes. */
  block(): Uint8Array {
    const length = this.u16();
    const from = this.skip(length);
    return from === undefined ? NOTHING : this.bytes.subarray(from, from + length);
  }

  /** A `map` of at most `maxEntries`; more than that makes the whole not intact. The last value of a repeated key counts. */
  map(maxEntries: number): ReadonlyMap<number, number> {
    const map = new Map<number, number>();
    const count = this.u16();
    if (count > maxEntries) this.intact = false;
    for (let i = 0; i < count && this.intact; i++) {
      const key = this.u16();
      map.set(key, this.u32());
    }
    return map;
  }

  private skip(length: number): number | undefined {
    const from = this.at;
    if (!this.intact || from + length > this.bytes.length) {
      this.intact = false;
      return undefined;
    }
    this.at = from + length;
    return from;
  }

  private byte(at: number): number {
    return this.bytes[at] ?? 0;
  }
}

import type { RecordValue } from '../../ports/index.js';

/**
 * Number of records and the sum of their stored checksums, written with every transaction. A checksum per record
 * cannot tell that a record is missing, or that an older one is in its place (a damaged pointer to a page that is no
 * longer in use leads there); this can.
 */
export class Digest {
  #count = 0;
  #sum = 0;

  static of(count: number, sum: number): Digest {
    const digest = new Digest();
    digest.#count = count;
    digest.#sum = sum >>> 0;
    return digest;
  }

  /** Undefined if the value is not a digest. */
  static from(value: RecordValue): Digest | undefined {
    const { count, sum } = value;
    return Number.isSafeInteger(count) && Number.isSafeInteger(sum)
      ? Digest.of(count as number, sum as number)
      : undefined;
  }

  add(checksum: number): void {
    this.#count += 1;
    this.#sum = (this.#sum + checksum) >>> 0;
  }

  remove(checksum: number): void {
    this.#count -= 1;
    this.#sum = (this.#sum - checksum) >>> 0;
  }

  get count(): number {
    return this.#count;
  }

  equals(other: Digest): boolean {
    return this.#count === other.#count && this.#sum === other.#sum;
  }

  value(): { readonly count: number; readonly sum: number } {
    return { count: this.#count, sum: this.#sum };
  }
}

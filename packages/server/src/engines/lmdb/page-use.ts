import { FileDamage } from './data-file.js';

/** Who uses which page: a page belongs to one tree, or is free, but never both. */
export class PageUse {
  readonly #isUsed: Uint8Array;
  #used = 2;

  constructor(private readonly lastPage: number) {
    this.#isUsed = new Uint8Array(lastPage + 1);
    this.#isUsed.fill(1, 0, 2);
  }

  claim(page: number): void {
    if (!(page >= 2 && page <= this.lastPage)) throw new FileDamage(`there is no page ${page}`);
    if (this.#isUsed[page] === 1) throw new FileDamage(`page ${page} is used twice`);
    this.#isUsed[page] = 1;
    this.#used += 1;
  }

  /** Pages that nothing uses and that are not listed as free. LMDB loses some that way; they cost room only. */
  get lost(): number {
    return this.lastPage + 1 - this.#used;
  }
}

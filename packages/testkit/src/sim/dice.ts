import type { Chance } from 'ar-rtm-server/ports';
import { SeededChance } from '../fake-time.js';

/** Chance from a seed, with the questions that a simulation asks. */
export class Dice implements Chance {
  readonly #chance: SeededChance;

  constructor(
    private readonly seed: number,
    private readonly concern = '',
  ) {
    this.#chance = new SeededChance(mix(seed, concern));
  }

  /** Dice of their own for one concern, so that one throw more there changes nothing elsewhere. */
  for(concern: string): Dice {
    return new Dice(this.seed, `${this.concern}/${concern}`);
  }

  fraction(): number {
    return this.#chance.fraction();
  }

  secretHex(bytes: number): string {
    return this.#chance.secretHex(bytes);
  }

  /** Lower-case hexadecimal digits; the `Random` port of the SDK. */
  hex(digits: number): string {
    return this.#chance.secretHex(Math.ceil(digits / 2)).slice(0, digits);
  }

  happens(rate: number): boolean {
    return this.fraction() < rate;
  }

  /** At least `least`, less than `most`. */
  between(least: number, most: number): number {
    return least + this.fraction() * (most - least);
  }

  /** A whole number from `least` to `most`. */
  whole(least: number, most: number): number {
    return least + Math.floor(this.fraction() * (most - least + 1));
  }

  pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.fraction() * from.length)] as T;
  }

  /** One of the names, by their weights. */
  weighted<N extends string>(weights: Readonly<Record<N, number>>): N {
    const names = Object.keys(weights) as N[];
    let rest = this.fraction() * names.reduce((sum, name) => sum + weights[name], 0);
    for (const name of names) {
      rest -= weights[name];
      if (rest < 0) return name;
    }
    return names[0] as N;
  }
}

/** FNV-1a over the concern, mixed with the seed. */
function mix(seed: number, concern: string): number {
  let hash = 0x811c9dc5 ^ Math.imul(seed + 1, 0x9e3779b1);
  for (let i = 0; i < concern.length; i += 1) hash = Math.imul(hash ^ concern.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

import { Seals } from '../../../src/engines/files/seals.js';
import type { Time } from '../../../src/ports/index.js';

/** More than passes without a turn. */
export const LARGE = 2 * 1024 * 1024;

/** All places for sealing are taken, by files of somebody else that get on and end when the test says so. */
export class BusySeals {
  private readonly others: { readonly onPiece: () => void; readonly end: () => void }[] = [];

  constructor(
    time: Time,
    readonly seals = new Seals(time),
  ) {
    for (let n = 0; n < 4; n++) {
      const other = { appId: 'other', path: `other-${n}`, bytes: LARGE };
      void this.seals.read(other, (onPiece) => new Promise<void>((end) => this.others.push({ onPiece, end })));
    }
  }

  move(): void {
    this.others[0]?.onPiece();
  }

  end(): void {
    for (const { end } of this.others) end();
  }
}

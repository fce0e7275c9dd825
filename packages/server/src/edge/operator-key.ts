import type { Chance, Records } from '../ports/index.js';
import { hashSecret, isSecretOf } from './secret-hash.js';

const RECORD = 'secret/operator';
const KEY_BYTES = 32;

/**
 * The key of whoever runs the server, for what is nobody else's business, such as the metrics. It is made with the data,
 * shown once, and kept as a hash.
 */
export class OperatorKey {
  private constructor(
    private readonly hash: string,
    /** The key itself, when it was made just now. */
    readonly fresh: string | undefined,
  ) {}

  /** The key of these data, or a fresh one, which is to be kept when it can be shown. */
  static open(records: Records, chance: Chance): OperatorKey {
    const hash = records.get(RECORD)?.hash;
    return typeof hash === 'string' ? new OperatorKey(hash, undefined) : OperatorKey.make(chance);
  }

  /** Makes a new key; the old one ends. */
  static async reset(records: Records, chance: Chance): Promise<OperatorKey> {
    const key = OperatorKey.make(chance);
    await key.keep(records);
    return key;
  }

  private static make(chance: Chance): OperatorKey {
    const key = `op_${chance.secretHex(KEY_BYTES)}`;
    return new OperatorKey(hashSecret(key), key);
  }

  /** Writes a fresh key. A start that fails before it shows the key must not have kept it. */
  async keep(records: Records): Promise<void> {
    if (this.fresh !== undefined) await records.write([{ key: RECORD, value: { hash: this.hash } }]);
  }

  isKey(text: string): boolean {
    return isSecretOf(this.hash, text);
  }
}

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

  /** The key of these data; the first call makes it. */
  static async open(records: Records, chance: Chance): Promise<OperatorKey> {
    const hash = records.get(RECORD)?.hash;
    return typeof hash === 'string' ? new OperatorKey(hash, undefined) : OperatorKey.reset(records, chance);
  }

  /** Makes a new key; the old one ends. */
  static async reset(records: Records, chance: Chance): Promise<OperatorKey> {
    const key = `op_${chance.secretHex(KEY_BYTES)}`;
    const hash = hashSecret(key);
    await records.write([{ key: RECORD, value: { hash } }]);
    return new OperatorKey(hash, key);
  }

  isKey(text: string): boolean {
    return isSecretOf(this.hash, text);
  }
}

import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import type { Signer } from '../ports/transport.js';

/** Signatures under the secret of the data directory. */
export class NodeSigner implements Signer {
  constructor(private readonly secret: Uint8Array) {}

  sign(text: string): string {
    return createHmac('sha256', this.secret).update(text).digest('base64url');
  }

  idOf(text: string): string {
    return createHmac('sha256', this.secret).update(text).digest('hex').slice(0, 32);
  }

  verify(text: string, signature: string): boolean {
    const expected = Buffer.from(this.sign(text));
    const given = Buffer.from(signature);
    return expected.length === given.length && timingSafeEqual(expected, given);
  }

  digest(text: string): string {
    return hash('sha256', text, 'base64url');
  }
}

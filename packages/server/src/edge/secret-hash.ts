import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * Hashes of secrets that this program made itself: 32 random bytes need neither salt nor a slow hash. The text form is that
 * of the configuration.
 */
export function hashSecret(secret: string): string {
  return `sha256:${createHash('sha256').update(secret).digest('base64url')}`;
}

/** Whether the hash is that of the secret; takes the same time wherever they differ. */
export function isSecretOf(hash: string, secret: string): boolean {
  const [expected, given] = [Buffer.from(hash), Buffer.from(hashSecret(secret))];
  return expected.length === given.length && timingSafeEqual(expected, given);
}

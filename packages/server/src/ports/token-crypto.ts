/** Cryptography and compression under login tokens; the domain, which uses it, says what it promises. */
export type { TokenCrypto } from '../domain/tokens-crypto.js';

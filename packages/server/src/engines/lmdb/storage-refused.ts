/**
 * The data directory cannot be used as it is. The message says what was found and what to do about it, for the person
 * who starts the server.
 */
export class StorageRefused extends Error {
  override readonly name = 'StorageRefused';
  constructor(
    readonly kind: 'locked' | 'read-only' | 'damaged' | 'newer' | 'not-empty' | 'missing' | 'check-failed',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

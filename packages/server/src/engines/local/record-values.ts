import type { RecordValue, SessionToken } from '../../ports/index.js';

/** Reads fields of records. They passed a checksum, but may come from another version: a missing field has a default. */
export function numberOf(value: RecordValue, field: string): number {
  const found = value[field];
  return typeof found === 'number' && Number.isFinite(found) ? found : 0;
}

export function textOf(value: RecordValue, field: string): string {
  const found = value[field];
  return typeof found === 'string' ? found : '';
}

export function textsOf(value: RecordValue, field: string): string[] {
  const found = value[field];
  return Array.isArray(found) ? found.filter((item) => typeof item === 'string') : [];
}

/** The `token` of a session, or of a client that may come back. */
export function tokenOf(value: RecordValue): SessionToken | undefined {
  const { token } = value as { readonly token?: RecordValue };
  const name = token ? textOf(token, 'name') : '';
  return token && name !== '' ? { name, endTs: numberOf(token, 'endTs') } : undefined;
}

import type { Identity } from './session.js';

/** Any 32 hex digits do on a server in development mode. */
const DEVELOPMENT_APP_ID = '0123456789abcdef0123456789abcdef';
const KEY = 'ar-rtm-console';

/** A new user suggests a name of its own. */
export function suggestIdentity(): Identity {
  return { appId: DEVELOPMENT_APP_ID, uid: `user-${Math.floor(1000 + Math.random() * 9000)}` };
}

/** Who was logged in last in this tab. */
export function recall(): readonly Identity[] {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? '[]');
    return Array.isArray(kept) ? kept.filter(isIdentity).map(({ appId, uid }) => ({ appId, uid })) : [];
  } catch {
    return []; // Storage is switched off, or holds something else.
  }
}

export function remember(identities: readonly Identity[]): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(identities));
  } catch {
    // Storage is switched off: the fields are filled in again by hand.
  }
}

function isIdentity(value: unknown): value is Identity {
  const { appId, uid } = (value ?? {}) as Partial<Record<keyof Identity, unknown>>;
  return typeof appId === 'string' && typeof uid === 'string';
}

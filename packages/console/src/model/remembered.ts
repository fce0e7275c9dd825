import type { Identity } from './session.js';

/** Any 32 hex digits do on a server in development mode. */
const DEVELOPMENT_APP_ID = '0123456789abcdef0123456789abcdef';
const KEY = 'ar-rtm-console';

/** Who logged in last in this tab; a new tab suggests a user of its own. */
export function recall(): Identity {
  const suggestion = { appId: DEVELOPMENT_APP_ID, uid: `user-${Math.floor(1000 + Math.random() * 9000)}` };
  try {
    const { appId, uid } = JSON.parse(sessionStorage.getItem(KEY) ?? '{}') as Partial<Record<string, unknown>>;
    return {
      appId: typeof appId === 'string' ? appId : suggestion.appId,
      uid: typeof uid === 'string' ? uid : suggestion.uid,
    };
  } catch {
    return suggestion; // Storage is switched off, or holds something else.
  }
}

export function remember({ appId, uid }: Identity): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ appId, uid }));
  } catch {
    // Storage is switched off: the fields are filled in again by hand.
  }
}

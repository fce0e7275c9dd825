import type { AttributesMap } from 'ar-rtm-sdk';
import { useCallback, useMemo, useSyncExternalStore } from 'react';
import { watchHeld } from './model/store.js';
import { NO_ATTRIBUTES, type RtmUserAttributesState } from './model/user-attributes.js';
import { useModel } from './rtm-context.js';

/** Attributes of a user, and the way to change one's own. */
export interface RtmUserAttributes extends RtmUserAttributesState {
  /** Asks for them again. Failures are in `error`. */
  refresh(): Promise<void>;
  /** As `RtmClient.setLocalUserAttributes`: replaces all attributes of this user, whoever's are shown. */
  set(attributes: AttributesMap): Promise<void>;
  /** As `RtmClient.addOrUpdateLocalUserAttributes`. */
  update(attributes: AttributesMap): Promise<void>;
  /** As `RtmClient.deleteLocalUserAttributesByKeys`. */
  remove(keys: readonly string[]): Promise<void>;
}

/**
 * Attributes of a user who is online, or of this user when no id is given. They are asked for when the component is mounted,
 * with every login, and by `refresh`: no event tells when somebody else's change. What the functions here change shows at once.
 */
export function useUserAttributes(userId = ''): RtmUserAttributes {
  const { users, client } = useModel('useUserAttributes');
  const watch = useCallback((tell: () => void) => watchHeld(users.shared(userId), tell), [users, userId]);
  const read = () => users.peek(userId)?.store.get() ?? NO_ATTRIBUTES;
  const state = useSyncExternalStore(watch, read, () => NO_ATTRIBUTES);
  return useMemo(() => {
    const changed = async (change: Promise<void>) => {
      await change;
      await Promise.all([...users].map((user) => (user.isOwn ? user.refresh() : undefined)));
    };
    return {
      ...state,
      refresh: async () => users.peek(userId)?.refresh(),
      set: (attributes) => changed(client.setLocalUserAttributes(attributes)),
      update: (attributes) => changed(client.addOrUpdateLocalUserAttributes(attributes)),
      remove: (keys) => changed(client.deleteLocalUserAttributesByKeys([...keys])),
    };
  }, [state, users, userId, client]);
}

import type { ClientProfile } from './client-profile.js';
import type { ClientSocket } from './client-socket.js';

/** The session whose inbox is carried. */
export interface InboxOwner {
  readonly appId: string;
  readonly uid: string;
  readonly generation: number;
  readonly state: 'active' | 'suspended' | 'ended';
  readonly connection: ClientSocket | undefined;
  readonly profile: ClientProfile | undefined;
}

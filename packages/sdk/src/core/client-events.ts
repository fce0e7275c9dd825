import type { Call } from './call.js';
import type { ConnectionReason, ConnectionState } from './connection-state.js';

/** The client object of the application, as the core sees it. */
export interface ClientEvents {
  /** Gives the application an invitation that came, as an object whose events go to `call.events`. */
  invited(call: Call, channelId: string): void;
  emit(event: 'ConnectionStateChanged', state: ConnectionState, reason: ConnectionReason, details?: object): unknown;
  emit(event: 'MessageFromPeer', message: object, peerId: string, properties: object): unknown;
  emit(event: 'PeersOnlineStatusChanged', states: object): unknown;
  emit(event: 'TokenWillExpired' | 'TokenPrivilegeWillExpire' | 'TokenExpired' | 'TokenDidExpired'): unknown;
}

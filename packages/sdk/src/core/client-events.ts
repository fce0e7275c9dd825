import type { ConnectionReason, ConnectionState } from './connection-state.js';

/** The client object of the application, as the core sees it. */
export interface ClientEvents {
  emit(event: 'ConnectionStateChanged', state: ConnectionState, reason: ConnectionReason, details?: object): unknown;
  emit(event: 'MessageFromPeer', message: object, peerId: string, properties: object): unknown;
  emit(event: 'PeersOnlineStatusChanged', states: object): unknown;
  emit(event: 'TokenWillExpired' | 'TokenPrivilegeWillExpire' | 'TokenExpired' | 'TokenDidExpired'): unknown;
}

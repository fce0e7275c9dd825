import type { ConnectionDetails, RtmStatusCode } from 'ar-rtm-sdk';
import { useMemo } from 'react';
import { useRtm } from './rtm-provider.js';

/** The connection, as `ConnectionStateChanged` told it last. */
export interface RtmConnection {
  readonly state: RtmStatusCode.ConnectionState;
  /** Why it is so; `undefined` before the first change. */
  readonly reason: RtmStatusCode.ConnectionChangeReason | undefined;
  /** What the last restored connection brought back; `undefined` when none was restored in this session. */
  readonly details: ConnectionDetails | undefined;
}

/** The connection of the provider's client. On a server, and before the first login, `DISCONNECTED`. */
export function useConnectionState(): RtmConnection {
  const { connectionState: state, reason, details } = useRtm();
  return useMemo(() => ({ state, reason, details }), [state, reason, details]);
}

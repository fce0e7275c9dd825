/** Bodies of the HTTP calls that every client makes (wire-protocol.md section 2). */
import {
  type FieldsResult,
  flag,
  INVALID,
  integer,
  isObject,
  list,
  optional,
  parseText,
  type Read,
  readFields,
  string,
  stringOrEmpty,
} from './fields.js';

export const GATEWAY_PATH = '/arapi/v1';
export const GATEWAY_ACTION = 'wrtm_gateway';
export const OFFLINE_PATH = '/arapi/v1/artmgw/getOfflineMsg';
export const CHANNEL_HISTORY_PATH = '/arapi/v1/artmgw/getChanHistoryMsg';
export const PEER_HISTORY_PATH = '/arapi/v1/artmgw/getP2PHistoryMsg';

const GATEWAY_REQUEST = { appid: string, uid: stringOrEmpty, token: stringOrEmpty, wss: flag } as const;
const OFFLINE_REQUEST = { uid: string, sessId: string, appId: string } as const;
const GATEWAY_REPLY = {
  code: integer,
  sessionid: optional(string),
  addresses: optional(list({ type: integer, addr: string, port: optional(integer) })),
} as const;

export type GatewayRequest = Read<typeof GATEWAY_REQUEST>;
export type GatewayReply = Read<typeof GATEWAY_REPLY>;
export type OfflineRequest = Read<typeof OFFLINE_REQUEST>;

/** One stored message in a getOfflineMsg reply. */
export interface OfflineItem {
  readonly msgFrom: string;
  readonly msgType: number;
  readonly msgBody: string;
  readonly msgTs: number;
  readonly msgStatus: 0;
}

export interface OfflineReply {
  readonly code: number;
  readonly data: readonly OfflineItem[];
}

export const decodeGatewayRequest = bodyReader(GATEWAY_REQUEST);
export const decodeGatewayReply = bodyReader(GATEWAY_REPLY);
export const decodeOfflineRequest = bodyReader(OFFLINE_REQUEST);

function bodyReader<F extends Parameters<typeof readFields>[0]>(fields: F): (text: string) => FieldsResult<Read<F>> {
  return (text) => {
    const body = parseText(text);
    if (body === INVALID || !isObject(body)) return { ok: false, field: '(body)' };
    return readFields(fields, body);
  };
}

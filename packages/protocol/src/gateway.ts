/** Bodies of the HTTP calls that every client makes (wire-protocol.md section 2). */
import {
  type Fields,
  type FieldsResult,
  flag,
  integer,
  list,
  optional,
  optionalInteger,
  optionalString,
  parseText,
  type Read,
  readFields,
  string,
  stringOrEmpty,
  strings,
} from './fields.js';

export const GATEWAY_PATH = '/arapi/v1';
export const GATEWAY_ACTION = 'wrtm_gateway';
export const OFFLINE_PATH = '/arapi/v1/artmgw/getOfflineMsg';
export const CHANNEL_HISTORY_PATH = '/arapi/v1/artmgw/getChanHistoryMsg';
export const PEER_HISTORY_PATH = '/arapi/v1/artmgw/getP2PHistoryMsg';
export const LOG_PATH = '/arapi/v1/artmgw/uploadLog';

const GATEWAY_REQUEST = { appid: string, uid: stringOrEmpty, token: stringOrEmpty, wss: flag } as const;
const OFFLINE_REQUEST = { uid: string, sessId: string, appId: string } as const;
const LOG_REQUEST = { uid: string, sessId: string, appId: string, lines: strings } as const;
/** The history endpoints (extension P8): old releases send no more than an id, the session and the app. */
const HISTORY_REQUEST = {
  sessId: string,
  appId: string,
  peerId: optionalString,
  fromUId: optionalString,
  chanId: optionalString,
  offset: optionalInteger,
  startTs: optionalInteger,
  endTs: optionalInteger,
  limit: optionalInteger,
  order: optionalString,
} as const;
const GATEWAY_REPLY = {
  code: integer,
  sessionid: optionalString,
  addresses: /* @__PURE__ */ optional(list({ type: integer, addr: string, port: optionalInteger })),
} as const;

export type GatewayRequest = Read<typeof GATEWAY_REQUEST>;
export type GatewayReply = Read<typeof GATEWAY_REPLY>;
export type HistoryRequest = Read<typeof HISTORY_REQUEST>;
export type OfflineRequest = Read<typeof OFFLINE_REQUEST>;

/** One stored message in a getOfflineMsg reply. */
export interface OfflineItem {
  readonly msgFrom: string;
  readonly msgType: number;
  readonly msgBody: string;
  readonly msgTs: number;
  readonly msgStatus: 0;
  /** Ours: the description of a message that is no text. */
  readonly msgDesc?: string;
}

/** One message of a history reply. */
export interface HistoryItem extends OfflineItem {
  /** Names the message in its conversation; later ones have a higher one. */
  readonly msgOffset: number;
}

/** `total`: messages that are kept of the conversation. `more`: the page is not the last. */
export interface HistoryReply {
  readonly code: number;
  readonly data: readonly HistoryItem[];
  readonly total: number;
  readonly more: boolean;
}

export interface OfflineReply {
  readonly code: number;
  readonly data: readonly OfflineItem[];
}

export const decodeGatewayRequest = /* @__PURE__ */ bodyReader(GATEWAY_REQUEST);
export const decodeGatewayReply = /* @__PURE__ */ bodyReader(GATEWAY_REPLY);
export const decodeOfflineRequest = /* @__PURE__ */ bodyReader(OFFLINE_REQUEST);
export const decodeLogRequest = /* @__PURE__ */ bodyReader(LOG_REQUEST);
export const decodeHistoryRequest = /* @__PURE__ */ bodyReader(HISTORY_REQUEST);

function bodyReader<F extends Fields>(fields: F): (text: string) => FieldsResult<Read<F>> {
  return (text) => readFields(fields, parseText(text));
}

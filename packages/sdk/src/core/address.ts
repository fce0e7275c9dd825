import { GATEWAY_ACTION, GATEWAY_PATH } from 'ar-rtm-protocol';

/** Where a server is: base of its HTTP addresses, and whether its sockets use TLS too. */
export interface Address {
  readonly base: string;
  readonly secure: boolean;
}

const HOST = /^(\[[\da-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i;

/**
 * Reads the public address parameter (api.md 2.1): `{ ServerAdd, Port?, Wss? }`. A port may also be part of
 * `ServerAdd`, as 1.0.15 allowed. `undefined` when it is not valid.
 */
export function readAddress(value: unknown): Address | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { ServerAdd: host, Port: port, Wss: secure = true } = value as Record<string, unknown>;
  const [, , ownPort] = (typeof host === 'string' && HOST.exec(host)) || [];
  if (typeof host !== 'string' || !HOST.test(host) || typeof secure !== 'boolean') return undefined;
  if (ownPort !== undefined && (port !== undefined || !isPort(Number(ownPort.slice(1))))) return undefined;
  if (port !== undefined && !isPort(port)) return undefined;
  return { base: `${secure ? 'https' : 'http'}://${host}${port === undefined ? '' : `:${port}`}`, secure };
}

/** The address of an http(s) origin such as that of the page. */
export function addressOfOrigin(origin: string | undefined): Address | undefined {
  if (origin === undefined || !/^https?:\/\//.test(origin)) return undefined;
  return { base: origin, secure: origin.startsWith('https') };
}

export function gatewayUrl({ base }: Address): string {
  return `${base}${GATEWAY_PATH}?action=${GATEWAY_ACTION}`;
}

/** WebSocket address from an entry of the gateway's reply (wire-protocol.md 3.1). */
export function socketUrl({ secure }: Address, host: string, port: number | undefined): string {
  return `${secure ? 'wss' : 'ws'}://${host}:${port || 443}`;
}

function isPort(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 65_535;
}

import { GATEWAY_ACTION, GATEWAY_PATH, isObject } from 'ar-rtm-protocol';

/** Where a server is: base of its HTTP addresses, and whether its sockets use TLS too. */
export interface Address {
  readonly base: string;
  readonly secure: boolean;
}

const HOST = /^(?:\[[\da-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i;

/**
 * Reads the public address parameter (api.md 2.1): `{ ServerAdd, Port?, Wss? }`. A port may also be part of
 * `ServerAdd`, as 1.0.15 allowed. `undefined` when it is not valid.
 */
export function readAddress(value: unknown): Address | undefined {
  if (!isObject(value)) return undefined;
  const { ServerAdd: host, Port: port, Wss: secure = true } = value as Record<string, unknown>;
  const match = typeof host === 'string' && HOST.exec(host);
  if (!match || typeof secure !== 'boolean') return undefined;
  const ownPort = match[1] && Number(match[1].slice(1));
  // At most one of the two is there, and it is a port.
  if (![port, ownPort].every((given) => given === undefined || isPort(given)) || (port && ownPort)) return undefined;
  return { base: `http${secure ? 's' : ''}://${host}${port === undefined ? '' : `:${port}`}`, secure };
}

/** The address of an http(s) origin such as that of the page. */
export function addressOfOrigin(origin: string | undefined): Address | undefined {
  const match = /^http(s?):\/\//.exec(origin ?? '');
  return match ? { base: match.input, secure: match[1] === 's' } : undefined;
}

export function gatewayUrl({ base }: Address): string {
  return `${base}${GATEWAY_PATH}?action=${GATEWAY_ACTION}`;
}

/** WebSocket address from an entry of the gateway's reply (wire-protocol.md 3.1). */
export function socketUrl({ secure }: Address, host: string, port: number | undefined): string {
  return `ws${secure ? 's' : ''}://${host}:${port || 443}`;
}

function isPort(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 65_535;
}

import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { Address } from '../../app/gateway.js';
import type { HostAndPort } from '../../domain/http-address.js';

export type PublicAddress = HostAndPort;

const HOST = /^([a-zA-Z0-9._-]{1,253}|\[[0-9a-fA-F:.]{2,45}\])(?::(\d{1,5}))?$/;

/**
 * The host that the client of a request reaches this server at: the configured one, else that of its own `Host` header.
 * Absent when the header is no host and port: it is text of the client, and goes nowhere unchecked.
 */
export function reachedHost(
  hostHeader: string | undefined,
  publicAddress: PublicAddress | undefined,
): HostAndPort | undefined {
  if (publicAddress) return publicAddress;
  const [, host, digits] = HOST.exec(hostHeader ?? '') ?? [];
  const port = digits === undefined ? undefined : Number(digits);
  const isPort = port === undefined || (port > 0 && port < 65536);
  return host && isPort && isUsable(host, port) ? { host, port } : undefined;
}

/**
 * Where the client that sent a request reaches the WebSocket: the address that it used itself, so that the server works
 * on a second host name, behind a port map and behind a TLS proxy (design 9). The scheme is the client's own choice
 * (`wss` in its request), and with it the default port.
 */
export function clientAddress(request: {
  readonly hostHeader: string | undefined;
  readonly wss: boolean;
  /** Where the socket of the request arrived; asked for only where nothing better is known. */
  local(): HostAndPort;
  readonly publicAddress: PublicAddress | undefined;
}): Address {
  const defaultPort = request.wss ? 443 : 80;
  const named = reachedHost(request.hostHeader, request.publicAddress);
  if (named) return { host: named.host, port: named.port ?? defaultPort };
  const { host, port = defaultPort } = request.local();
  return { host: host.includes(':') ? `[${host}]` : host, port };
}

/** Some proxies name the port too. */
const WITH_PORT = /^(?:\[([0-9a-fA-F:.]+)\]|(\d+(?:\.\d+){3}))(?::\d+)?$/;

/**
 * The address that a request came from: that of its socket, or the one that a trusted proxy in front has added to
 * `X-Forwarded-For`, which is the last. What the client itself sent before it need not be true.
 */
export function sourceOf({ headers, socket }: IncomingMessage, trustProxy: boolean): string {
  const own = socket.remoteAddress ?? '';
  if (!trustProxy) return own;
  const named = [headers['x-forwarded-for']].flat().at(-1)?.split(',').at(-1)?.trim() ?? '';
  const [, bracketed, dotted] = WITH_PORT.exec(named) ?? [];
  const address = bracketed ?? dotted ?? named;
  // A copy: what is cut out of a text keeps the whole of it in memory, and this lives as long as the connection.
  return isIP(address) === 0 ? own : [...address].join('');
}

/** Whether the client reaches this server over TLS, as far as a trusted proxy in front says so (`X-Forwarded-Proto`). */
export function isOverTls({ headers }: IncomingMessage, trustProxy: boolean): boolean {
  if (!trustProxy) return false;
  return [headers['x-forwarded-proto']].flat().at(-1)?.split(',').at(-1)?.trim().toLowerCase() === 'https';
}

/** What was asked for last: nearly always the next one asks for the same, and parsing it is slow. */
let last = { authority: '', usable: false };

/** Whether a client can build a WebSocket from it: otherwise its login would hang (wire-protocol.md 3.1). */
function isUsable(host: string, port: number | undefined): boolean {
  const authority = port === undefined ? host : `${host}:${port}`;
  if (authority !== last.authority) last = { authority, usable: URL.canParse(`http://${authority}/`) };
  return last.usable;
}

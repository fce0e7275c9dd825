import type { Address } from '../../app/gateway.js';

export interface PublicAddress {
  readonly host: string;
  readonly port?: number | undefined;
}

const HOST = /^([a-zA-Z0-9._-]{1,253}|\[[0-9a-fA-F:.]{2,45}\])(?::(\d{1,5}))?$/;

/**
 * Where the client that sent a request reaches the WebSocket: the address that it used itself, so that the server works
 * on a second host name, behind a port map and behind a TLS proxy (design 9). The scheme is the client's own choice
 * (`wss` in its request), and with it the default port.
 */
export function clientAddress(request: {
  readonly hostHeader: string | undefined;
  readonly wss: boolean;
  readonly localAddress: string;
  readonly localPort: number;
  readonly publicAddress: PublicAddress | undefined;
}): Address {
  const defaultPort = request.wss ? 443 : 80;
  const { publicAddress } = request;
  if (publicAddress) return { host: publicAddress.host, port: publicAddress.port ?? defaultPort };
  const match = HOST.exec(request.hostHeader ?? '');
  const port = match?.[2] === undefined ? defaultPort : Number(match[2]);
  if (match?.[1] && port > 0 && port < 65536 && isUsable(match[1], port)) return { host: match[1], port };
  const { localAddress } = request;
  return { host: localAddress.includes(':') ? `[${localAddress}]` : localAddress, port: request.localPort };
}

/** Whether a client can build a WebSocket from it: otherwise its login would hang (wire-protocol.md 3.1). */
function isUsable(host: string, port: number): boolean {
  return URL.canParse(`http://${host}:${port}/`);
}

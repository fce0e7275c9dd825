import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ServerNode } from './app/server-node.js';
import type { NodeSettings } from './app/settings.js';
import { DEFAULT_SETTINGS } from './app/settings.js';
import { type App, Apps } from './domain/apps.js';
import { Tokens } from './domain/tokens.js';
import type { TokenPolicy } from './domain/tokens-policy.js';
import type { PublicAddress } from './edge/http/address.js';
import { OriginRule } from './edge/http/origins.js';
import { createHttpServer } from './edge/http/server.js';
import { NodeSigner } from './edge/node-signer.js';
import { NodeChance, NodeTime } from './edge/node-time.js';
import { nodeTokenCrypto } from './edge/node-token-crypto.js';
import { webSocketFraming } from './edge/ws/framing.js';
import { acceptUpgrades } from './edge/ws/upgrade.js';
import { LocalEngine, type LocalLimits } from './engines/local/index.js';
import type { Chance, Counters, Engine, Logger, Records, Time } from './ports/index.js';

/** What the composition needs; the configuration is turned into it by the command line. */
export interface ServerOptions {
  readonly host: string;
  readonly port: number;
  readonly records: Records;
  readonly logger: Logger;
  readonly counters: Counters;
  readonly apps: readonly App[];
  readonly tokenPolicy?: Partial<TokenPolicy>;
  readonly settings?: Partial<NodeSettings>;
  readonly engineLimits?: Partial<LocalLimits>;
  readonly allowedOrigins?: readonly string[] | undefined;
  readonly publicAddress?: PublicAddress | undefined;
  readonly publicDir?: string | undefined;
  readonly version: string;
  readonly httpBodyBytes: number;
  readonly frameCloseBytes: number;
  readonly maxConnections: number;
  readonly requestTimeoutMs: number;
}

export interface RunningServer {
  readonly port: number;
  /** Live objects by kind; for leak tests. */
  census(): Readonly<Record<string, number>>;
  /** Refuses logins, closes sockets with a reconnect code, writes what the next start needs. */
  stop(): Promise<void>;
}

const SECRET_KEY = 'secret/tickets';
const SECRET_BYTES = 32;

/** Joins all parts to one server: one node on the embedded engine. The only file that knows every part. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { records, logger, counters } = options;
  const time = new NodeTime();
  const chance = new NodeChance();
  const secret = await ticketSecret(records, chance);
  const engine = new LocalEngine({ records, time, counters, logger, limits: options.engineLimits ?? {} });
  await engine.open();
  const node = createNode({ ...options, engine: engine.connect(), time, chance, secret });
  const edge = await openEdge(options, node);
  try {
    await node.start();
    await listen(edge.server, options.host, options.port);
  } catch (error) {
    await node.stop();
    await edge.close();
    await engine.close({ graceful: true });
    throw error;
  }
  const { port } = edge.server.address() as AddressInfo;
  let stopping: Promise<void> | undefined;
  return {
    port,
    census: () => ({ ...node.census, ...engine.sizes() }),
    stop: () => {
      stopping ??= (async () => {
        await node.drain();
        await node.stop();
        await edge.close();
        await engine.close({ graceful: true });
        await records.close();
      })();
      return stopping;
    },
  };
}

/** One node over an engine; tests put several into one process. */
export function createNode(parts: {
  readonly engine: Engine;
  readonly time: Time;
  readonly chance: Chance;
  readonly secret: Uint8Array;
  readonly logger: Logger;
  readonly counters: Counters;
  readonly apps: readonly App[];
  readonly tokenPolicy?: Partial<TokenPolicy>;
  readonly settings?: Partial<NodeSettings>;
}): ServerNode {
  const nodeId = parts.chance.secretHex(8);
  const context = {
    nodeId,
    engine: parts.engine,
    time: parts.time,
    chance: parts.chance,
    framing: webSocketFraming,
    signer: new NodeSigner(parts.secret),
    logger: parts.logger.child({ nodeId }),
    counters: parts.counters,
    settings: { ...DEFAULT_SETTINGS, ...parts.settings },
  };
  return new ServerNode(context, new Apps(parts.apps), new Tokens(nodeTokenCrypto, parts.tokenPolicy));
}

/** HTTP and WebSocket of one node, not listening yet. */
export async function openEdge(
  options: Omit<ServerOptions, 'records' | 'host' | 'port' | 'apps' | 'logger' | 'counters'>,
  node: ServerNode,
): Promise<{ readonly server: Server; close(): Promise<void> }> {
  const origins = new OriginRule(options.allowedOrigins);
  const { app, server } = await createHttpServer({
    gateway: node.gateway,
    origins,
    publicAddress: options.publicAddress,
    bodyBytes: options.httpBodyBytes,
    publicDir: options.publicDir,
    sdkVersion: options.version,
    requestTimeoutMs: options.requestTimeoutMs,
    isReady: () => node.isReady,
  });
  await app.ready();
  const upgrades = acceptUpgrades(server, {
    maxFrameBytes: options.frameCloseBytes,
    maxConnections: options.maxConnections,
    origins,
    connectionCount: () => node.connectionCount,
    isReady: () => node.isReady,
    accept: (transport) => node.accept(transport),
  });
  return {
    server,
    close: async () => {
      upgrades.close();
      await app.close();
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, backlog: 4096 }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** The secret of the tickets lives with the data, so that a restart, and every node of a shared engine, knows it. */
async function ticketSecret(records: Records, chance: Chance): Promise<Uint8Array> {
  const known = records.get(SECRET_KEY)?.hex;
  if (typeof known === 'string') return Buffer.from(known, 'hex');
  const hex = chance.secretHex(SECRET_BYTES);
  await records.write([{ key: SECRET_KEY, value: { hex } }]);
  return Buffer.from(hex, 'hex');
}

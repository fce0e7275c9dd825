import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ScopedTime } from './app/scoped-time.js';
import { ServerNode } from './app/server-node.js';
import type { NodeSettings } from './app/settings.js';
import { DEFAULT_SETTINGS } from './app/settings.js';
import { type App, Apps } from './domain/apps.js';
import { Tokens } from './domain/tokens.js';
import type { TokenPolicy } from './domain/tokens-policy.js';
import { Closing } from './edge/closing.js';
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
  /** Whether `X-Forwarded-For` is believed. Default: no. */
  readonly trustProxy?: boolean | undefined;
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
  /**
   * Refuses logins, closes sockets with a reconnect code, writes what the next start needs, closes the records. A step that
   * fails does not keep the others from being done; then it rejects with the first failure.
   */
  stop(): Promise<void>;
}

const SECRET_KEY = 'secret/tickets';
const SECRET_BYTES = 32;

/**
 * Joins all parts to one server: one node on the embedded engine. The only file that knows every part. The records are the
 * server's from now on: they are closed with it, and when the start fails.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const closing = new Closing(options.logger);
  try {
    return await open(options, closing);
  } catch (error) {
    // Whatever else fails has been logged; this is why.
    await closing.run().catch(() => undefined);
    throw error;
  }
}

/** Opens one part after the other and says how each is closed. */
async function open(options: ServerOptions, closing: Closing): Promise<RunningServer> {
  const { records, logger, counters } = options;
  closing.add('records', () => records.close());
  const time = new NodeTime();
  const chance = new NodeChance();
  const secret = await ticketSecret(records, chance);
  const engine = new LocalEngine({ records, time, counters, logger, limits: options.engineLimits ?? {} });
  await engine.open();
  closing.add('engine', () => engine.close({ graceful: true }));
  const nodeTime = new ScopedTime(time);
  const node = createNode({ ...options, engine: engine.connect(), time: nodeTime, chance, secret });
  // Whoever waits to ask the engine again, for sessions that the node has let go of, does not.
  closing.add('timers', () => nodeTime.end());
  const edge = await openEdge(options, node);
  closing.add('edge', () => edge.close());
  closing.add('node', () => node.stop());
  await node.start();
  await listen(edge.server, options.host, options.port);
  closing.add('sockets', () => node.drain());
  const { port } = edge.server.address() as AddressInfo;
  return { port, census: () => ({ ...node.census, ...engine.sizes() }), stop: () => closing.run() };
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
    history: node.historyGateway,
    origins,
    publicAddress: options.publicAddress,
    trustProxy: options.trustProxy ?? false,
    bodyBytes: options.httpBodyBytes,
    publicDir: options.publicDir,
    sdkVersion: options.version,
    requestTimeoutMs: options.requestTimeoutMs,
    isReady: () => node.isReady,
  });
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

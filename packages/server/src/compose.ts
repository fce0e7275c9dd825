import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AdminSources } from './app/admin/admin-api.js';
import type { BackEndLimits } from './app/back-end/back-end-api.js';
import type { ApiKey } from './app/back-end/credentials.js';
import { ScopedTime } from './app/scoped-time.js';
import { ServerNode } from './app/server-node.js';
import type { NodeSettings } from './app/settings.js';
import { DEFAULT_SETTINGS } from './app/settings.js';
import { type App, Apps } from './domain/apps.js';
import { Tokens } from './domain/tokens.js';
import type { TokenPolicy } from './domain/tokens-policy.js';
import { Closing } from './edge/closing.js';
import type { PublicAddress } from './edge/http/address.js';
import type { AdminRoutes } from './edge/http/admin.js';
import { AdminGuard } from './edge/http/admin-guard.js';
import { createAdminServer } from './edge/http/admin-server.js';
import { type Metrics, metricsServer } from './edge/http/metrics.js';
import { OriginRule } from './edge/http/origins.js';
import { createHttpServer } from './edge/http/server.js';
import { NodeSigner } from './edge/node-signer.js';
import { NodeChance, NodeTime } from './edge/node-time.js';
import { nodeTokenCrypto } from './edge/node-token-crypto.js';
import { ProcessMeter } from './edge/observability/index.js';
import { OperatorKey } from './edge/operator-key.js';
import { isSecretOf } from './edge/secret-hash.js';
import { webSocketFraming } from './edge/ws/framing.js';
import { acceptUpgrades } from './edge/ws/upgrade.js';
import { LocalEngine, type LocalLimits, RECORD_KEYS } from './engines/local/index.js';
import { MemoryMediaBytes } from './engines/memory/memory-media-bytes.js';
import type {
  Chance,
  ClientLogs,
  Counters,
  CounterValues,
  Engine,
  Logger,
  MediaBytes,
  Records,
  Time,
} from './ports/index.js';

/** What the composition needs; the configuration is turned into it by the command line. */
export interface ServerOptions {
  readonly host: string;
  readonly port: number;
  readonly records: Records;
  readonly logger: Logger;
  readonly counters: Counters & CounterValues;
  /** Where log lines of clients go; absent: nowhere. */
  readonly clientLogs?: ClientLogs | undefined;
  /** Where uploaded files go; absent: into memory. */
  readonly mediaBytes?: MediaBytes | undefined;
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
  readonly requestTimeoutMs: number;
  /** Who may call the REST API with a key, and how often it may be called. */
  readonly apiKeys?: readonly ApiKey[];
  readonly rest?: RestOptions;
  /** The page of metrics, for the operator key. Absent: there is none. */
  readonly metrics?: Metrics | undefined;
  /** A second address for it, without a key. */
  readonly metricsAddress?: ListenAddress | undefined;
  /** An address of its own for the operator's part. Absent: it is beside everything else. */
  readonly adminAddress?: ListenAddress | undefined;
  /** Host names under which the operator comes, beside IP addresses, `localhost` and that of `publicAddress`. */
  readonly adminHosts?: readonly string[] | undefined;
  /** What the operator is told of `records`. Default: in memory. */
  readonly storage?: 'durable' | 'memory' | undefined;
}

interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

export type RestOptions = BackEndLimits & { readonly offlineCode: 'message_offline' | 'peer_offline' };

const DEFAULT_REST: RestOptions = {
  requestsPerSecond: 1000,
  messagesPerSecond: 500,
  kicksPerSecond: 10,
  addressRequestsPerSecond: 1000,
  offlineCode: 'message_offline',
};

export interface RunningServer {
  readonly port: number;
  /** The port of `metricsAddress`. */
  readonly metricsPort: number | undefined;
  /** The port of `adminAddress`. */
  readonly adminPort: number | undefined;
  /** The operator key, when this start has made it: nobody can tell it later. */
  readonly newOperatorKey: string | undefined;
  /** Live objects by kind; for leak tests. */
  census(): Readonly<Record<string, number>>;
  /**
   * Refuses logins, closes sockets with a reconnect code, writes what the next start needs, closes the records. A step that
   * fails does not keep the others from being done; then it rejects with the first failure.
   */
  stop(): Promise<void>;
}

/** Files that a server without a folder for them keeps. */
const MEMORY_MEDIA_BYTES = 256 * 1024 * 1024;

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
  const operatorKey = OperatorKey.open(records, chance);
  const engine = new LocalEngine({ records, time, counters, logger, limits: options.engineLimits ?? {} });
  await engine.open();
  closing.add('engine', () => engine.close({ graceful: true }));
  const nodeTime = new ScopedTime(time);
  const node = createNode({ ...options, engine: engine.connect(), time: nodeTime, chance, secret });
  // Whoever waits to ask the engine again, for sessions that the node has let go of, does not.
  closing.add('timers', () => nodeTime.end());
  const census = () => ({ ...node.census, ...engine.sizes() });
  const admin = operatorPart({ ...options, operatorKey, census }, node, closing);
  const edge = await openEdge({ ...options, operatorKey, admin: options.adminAddress ? undefined : admin }, node);
  closing.add('edge', () => edge.close());
  closing.add('node', () => node.stop());
  await node.start();
  const metricsPort = await listenForMetrics(options, closing);
  const adminPort = await listenForOperator(options, admin, closing);
  await listen(edge.server, options.host, options.port);
  closing.add('sockets', () => node.drain());
  await operatorKey.keep(records);
  const { port } = edge.server.address() as AddressInfo;
  return { port, metricsPort, adminPort, newOperatorKey: operatorKey.fresh, census, stop: () => closing.run() };
}

async function listenForMetrics(
  { metrics, metricsAddress }: ServerOptions,
  closing: Closing,
): Promise<number | undefined> {
  if (!metrics || !metricsAddress) return undefined;
  const server = metricsServer(metrics);
  await listen(server, metricsAddress.host, metricsAddress.port);
  closing.add('metrics', async () => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

/** What `/admin/*` leads to. */
function operatorPart(
  options: ServerOptions & { readonly operatorKey: OperatorKey; readonly census: AdminSources['census'] },
  node: ServerNode,
  closing: Closing,
): AdminRoutes {
  const { operatorKey, version, counters, census, metrics, publicAddress } = options;
  const meter = new ProcessMeter();
  closing.add('meter', () => meter.stop());
  const api = node.admin((text) => operatorKey.isKey(text), {
    version,
    storage: options.storage ?? 'memory',
    counters,
    census,
    process: () => meter.read(),
    readiness: () => node.readiness,
    metrics,
    hasOwnAddress: options.adminAddress !== undefined,
  });
  const guard = new AdminGuard([...(options.adminHosts ?? []), ...(publicAddress ? [publicAddress.host] : [])]);
  return { api, guard, trustProxy: options.trustProxy ?? false };
}

async function listenForOperator(
  { adminAddress, publicDir, httpBodyBytes: bodyBytes, requestTimeoutMs }: ServerOptions,
  admin: AdminRoutes,
  closing: Closing,
): Promise<number | undefined> {
  if (!adminAddress) return undefined;
  const { app, server } = await createAdminServer({ ...admin, publicDir, bodyBytes, requestTimeoutMs });
  closing.add('admin', () => app.close());
  await listen(server, adminAddress.host, adminAddress.port);
  return (server.address() as AddressInfo).port;
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
  readonly clientLogs?: ClientLogs | undefined;
  readonly mediaBytes?: MediaBytes | undefined;
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
  return new ServerNode(
    context,
    new Apps(parts.apps),
    new Tokens(nodeTokenCrypto, parts.tokenPolicy),
    parts.mediaBytes ?? new MemoryMediaBytes({ capacityBytes: MEMORY_MEDIA_BYTES }),
    parts.clientLogs,
  );
}

/** HTTP and WebSocket of one node, not listening yet. */
export async function openEdge(
  options: Omit<ServerOptions, 'records' | 'host' | 'port' | 'apps' | 'logger' | 'counters'> & {
    readonly operatorKey?: OperatorKey;
    readonly admin?: AdminRoutes | undefined;
  },
  node: ServerNode,
): Promise<{ readonly server: Server; close(): Promise<void> }> {
  const origins = new OriginRule(options.allowedOrigins);
  const trustProxy = options.trustProxy ?? false;
  const { app, server } = await createHttpServer({
    gateway: node.gateway,
    backEnds: node.backEnds(options.apiKeys ?? [], isSecretOf, options.rest ?? DEFAULT_REST),
    logUploads: node.logUploads,
    history: node.historyGateway,
    media: node.media,
    origins,
    publicAddress: options.publicAddress,
    trustProxy,
    bodyBytes: options.httpBodyBytes,
    publicDir: options.publicDir,
    sdkVersion: options.version,
    requestTimeoutMs: options.requestTimeoutMs,
    metrics: options.metrics,
    operatorKey: options.operatorKey,
    admin: options.admin,
    readiness: () => node.readiness,
    isStarting: () => node.isStarting,
  });
  const upgrades = acceptUpgrades(server, {
    maxFrameBytes: options.frameCloseBytes,
    origins,
    publicAddress: options.publicAddress,
    trustProxy,
    letsConnect: (from) => node.door.letsConnect(from),
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
  const known = records.get(RECORD_KEYS.secret)?.hex;
  if (typeof known === 'string') return Buffer.from(known, 'hex');
  const hex = chance.secretHex(SECRET_BYTES);
  await records.write([{ key: RECORD_KEYS.secret, value: { hex } }]);
  return Buffer.from(hex, 'hex');
}

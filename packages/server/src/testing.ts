/** A whole server in the test's process: memory storage, port 0, silent. For tests outside this package. */
import type { ApiKey } from './app/back-end/credentials.js';
import type { NodeSettings } from './app/settings.js';
import { type RestOptions, type RunningServer, startServer } from './compose.js';
import type { App } from './domain/apps.js';
import type { Metrics } from './edge/http/metrics.js';
import type { LocalLimits } from './engines/local/index.js';
import { MemoryRecords } from './engines/memory/memory-records.js';
import type {
  ClientLogLines,
  ClientLogs,
  CounterName,
  Counters,
  CounterValues,
  Logger,
  MediaBytes,
  Records,
} from './ports/index.js';

export interface TestServer extends RunningServer {
  /** What a client puts into `createInstance`. */
  readonly address: {
    readonly confPriCloudAddr: { readonly ServerAdd: string; readonly Port: number; readonly Wss: false };
  };
  readonly url: string;
  count(name: CounterName): number;
  /** Lines of level `warn` and `error`. */
  readonly complaints: string[];
}

export interface TestServerOptions {
  readonly settings?: Partial<NodeSettings>;
  readonly engineLimits?: Partial<LocalLimits>;
  readonly apps?: readonly App[];
  readonly records?: Records;
  readonly clientLogs?: ClientLogs;
  readonly mediaBytes?: MediaBytes;
  readonly port?: number;
  readonly allowedOrigins?: readonly string[];
  readonly publicDir?: string;
  readonly publicAddress?: { readonly host: string; readonly port?: number };
  readonly trustProxy?: boolean;
  readonly requestTimeoutMs?: number;
  readonly apiKeys?: readonly ApiKey[];
  readonly rest?: RestOptions;
  readonly metrics?: Metrics;
  readonly metricsAddress?: { readonly host: string; readonly port: number };
  readonly adminAddress?: { readonly host: string; readonly port: number };
  readonly adminHosts?: readonly string[];
}

export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const counters = new MapCounters();
  const complaints: string[] = [];
  const server = await startServer({
    host: '127.0.0.1',
    port: options.port ?? 0,
    records: options.records ?? new MemoryRecords(),
    clientLogs: options.clientLogs,
    mediaBytes: options.mediaBytes,
    logger: collectingLogger(complaints),
    counters,
    apps: options.apps ?? [],
    settings: { drainMs: 50, ...options.settings },
    engineLimits: options.engineLimits ?? {},
    allowedOrigins: options.allowedOrigins,
    publicAddress: options.publicAddress,
    trustProxy: options.trustProxy,
    publicDir: options.publicDir,
    version: '0.0.0-test',
    httpBodyBytes: 64 * 1024,
    frameCloseBytes: 1024 * 1024,
    requestTimeoutMs: options.requestTimeoutMs ?? 10_000,
    apiKeys: options.apiKeys ?? [],
    ...(options.rest && { rest: options.rest }),
    metrics: options.metrics,
    metricsAddress: options.metricsAddress,
    adminAddress: options.adminAddress,
    adminHosts: options.adminHosts,
  });
  return {
    ...server,
    complaints,
    url: `http://127.0.0.1:${server.port}`,
    address: { confPriCloudAddr: { ServerAdd: '127.0.0.1', Port: server.port, Wss: false } },
    count: (name) => counters.value(name),
  };
}

export { type ClientLogLines, MemoryRecords };

class MapCounters implements Counters, CounterValues {
  private readonly values = new Map<CounterName, number>();

  add(name: CounterName, amount = 1): void {
    this.values.set(name, this.value(name) + amount);
  }

  value(name: CounterName): number {
    return this.values.get(name) ?? 0;
  }
}

function collectingLogger(complaints: string[]): Logger {
  const complain = (fields: Readonly<Record<string, unknown>>, text: string): void => {
    const error = fields.err;
    complaints.push(error instanceof Error ? `${text}: ${error.stack ?? error.message}` : text);
  };
  const logger: Logger = {
    error: complain,
    warn: complain,
    info: () => undefined,
    debug: () => undefined,
    child: () => logger,
  };
  return logger;
}

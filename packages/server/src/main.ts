#!/usr/bin/env node
/** The program: command line, configuration, signals, exit codes. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { type NodeSettings, tolerant } from './app/settings.js';
import { makeToken, parseCommandLine, runMaintenance, type SecretCommand, Service } from './cli/index.js';
import { type RunningServer, type ServerOptions, startServer } from './compose.js';
import { type Config, type ConfigFlags, describeConfig, formatProblem, loadConfig } from './config/index.js';
import { ImpatientTime, NodeChance, NodeTime } from './edge/node-time.js';
import { PinoLogger, PromCounters } from './edge/observability/index.js';
import { OperatorKey } from './edge/operator-key.js';
import { hashSecret } from './edge/secret-hash.js';
import { FileClientLogs, FileMediaBytes, mediaFolderIn } from './engines/files/index.js';
import { openLmdbRecords, StorageRefused } from './engines/lmdb/index.js';
import type { LocalLimits } from './engines/local/index.js';
import { MemoryRecords } from './engines/memory/memory-records.js';
import type { Records } from './ports/index.js';

const DAY_MS = 24 * 3600_000;
/** A request that is not complete by then is ended, so that half-open ones do not pile up. */
const REQUEST_TIMEOUT_MS = 10_000;

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

async function run(): Promise<number | undefined> {
  // A log that nobody takes (its disk is full, its reader has ended) is no reason to end, least of all in the middle of a stop.
  for (const output of [process.stdout, process.stderr]) output.on('error', () => undefined);
  const command = parseCommandLine(process.argv.slice(2), version);
  switch (command.kind) {
    case 'help':
    case 'version':
      process.stdout.write(command.text);
      return 0;
    case 'error':
      process.stderr.write(command.text);
      return 1;
    default: {
      const config = read(command.flags);
      if (config === undefined) return 1;
      if (command.kind === 'serve') return serve(config);
      if (command.kind === 'token' || command.kind === 'api-key' || command.kind === 'operator-key') {
        return makeSecret(command, config);
      }
      const { dataDir } = config;
      const observed = { logger: loggerOf(config), counters: new PromCounters(), time: new NodeTime() };
      const outcome = await runMaintenance(command, dataDir, observed);
      (outcome.exitCode === 0 ? process.stdout : process.stderr).write(outcome.text);
      return outcome.exitCode;
    }
  }
}

/** Prints something to log in with. */
async function makeSecret(command: SecretCommand, config: Config): Promise<number> {
  const chance = new NodeChance();
  const print = (text: string): number => {
    process.stdout.write(text);
    return 0;
  };
  const refuse = (reason: string): number => {
    process.stderr.write(`${reason}\n`);
    return 1;
  };
  switch (command.kind) {
    case 'token': {
      const made = makeToken(command, config.apps, Math.floor(Date.now() / 1000));
      return made.ok ? print(`${made.token}\n`) : refuse(made.reason);
    }
    case 'api-key': {
      const [id, secret] = [`key_${chance.secretHex(8)}`, chance.secretHex(32)];
      const line = JSON.stringify({ id, secretHash: hashSecret(secret), apps: command.appIds });
      return print(
        `For the back end, shown only now:\n  ${id}:${secret}\nFor "apiKeys" in the configuration:\n  ${line}\n`,
      );
    }
    case 'operator-key': {
      const observed = { logger: loggerOf(config), counters: new PromCounters(), time: new NodeTime() };
      try {
        const records = await openLmdbRecords({ dir: config.dataDir, lockWaitMs: 0, ...observed });
        const { fresh } = await OperatorKey.reset(records, chance);
        await records.close();
        return print(operatorKeyText(fresh));
      } catch (error) {
        if (error instanceof StorageRefused) return refuse(error.message);
        throw error;
      }
    }
  }
}

function operatorKeyText(key: string | undefined): string {
  return key === undefined ? '' : `The operator key, shown only now: ${key}\n`;
}

function read(flags: ConfigFlags): Config | undefined {
  const readFile = (path: string): string | undefined => (existsSync(path) ? readFileSync(path, 'utf8') : undefined);
  const result = loadConfig({ flags, env: process.env, cwd: process.cwd(), readFile });
  if (result.ok) return result.config;
  process.stderr.write(
    `The configuration is not valid:\n${result.problems.map((one) => `  ${formatProblem(one)}\n`).join('')}`,
  );
  return undefined;
}

/**
 * How far the heap may grow beyond what was alive at its last collection, in percent. When a crowd comes back at once, its
 * new connections are there before the old ones are collected: with V8's own measure a server took twice its memory, with
 * this it takes 1.4 times (docs/faults.md).
 */
const HEAP_GROWTH_PERCENT = 50;

/** Runs the server until a signal ends it; `undefined` while it runs. */
async function serve(config: Config): Promise<number | undefined> {
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH_PERCENT}`);
  const logger = loggerOf(config);
  const counters = new PromCounters();
  const time = new ImpatientTime();
  const open = async (): Promise<Records> => {
    if (config.storage === 'memory') return new MemoryRecords();
    const onFailure = (error: Error): void => {
      logger.error({ err: error }, 'nothing can be stored any more');
      void service.end(1, 'storage failed');
    };
    return openLmdbRecords({ dir: config.dataDir, logger, counters, time, lockWaitMs: config.lockWaitMs, onFailure });
  };
  const start = (records: Records): Promise<RunningServer> => startServer(optionsOf(config, records, logger, counters));
  const steps = { open, giveUp: () => time.giveUp(), start };
  const service = new Service(steps, logger, (code) => process.exit(code));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void service.end(0, signal));
  logger.info({ version, config: describeConfig(config) }, 'starting with these settings');
  let server: RunningServer | undefined;
  try {
    server = await service.start();
  } catch (error) {
    logger.error(error instanceof StorageRefused ? {} : { err: error }, `the server cannot start: ${textOf(error)}`);
    return 1;
  }
  if (server === undefined) return undefined;
  const running = server;
  if (config.apps.length === 0) {
    logger.warn({}, 'open development mode: no apps are configured, every App ID is accepted without a token');
  }
  counters.addGauges(() => running.census());
  counters.addProcess();
  process.stdout.write(operatorKeyText(server.newOperatorKey));
  const { adminAddress } = config;
  if (adminAddress) {
    process.stdout.write(`For the operator: http://${pageHost(adminAddress.host)}:${server.adminPort}/\n`);
  }
  process.stdout.write(`ArRTM ${version} is ready: http://${pageHost(config.host)}:${server.port}/\n`);
  return undefined;
}

function optionsOf(config: Config, records: Records, logger: PinoLogger, counters: PromCounters): ServerOptions {
  return {
    host: config.host,
    port: config.port,
    records,
    logger,
    counters,
    clientLogs: clientLogsOf(config),
    mediaBytes: mediaBytesOf(config),
    apps: config.apps,
    tokenPolicy: config.tokens,
    settings: settingsOf(config),
    engineLimits: engineLimitsOf(config),
    allowedOrigins: config.allowedOrigins,
    publicAddress: config.publicAddress,
    trustProxy: config.trustProxy,
    publicDir: fileURLToPath(new URL('../public', import.meta.url)),
    version,
    httpBodyBytes: config.limits.httpBodyBytes,
    frameCloseBytes: config.limits.frameCloseBytes,
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    apiKeys: config.apiKeys,
    rest: config.rest,
    metrics: counters,
    metricsAddress: config.metricsAddress,
    adminAddress: config.adminAddress,
    adminHosts: config.adminHosts,
    storage: config.storage,
  };
}

/** `<dataDir>/client-logs`; a server without stored data keeps none. */
function clientLogsOf({ storage, dataDir, limits }: Config): FileClientLogs | undefined {
  if (storage === 'memory') return undefined;
  const { clientLogFileBytes: fileBytes, clientLogBytes: totalBytes } = limits;
  return new FileClientLogs({ dir: join(dataDir, 'client-logs'), fileBytes, totalBytes });
}

/** `<dataDir>/media`; a server without stored data keeps files in memory. */
function mediaBytesOf({ storage, dataDir }: Config): FileMediaBytes | undefined {
  return storage === 'memory' ? undefined : new FileMediaBytes({ dir: mediaFolderIn(dataDir), time: new NodeTime() });
}

function loggerOf(config: Config): PinoLogger {
  return PinoLogger.create({ level: config.logLevel, format: config.logFormat });
}

/** The address to open, for servers that listen on all. */
function pageHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

function settingsOf({ storage, publishedMedia, limits, times, frequencies }: Config): Partial<NodeSettings> {
  return {
    messageBytes: limits.messageBytes,
    frameReplyBytes: limits.frameReplyBytes,
    joinedChannels: limits.joinedChannels,
    membersListed: limits.membersReported,
    countedChannels: limits.countedChannels,
    attributeKeyBytes: limits.attributeKeyBytes,
    attributeValueBytes: limits.attributeValueBytes,
    attributes: limits.attributes,
    userAttributeTotalBytes: limits.userAttributeTotalBytes,
    channelAttributeTotalBytes: limits.channelAttributeTotalBytes,
    invitationBytes: limits.invitationBytes,
    runningCalls: limits.runningCalls,
    mediaBytes: limits.mediaBytes,
    mediaUserBytes: limits.mediaUserBytes,
    mediaUserFiles: limits.mediaUserFiles,
    mediaAppBytes: limits.mediaAppBytes,
    // Memory has a bound of its own.
    mediaFreeBytes: storage === 'memory' ? 0 : limits.mediaFreeBytes,
    mediaTransfers: limits.mediaTransfers,
    mediaKeepMs: limits.mediaDays * DAY_MS,
    mediaUploadMs: times.mediaUploadMs,
    mediaLinkMs: times.mediaLinkMs,
    publishedMedia,
    mediaTextLinkMs: times.mediaTextLinkMs,
    unreachableMs: times.unreachableMs,
    offlineMs: times.offlineMs,
    heartbeatMs: times.heartbeatMs,
    publishedPingMs: times.publishedPingMs,
    publishedKeepAliveMs: times.publishedKeepAliveMs,
    acknowledgeMs: times.acknowledgeMs,
    loginDeadlineMs: times.loginDeadlineMs,
    ticketMs: times.ticketMs,
    offlineFetchMs: times.offlineFetchMs,
    drainMs: times.drainMs,
    adminSessionMs: times.adminSessionMs,
    adminIdleMs: times.adminIdleMs,
    engineTimeoutMs: times.engineTimeoutMs,
    callReceiptMs: times.callReceiptMs,
    callExpireMs: times.callExpireMs,
    callExpirePublishedMs: times.callExpirePublishedMs,
    callConfirmMs: times.callConfirmMs,
    maxConnections: limits.maxConnections,
    addressConnections: limits.addressConnections,
    addressConnectionsPerSecond: limits.addressConnectionsPerSecond,
    pendingLogins: limits.pendingLogins,
    overloadDelayMs: limits.overloadDelayMs,
    messages: { perSecond: limits.messagesPerSecond, burst: limits.messageBurst },
    joins: tolerant(frequencies.join),
    sameChannelJoins: tolerant(frequencies.joinSameChannel),
    memberQueries: tolerant(frequencies.members),
    countQueries: tolerant(frequencies.memberCount),
    userAttributeWrites: tolerant(frequencies.userAttributeWrites),
    userAttributeReads: tolerant(frequencies.userAttributeReads),
    channelAttributeWrites: tolerant(frequencies.channelAttributeWrites),
    channelAttributeReads: tolerant(frequencies.channelAttributeReads),
    presenceCalls: tolerant(frequencies.presence),
    tokenRenewals: tolerant(frequencies.renewToken),
    historyReads: tolerant(frequencies.history),
    callMakes: tolerant(frequencies.calls),
    memberCounts: { threshold: limits.membersReported, smallMs: times.countSmallMs, largeMs: times.countLargeMs },
    malformedFrames: limits.malformedFrames,
    malformedWindowMs: limits.malformedWindowMs,
    connectionQueueBytes: limits.connectionQueueBytes,
    processQueueBytes: limits.processQueueBytes,
    fanoutSlice: limits.fanoutSlice,
    // What is not in the log any more cannot be read back.
    fanoutEntries: Math.min(limits.fanoutEntries, limits.logEntries),
    fanoutLagMs: limits.fanoutLagMs,
  };
}

function engineLimitsOf({ limits, times }: Config): Partial<LocalLimits> {
  return {
    channelLogMs: limits.logMs,
    channelLogEntries: limits.logEntries,
    channelLogBytes: limits.logBytes,
    inboxLiveEntries: limits.logEntries,
    inboxLiveBytes: limits.logBytes,
    membersReported: limits.membersReported,
    offlineEntries: limits.offlineMessages,
    offlineMs: limits.offlineMessageMs,
    ticketAfterSessionMs: times.ticketMs,
    emptyChannelMs: times.emptyChannelMs,
    historyMs: limits.historyDays * DAY_MS,
    historyEntries: limits.historyMessages,
    historyBytes: limits.historyBytes,
  };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

run().then(
  (exitCode) => {
    if (exitCode !== undefined) process.exitCode = exitCode;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = 1;
  },
);

import { FREQUENCIES, LIMITS, TIMES } from 'ar-rtm-protocol';
import { expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '../../src/app/settings.js';
import { type ConfigResult, describeConfig, type FlagText, formatProblem, loadConfig } from '../../src/config/index.js';
import { DEFAULT_TOKEN_POLICY } from '../../src/domain/tokens-policy.js';

const APP = '0123456789abcdef0123456789ABCDEF';
const CERTIFICATE = 'fedcba9876543210fedcba9876543210';

interface Given {
  readonly flags?: readonly FlagText[];
  readonly config?: string;
  readonly env?: Record<string, string>;
  readonly files?: Record<string, string>;
}

function load({ flags = [], config, env = {}, files = {} }: Given): ConfigResult {
  return loadConfig({
    flags: config === undefined ? { set: flags } : { set: flags, config },
    env,
    cwd: '/srv',
    readFile: (path) => files[path],
  });
}

function good(given: Given) {
  const result = load(given);
  if (!result.ok) throw new Error(result.problems.map(formatProblem).join('\n'));
  return result.config;
}

function bad(given: Given): string[] {
  const result = load(given);
  return result.ok ? [] : result.problems.map(formatProblem);
}

const file = (content: unknown): Given => ({ files: { '/srv/ar-rtm.json': JSON.stringify(content) } });
const set = (path: string, text: string): FlagText => ({ path, text, flag: '--set' });

test('without anything: the defaults, on the loopback address, with the numbers of the protocol', () => {
  const config = good({});
  expect(config).toMatchObject({ host: '127.0.0.1', port: 9080, storage: 'durable', open: false, apps: [] });
  expect(config.limits.messageBytes).toBe(LIMITS.MESSAGE_BYTES);
  expect(config.limits.offlineMessageMs).toBe(LIMITS.OFFLINE_MESSAGE_MS);
  expect(config.times.offlineMs).toBe(TIMES.OFFLINE_MS);
  expect(config.frequencies.joinSameChannel).toEqual(FREQUENCIES.JOIN_SAME_CHANNEL);
});

test('flags come before the environment, the environment before the file, the file before defaults', () => {
  const files = {
    '/srv/ar-rtm.json': '{ "port": 1, "logLevel": "warn", "dataDir": "file", "limits": { "fanoutSlice": 7 } }',
  };
  const env = { ARRTM_PORT: '2', ARRTM_LOG_LEVEL: 'debug', ARRTM_LIMITS_ATTRIBUTES: '9' };
  const config = good({ files, env, flags: [{ path: 'port', text: '3', flag: '--port' }] });
  expect(config).toMatchObject({ port: 3, logLevel: 'debug', dataDir: 'file', lockWaitMs: 30_000 });
  expect(config.limits).toMatchObject({ fanoutSlice: 7, attributes: 9 });
});

test('tokens, engine and fan-out can be set like everything else', () => {
  expect(good({})).toMatchObject({
    tokens: { ...DEFAULT_TOKEN_POLICY },
    times: { engineTimeoutMs: DEFAULT_SETTINGS.engineTimeoutMs },
    limits: { fanoutEntries: DEFAULT_SETTINGS.fanoutEntries, fanoutLagMs: DEFAULT_SETTINGS.fanoutLagMs },
  });
  const env = { ARRTM_TOKENS_EXPIRY006: 'token', ARRTM_TOKENS_LEEWAY_S: '30', ARRTM_TIMES_ENGINE_TIMEOUT_MS: '9000' };
  const config = good({ env, flags: [set('tokens.maxLifetimeS', '600'), set('limits.fanoutLagMs', '2000')] });
  expect(config.tokens).toEqual({ expiry006: 'token', maxLifetimeS: 600, leewayS: 30, liveSessions: 'all' });
  expect([config.times.engineTimeoutMs, config.limits.fanoutLagMs]).toEqual([9000, 2000]);
  expect(bad({ env: { ARRTM_TOKENS_EXPIRY006: 'never', ARRTM_TOKENS_LEEWAY: '1' } })).toEqual([
    'ARRTM_TOKENS_LEEWAY is not a known variable (environment)',
    expect.stringMatching(/^tokens\.expiry006: .*\(ARRTM_TOKENS_EXPIRY006\)$/),
  ]);
});

test('a file that is named must be there; the one in the working directory need not', () => {
  expect(good({ config: 'other.json', files: { '/srv/other.json': '{"port":5}' } }).port).toBe(5);
  expect(good({ env: { ARRTM_CONFIG: '/etc/x.json' }, files: { '/etc/x.json': '{"port":6}' } }).port).toBe(6);
  expect(bad({ config: 'other.json' })).toEqual(['there is no such file (other.json)']);
});

test('a file may have comments; texts that look like comments stay', () => {
  const text = '{ // port\n "port": 5, /* "open": true,\n */ "publicAddress": "wss://a.example//" }';
  expect(bad({ files: { '/srv/ar-rtm.json': text } })).toHaveLength(1);
  const config = good({ files: { '/srv/ar-rtm.json': text.replace('example//', 'example:9443') } });
  expect(config).toMatchObject({
    port: 5,
    open: false,
    publicAddress: { host: 'a.example', port: 9443, secure: true },
  });
});

test('everything that is wrong is said at once, with field, reason and source', () => {
  const problems = bad({
    files: {
      '/srv/ar-rtm.json': JSON.stringify({
        colour: 'red',
        apps: [{ appId: 'xyz', certificates: [CERTIFICATE, CERTIFICATE, CERTIFICATE] }],
        limits: { messagebytes: 5 },
        times: 7,
      }),
    },
    env: { ARRTM_PORT: 'many', ARRTM_COLOR: 'red', ARRTM_APPS_X: '1', ARRTM_ALLOWED_ORIGINS: 'https://a.example/path' },
    flags: [set('limits.fanoutSlice', '0'), set('nothing', '1')],
  });
  expect(problems).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^colour: is not a known field \(ar-rtm\.json\)$/),
      expect.stringMatching(/^apps\[0\]\.appId: must be 32 hexadecimal characters \(ar-rtm\.json\)$/),
      expect.stringMatching(/^apps\[0\]\.certificates: must be at most two certificates/),
      expect.stringMatching(/^limits\.messagebytes: is not a known field/),
      expect.stringMatching(/^times: .*expected object/),
      expect.stringMatching(/^port: .*expected number.* \(ARRTM_PORT\)$/),
      'ARRTM_COLOR is not a known variable (environment)',
      'ARRTM_APPS_X is not a known variable (environment)',
      expect.stringMatching(/^allowedOrigins\[0\]: must be an origin without path.* \(ARRTM_ALLOWED_ORIGINS\)$/),
      expect.stringMatching(/^limits\.fanoutSlice: .*>=1 \(--set\)$/),
      'nothing: is not a known field (--set)',
    ]),
  );
  expect(problems).toHaveLength(11);
});

test('what is not JSON is said to be so', () => {
  expect(bad({ files: { '/srv/ar-rtm.json': '{ "port": }' } })[0]).toMatch(/is not JSON: .*\(ar-rtm\.json\)/);
  expect(bad({ env: { ARRTM_APPS: '[{' } })).toEqual(['apps: must be JSON (ARRTM_APPS)']);
});

test('lists and flags from the environment', () => {
  const apps = JSON.stringify([{ appId: APP, certificates: [CERTIFICATE] }]);
  const env = {
    ARRTM_APPS: apps,
    ARRTM_ALLOWED_ORIGINS: 'https://a.example, http://b.example:81',
    ARRTM_TRUST_PROXY: 'yes',
  };
  const config = good({ env });
  expect(config.allowedOrigins).toEqual(['https://a.example', 'http://b.example:81']);
  expect(config.trustProxy).toBe(true);
  expect(config.apps).toEqual([
    { appId: APP, enabled: true, certificates: [CERTIFICATE], allowEmptyToken: false, allowWildcardUid: false },
  ]);
});

test('variables that Kubernetes sets for a service called arrtm are not taken for ours', () => {
  const env = { ARRTM_PORT: 'tcp://10.0.0.1:9080', ARRTM_SERVICE_HOST: '10.0.0.1', ARRTM_PORT_9080_TCP_PORT: '9080' };
  expect(good({ env }).port).toBe(9080);
});

test.each<[string, unknown, RegExp]>([
  [
    'offline before unreachable',
    { times: { unreachableMs: 31_000, heartbeatMs: 3000 } },
    /^times\.offlineMs: .*must be above/,
  ],
  [
    'a heartbeat that comes too late',
    { times: { heartbeatMs: 3001 } },
    /^times\.heartbeatMs: .*half of times\.unreachableMs/,
  ],
  ['a ping that comes too late', { times: { publishedPingMs: 4000 } }, /^times\.publishedPingMs: /],
  ['a log shorter than the grace', { times: { offlineMs: 90_000 } }, /^limits\.logMs: .*must not be below/],
  ['frame sizes the wrong way round', { limits: { frameReplyBytes: 2 ** 21 } }, /^limits\.frameCloseBytes: /],
  ['a message that fits no frame', { limits: { frameReplyBytes: 4096 } }, /^limits\.messageBytes: /],
  ['a burst below the rate', { limits: { messageBurst: 10 } }, /^limits\.messagesPerSecond: /],
  ['one connection with all of the budget', { limits: { processQueueBytes: 2 ** 21 } }, /^limits\.processQueueBytes: /],
  ['counts the wrong way round', { times: { countSmallMs: 4000 } }, /^times\.countSmallMs: /],
  ['open to the network by accident', { host: '0.0.0.0' }, /^open: without apps anybody who reaches 0\.0\.0\.0/],
  ['open with apps', { open: true, apps: [{ appId: APP }] }, /^open: has no meaning with apps/],
  ['an app twice', { apps: [{ appId: APP }, { appId: APP }] }, /^apps\[1\]\.appId: is listed twice/],
  [
    'a certificate twice',
    { apps: [{ appId: APP, certificates: [CERTIFICATE, CERTIFICATE] }] },
    /^apps\[0\]\.certificates: /,
  ],
])('refused: %s', (_name, content, expected) => {
  expect(bad(file(content))).toEqual([expect.stringMatching(expected)]);
});

test.each(['127.0.0.1', '127.0.1.1', 'localhost', '::1', '[::1]'])('%s needs no consent', (host) => {
  expect(good(file({ host })).host).toBe(host);
});

test('open on all addresses with consent, or with apps', () => {
  expect(good(file({ host: '::', open: true })).open).toBe(true);
  expect(good(file({ host: '0.0.0.0', apps: [{ appId: APP }] })).apps).toHaveLength(1);
});

test('a configuration cannot be changed', () => {
  const config = good(file({ apps: [{ appId: APP }] }));
  for (const part of [config, config.limits, config.frequencies.join, config.apps, config.apps[0]]) {
    expect(Object.isFrozen(part)).toBe(true);
  }
});

test('keys of back ends, and a second address for the metrics', () => {
  const key = { id: 'key_1', secretHash: `sha256:${'a'.repeat(43)}`, apps: [APP] };
  const given = { ...file({ apiKeys: [key] }), env: { ARRTM_METRICS_ADDRESS: '127.0.0.1:9090' } };
  const config = good(given);
  expect([config.apiKeys, config.metricsAddress]).toEqual([[key], { host: '127.0.0.1', port: 9090 }]);
  expect(JSON.stringify(describeConfig(config))).not.toContain(key.secretHash);
  expect(good({ env: { ARRTM_METRICS_ADDRESS: '[::1]:9090' } }).metricsAddress?.host).toBe('::1');
  expect(good({}).metricsAddress).toBeUndefined();
  expect(bad(file({ apiKeys: [key, key] }))).toEqual([expect.stringContaining('apiKeys[1].id')]);
  for (const wrong of [
    { ...key, secretHash: 'plain text' },
    { ...key, apps: [] },
    { ...key, id: 'a:b' },
  ]) {
    expect(bad(file({ apiKeys: [wrong] }))).toEqual([expect.stringContaining('apiKeys[0]')]);
  }
  for (const wrong of ['9090', 'localhost', '127.0.0.1:70000', 'a b:1']) {
    expect(bad({ env: { ARRTM_METRICS_ADDRESS: wrong } })).toEqual([expect.stringContaining('metricsAddress')]);
  }
});

test('an address of its own for the operator, and names under which the operator comes', () => {
  const env = { ARRTM_ADMIN_ADDRESS: '[::1]:9081', ARRTM_ADMIN_HOSTS: 'ops.example.com, rtm' };
  const { adminAddress, adminHosts } = good({ env });
  expect([adminAddress, adminHosts]).toEqual([{ host: '::1', port: 9081 }, ['ops.example.com', 'rtm']]);
  expect([good({}).adminAddress, good({}).adminHosts]).toEqual([undefined, []]);
  expect(bad({ env: { ARRTM_ADMIN_ADDRESS: '9081' } })).toEqual([expect.stringContaining('adminAddress')]);
  for (const wrong of ['https://ops.example.com', 'ops.example.com:443', '*.example.com', '']) {
    expect(bad(file({ adminHosts: [wrong] })), wrong).toEqual([expect.stringContaining('adminHosts[0]')]);
  }
});

test('certificates are not shown', () => {
  const config = good(file({ apps: [{ appId: APP, certificates: [CERTIFICATE] }] }));
  const shown = JSON.stringify(describeConfig(config));
  expect(shown).not.toContain(CERTIFICATE);
  expect(shown).toContain(APP);
  expect(shown).toContain('"port":9080');
});

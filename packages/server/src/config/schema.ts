import { z } from 'zod';
import { count, flag, group, hex32, milliseconds } from './fields.js';
import { limitsSchema } from './limits-schema.js';
import { frequenciesSchema, timesSchema } from './times-schema.js';

const appSchema = z
  .strictObject({
    appId: hex32('The App ID that clients name.'),
    name: z.string().min(1).max(100).optional().describe('For people; shown in the console.'),
    enabled: flag('Whether clients may log in.', true),
    certificates: z
      .array(hex32('A certificate.').meta({ secret: true }))
      .max(2, 'must be at most two certificates')
      .default([])
      .describe(
        'Secrets that tokens are signed with: none (no token is needed), one, or two while they are exchanged.',
      ),
    allowEmptyToken: flag('Whether an empty token is accepted although there are certificates.'),
    allowWildcardUid: flag('Whether a token made for an empty user ID is accepted for every user ID.'),
    limits: z
      .strictObject({
        connections: z
          .int()
          .min(1)
          .max(10_000_000)
          .optional()
          .describe(
            'Connections of this app to each server. Above it its logins get 503, which clients repeat; who goes on with a session is let in.',
          ),
        messagesPerSecond: z
          .int()
          .min(1)
          .max(10_000_000)
          .optional()
          .describe(
            'Messages a second that clients and back ends of this app send to each server, all together, and as many at once. More are refused as too often; published clients are held back for up to 5 s before.',
          ),
        storedBytes: z
          .int()
          .min(0)
          .max(2 ** 47)
          .optional()
          .describe(
            'Bytes of all files of this app, unfinished uploads with their full size included, where that is less than `limits.mediaAppBytes`. When it is lowered below what is there, uploads are refused and nothing is removed.',
          ),
      })
      .optional()
      .describe('Bounds of this app, so that it cannot take the place of others.'),
  })
  .describe('An app: clients of different apps do not see each other.');

const origin = z
  .url({ protocol: /^https?$/, error: 'must be an origin, such as https://chat.example.com' })
  .refine(
    (text) => URL.canParse(text) && new URL(text).origin === text,
    'must be an origin without path, such as https://chat.example.com',
  );

/** `wss://chat.example.com:9443` in the file, its parts in the configuration. */
const publicAddress = z
  .string()
  .refine((text) => /^wss?:\/\/[^/?#@]+$/.test(text) && URL.canParse(text), 'must be like wss://chat.example.com:9443')
  .transform((text) => {
    const { hostname, port, protocol } = new URL(text);
    const secure = protocol === 'wss:';
    return { host: hostname, port: port === '' ? (secure ? 443 : 80) : Number(port), secure };
  });

/** `127.0.0.1:9090` in the file, its parts in the configuration. */
const hostAndPort = z
  .string()
  .regex(/^([a-zA-Z0-9.-]+|\[[0-9a-fA-F:.]+\]):\d{1,5}$/, 'must be like 127.0.0.1:9090')
  .transform((text) => {
    const at = text.lastIndexOf(':');
    return { host: text.slice(0, at).replace(/[[\]]/g, ''), port: Number(text.slice(at + 1)) };
  })
  .refine(({ port }) => port < 65_536, 'the port must not be above 65535');

const apiKeySchema = z
  .strictObject({
    id: z
      .string()
      .regex(/^[\w.-]{1,64}$/, 'must be 1 to 64 letters, digits, `_`, `-` or `.`')
      .describe('What the back end sends as the user name of Basic authentication.'),
    secretHash: z
      .string()
      .regex(/^sha256:[\w-]{43}$/, 'must be made by: ar-rtm-server api-key')
      .meta({ secret: true })
      .describe('Hash of the secret, as `ar-rtm-server api-key` prints it.'),
    apps: z.array(hex32('An App ID.')).min(1).describe('App IDs that it may address.'),
  })
  .describe('A key of a back end that calls the REST API.');

const restSchema = group('The REST API for back ends.', {
  requestsPerSecond: count('Requests a second of one app.', 1000, 1, 1_000_000),
  messagesPerSecond: count('Messages a second that back ends of one app may send.', 500, 1, 1_000_000),
  kicksPerSecond: count('Users a second that back ends of one app may put off.', 10, 1, 100_000),
  addressRequestsPerSecond: count('Requests a second of one address, refused ones included.', 1000, 1, 1_000_000),
  offlineCode: z
    .enum(['message_offline', 'peer_offline'])
    .default('message_offline')
    .describe('What `wait_for_ack` answers when the receiver is offline; old parsers look for the second.'),
});

const tokensSchema = group('How login tokens are judged; for apps with certificates.', {
  expiry006: z
    .enum(['min', 'token', 'privilege'])
    .default('min')
    .describe(
      'When a 006 token ends: at the earlier of its two times (`min`), at its own (`token`), or at that of its privilege (`privilege`).',
    ),
  maxLifetimeS: count('Longest life of a 007 token after its issue, in seconds.', 86_400, 60, 10 * 365 * 86_400),
  leewayS: count('Tokens are taken so many seconds longer, for fleets with poor clocks.', 0, 0, 3600),
  liveSessions: z
    .enum(['all', '007'])
    .default('all')
    .describe(
      'Which tokens end also a connected session, when it is not renewed: `all`, or only those of the `007` format; the others then count at logins and reconnects alone.',
    ),
});

/**
 * The configuration, once: types, defaults, bounds, names of environment variables and the reference page all come from
 * here. `docs/configuration.md` is written from it.
 */
export const configSchema = z.strictObject({
  host: z.string().min(1).max(255).default('127.0.0.1').describe('Address to listen on. `0.0.0.0` or `::` means all.'),
  port: count('Port to listen on; 0 takes a free one.', 9080, 0, 65_535),
  dataDir: z.string().min(1).default('./ar-rtm-data').describe('Directory of the stored data. One server at a time.'),
  storage: z
    .enum(['durable', 'memory'])
    .default('durable')
    .describe('`durable` keeps data in `dataDir`; `memory` keeps nothing over a restart.'),
  open: flag(
    'Without `apps` every App ID is accepted without a token (development). On another address than loopback that needs this consent.',
  ),
  apps: z.array(appSchema).default([]).describe('The apps that are served. None: open development mode.'),
  apiKeys: z.array(apiKeySchema).default([]).describe('Keys of back ends that call the REST API.'),
  allowedOrigins: z
    .array(origin)
    .min(1)
    .optional()
    .describe(
      'Origins whose pages may connect, such as `https://chat.example.com`, for HTTP and WebSocket alike. Default: all.',
    ),
  publicAddress: publicAddress
    .optional()
    .describe(
      'The address that clients are told to connect to, as `wss://chat.example.com` or `ws://10.0.0.5:9080`. Default: the host of their own request.',
    ),
  publishedMedia: z
    .enum(['text', 'nothing'])
    .default('text')
    .describe(
      'What clients that know texts only get in the place of a file or image: a `text` with name, size, description and a link that opens it for `times.mediaTextLinkMs`, for whoever has it, or `nothing` that they show.',
    ),
  trustProxy: flag(
    'Whether `X-Forwarded-For` is believed for the address of a client. Only behind a proxy that sets it.',
  ),
  metricsAddress: hostAndPort
    .optional()
    .describe(
      'A second address for `GET /metrics` alone, as `127.0.0.1:9090`, where **no key is asked for**. Without it, and beside it, the metrics are at `port` for the operator key.',
    ),
  adminAddress: hostAndPort
    .optional()
    .describe(
      'An address of its own for the operator: `/admin/*` and the page, as `127.0.0.1:9081`. `/admin/*` is then not found at `port`.',
    ),
  adminHosts: z
    .array(z.string().regex(/^[a-zA-Z0-9._-]{1,253}$/, 'must be a host name without scheme and port'))
    .default([])
    .describe(
      'Host names under which the operator reaches `/admin/*`, beside IP addresses, `localhost` and the host of `publicAddress`. Others are refused, so that no web page gets in by a name of its own.',
    ),
  lockWaitMs: milliseconds('How long a start waits for another server that still uses `dataDir`.', 30_000, 0, 3600_000),
  logLevel: z
    .enum(['error', 'warn', 'info', 'debug'])
    .default('info')
    .describe('The least severe lines that are logged.'),
  logFormat: z.enum(['json', 'pretty']).default('json').describe('One JSON object a line, or text for people.'),
  limits: limitsSchema,
  times: timesSchema,
  frequencies: frequenciesSchema,
  tokens: tokensSchema,
  rest: restSchema,
});

export type Config = Frozen<z.output<typeof configSchema>>;

/** The same all the way down, read-only. */
type Frozen<T> = T extends (infer Item)[]
  ? readonly Frozen<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Frozen<T[Key]> }
    : T;

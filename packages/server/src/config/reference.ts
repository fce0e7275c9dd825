import { LEAVES, type Leaf } from './leaves.js';

const code = (value: unknown): string => `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;

function kindOf({
  type,
  enum: words,
  minimum,
  maximum,
  items,
}: Pick<Leaf, 'type' | 'enum' | 'minimum' | 'maximum' | 'items'>): string {
  if (words) return words.map(code).join(' or ');
  if (minimum !== undefined && maximum !== undefined) return `${minimum} to ${maximum}`;
  if (type === 'array') return `list of ${items?.type === 'object' ? 'objects' : 'texts'}`;
  return type === 'boolean' ? '`true` or `false`' : 'text';
}

const defaultOf = (value: unknown): string => (value === undefined ? '' : code(value));

function table(leaves: readonly Leaf[]): string {
  const rows = leaves.map(
    (leaf) =>
      `| \`${leaf.path}\` | ${kindOf(leaf)} | ${defaultOf(leaf.default)} | \`${leaf.variable}\` | ${leaf.description ?? ''} |`,
  );
  return ['| Field | Values | Default | Environment | Meaning |', '| --- | --- | --- | --- | --- |', ...rows].join(
    '\n',
  );
}

/** The fields of the objects in a list. */
function itemTable(list: string): string {
  const leaf = LEAVES.find(({ path }) => path === list);
  const rows = Object.entries(leaf?.items?.properties ?? {}).flatMap(([name, field]) => {
    const inner = Object.entries(field.type === 'object' ? (field.properties ?? {}) : {});
    const all =
      inner.length > 0 ? inner.map(([key, child]) => [`${name}.${key}`, child] as const) : [[name, field] as const];
    return all.map(
      ([path, child]) =>
        `| \`${path}\` | ${kindOf(child)} | ${defaultOf(child.default)} | ${child.description ?? ''} |`,
    );
  });
  return ['| Field | Values | Default | Meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

const inGroup = (group: string): Leaf[] => LEAVES.filter(({ path }) => path.startsWith(`${group}.`));

/** The text of docs/configuration.md. */
export function configurationPage(): string {
  return `# Configuration

<!-- Written by packages/server/src/config/reference.ts from the schema; a test keeps it in step. Do not edit. -->

Every field has a default: \`ar-rtm-server\` starts without any configuration, on the loopback address, for development.
Values come from, the first that has one:

1. **Flags**: \`--port 9443\`; any field with \`--set limits.messageBytes=16384\`.
2. **Environment**: \`ARRTM_PORT=9443\`; lists as JSON, lists of texts also separated by commas.
3. **File**: JSON, comments allowed; \`--config <file>\` or \`ARRTM_CONFIG\`, else \`ar-rtm.json\` in the working directory.
4. **Defaults**, below.

Unknown fields and bad values are refused at the start, all at once. The effective values are logged with certificates masked.

\`\`\`jsonc
{
  "host": "0.0.0.0",
  "publicAddress": "wss://chat.example.com",
  "apps": [
    // Without a certificate, clients of the app need no token.
    { "appId": "0123456789abcdef0123456789abcdef", "certificates": ["fedcba9876543210fedcba9876543210"] }
  ]
}
\`\`\`

## Server

${table(LEAVES.filter(({ path }) => !path.includes('.')))}

## Apps

${itemTable('apps')}

## Keys of back ends

For \`apiKeys\`. \`ar-rtm-server api-key --app <appId>\` makes a key: the secret is for the back end, the hash for this file.

${itemTable('apiKeys')}

## REST API

${table(inGroup('rest'))}

## Limits

Sizes are bytes, times milliseconds. The defaults are the numbers of the protocol, which the SDK checks as well: raising
one here does not raise it there.

${table(inGroup('limits'))}

## Times

Milliseconds. \`offlineMs\` must be above \`unreachableMs\`, and \`heartbeatMs\` and \`publishedPingMs\` at most half of \`unreachableMs\`.

${table(inGroup('times'))}

## Frequencies

At most \`calls\` within \`windowMs\`, for each client, as the SDK counts them. The server refuses at twice these numbers,
since what a client sends evenly may arrive in a bunch.

${table(inGroup('frequencies'))}

## Tokens

How login tokens are judged, for apps with certificates.

${table(inGroup('tokens'))}
`;
}

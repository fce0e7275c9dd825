// Who may import whom: docs/architecture.md says it in words, this file checks it (npm run check:layers).
// Tests may import more than the source beside them; they are left out of most rules.

const TEST = '\\.test(-d)?\\.tsx?$|^packages/[^/]+/test/';
/** What a sibling package may import: the files behind its `exports` keys. */
const ENTRIES = [
  '^packages/protocol/src/index\\.ts$',
  '^packages/sdk/src/(index|node|miniprogram)\\.ts$',
  '^packages/react/src/index\\.ts$',
  '^packages/server/src/ports/index\\.ts$',
  '^packages/server/src/testing\\.ts$',
  '^packages/testkit/src/((engine|sdk|published|wechat)/)?index\\.ts$',
  '^packages/testkit/src/(recorder|raw-client|old-release)\\.ts$',
];
const PROTOCOL = ENTRIES[0];
/** What the whole SDK may know: its ports, errors, codes and public types. */
const SDK_BASE =
  '^packages/sdk/src/(ports|platform|errors|error-code|status-code|public-types|invitation-events|version)(\\.ts$|/)';
const SERVER = '^packages/server/src/';
/** Files that join the parts of the server. */
const COMPOSITION = `${SERVER}(compose|main|testing)\\.ts$`;
const NODE_MODULE = ['core', 'npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-bundled', 'npm-no-pkg', 'npm-unknown'];

/** A layer with the complete list of what it may import; everything else, outside packages included, is forbidden. */
const layer = (name, path, allowed, comment, pathNot = []) => ({
  name,
  severity: 'error',
  comment,
  from: { path, pathNot: [TEST, ...pathNot] },
  to: { pathNot: [path, ...allowed] },
});

const npm = (...names) => names.map((name) => `(^|/)node_modules/(@types/)?${name}/`);
const inServer = (...folders) => folders.map((folder) => `${SERVER}${folder}/`);

export default {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'Nothing imports itself, however far round.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'resolvable',
      severity: 'error',
      comment: 'Every import leads somewhere.',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'declared',
      severity: 'error',
      comment: 'A package imports only what its package.json names.',
      from: { path: '^packages/([^/]+)/src/', pathNot: TEST },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-deep-imports',
      severity: 'error',
      comment: 'Across packages only what the other package exports.',
      from: { path: '^packages/([^/]+)/' },
      to: { path: '^packages/', pathNot: ['^packages/$1/', ...ENTRIES] },
    },
    {
      name: 'no-relative-way-out',
      severity: 'error',
      comment: 'Across packages by name, not by a relative path.',
      from: { path: '^packages/([^/]+)/src/' },
      to: { path: '^packages/', pathNot: '^packages/$1/', dependencyTypes: ['local'] },
    },
    {
      name: 'tests-use-entries',
      severity: 'error',
      comment: 'Whole-system tests see packages as users do.',
      from: { path: '^tests/' },
      to: { path: '^packages/', pathNot: ENTRIES },
    },
    {
      name: 'no-test-code-in-products',
      severity: 'error',
      comment: 'Test doubles and test tools stay in tests.',
      from: { path: '^packages/(protocol|sdk|react|server|console|bench)/src/', pathNot: TEST },
      to: { path: ['^packages/testkit/', ...npm('vitest', 'fast-check', 'playwright-core'), TEST] },
    },

    layer('protocol', '^packages/protocol/src/', [], 'The protocol imports nothing, not even Node.'),

    layer(
      'sdk-core',
      '^packages/sdk/src/core/',
      [PROTOCOL, SDK_BASE],
      'The core knows the protocol, its ports and its errors; never an adapter, Node or a package.',
    ),
    layer(
      'sdk-ports',
      SDK_BASE,
      // An event of the client has an invitation as its argument.
      [PROTOCOL, '^packages/sdk/src/invitation\\.ts$'],
      'Ports, the platform, errors, codes and public types know the protocol, each other, and what events hand out.',
    ),
    {
      name: 'sdk-adapters-are-joined-at-the-entries',
      severity: 'error',
      comment: 'Adapters know the ports; only entries know the adapters.',
      from: {
        path: '^packages/sdk/src/',
        pathNot: [TEST, '^packages/sdk/src/(adapters/|(index|global|node|miniprogram)\\.ts$)'],
      },
      to: { path: '^packages/sdk/src/adapters/' },
    },
    {
      name: 'sdk-adapters-know-ports-only',
      severity: 'error',
      comment: 'An adapter implements ports; it calls neither the core nor a facade.',
      from: { path: '^packages/sdk/src/adapters/', pathNot: TEST },
      to: {
        path: '^packages/',
        pathNot: [PROTOCOL, '^packages/sdk/src/adapters/', SDK_BASE],
      },
    },
    {
      name: 'sdk-node-only-in-node-adapters',
      severity: 'error',
      comment: 'ws and Node modules only in sdk/src/adapters/node*; everything else also runs in a browser.',
      from: { path: '^packages/sdk/src/', pathNot: [TEST, '^packages/sdk/src/adapters/node[^/]*(\\.ts$|/)'] },
      to: { dependencyTypes: NODE_MODULE, pathNot: '^packages/' },
    },
    {
      name: 'sdk-without-server',
      severity: 'error',
      comment: 'Of the sibling packages the SDK knows the protocol only.',
      from: { path: '^packages/sdk/src/', pathNot: TEST },
      to: { path: '^packages/', pathNot: ['^packages/sdk/', PROTOCOL] },
    },

    layer('server-domain', `${SERVER}domain/`, [PROTOCOL], 'The domain is pure: protocol only.'),
    layer('server-ports', `${SERVER}ports/`, [PROTOCOL, ...inServer('domain')], 'Ports know protocol and domain.'),
    layer(
      'server-app',
      `${SERVER}app/`,
      [PROTOCOL, ...inServer('domain', 'ports')],
      'The application knows protocol, domain and ports; no engine, no edge, no Node module, no package.',
    ),
    {
      name: 'server-engines',
      severity: 'error',
      comment: 'Engines know ports, domain, protocol and their drivers.',
      from: { path: `${SERVER}engines/`, pathNot: TEST },
      to: { path: '^packages/', pathNot: [PROTOCOL, ...inServer('engines', 'ports', 'domain')] },
    },
    {
      name: 'server-engines-apart',
      severity: 'error',
      comment: 'Engines do not know each other; engines/common is for what they share.',
      from: { path: `${SERVER}engines/([^/]+)/`, pathNot: TEST },
      to: { path: `${SERVER}engines/[^/]+/`, pathNot: `${SERVER}engines/($1|common)/` },
    },
    {
      name: 'server-edge',
      severity: 'error',
      comment: 'The edge knows app, ports, domain and protocol; never an engine.',
      from: { path: `${SERVER}edge/`, pathNot: TEST },
      to: { path: '^packages/', pathNot: [PROTOCOL, ...inServer('edge', 'app', 'ports', 'domain')] },
    },
    {
      name: 'server-config',
      severity: 'error',
      comment: 'The configuration knows pure code only.',
      from: { path: `${SERVER}config/`, pathNot: TEST },
      to: { path: '^packages/', pathNot: [PROTOCOL, ...inServer('config', 'ports', 'domain')] },
    },
    {
      name: 'server-composition',
      severity: 'error',
      comment: 'Only compose, main and testing (and cli/, which main runs) join engines, edge and configuration.',
      from: { path: SERVER, pathNot: [TEST, COMPOSITION, ...inServer('engines', 'edge', 'config', 'cli')] },
      to: { path: inServer('engines', 'edge', 'config', 'cli') },
    },
    {
      name: 'server-composition-is-the-top',
      severity: 'error',
      comment: 'Nothing but main, testing and cli/ imports the composition.',
      from: { path: SERVER, pathNot: [TEST, COMPOSITION, ...inServer('cli')] },
      to: { path: COMPOSITION },
    },
    {
      name: 'server-known-layers',
      severity: 'error',
      comment: 'A new folder in the server needs rules of its own in .dependency-cruiser.mjs.',
      from: {
        path: `${SERVER}[^/]+/`,
        pathNot: [TEST, ...inServer('domain', 'ports', 'app', 'engines', 'edge', 'config', 'cli')],
      },
      to: {},
    },
    {
      name: 'server-without-sdk',
      severity: 'error',
      comment: 'Of the sibling packages the server knows the protocol only.',
      from: { path: SERVER, pathNot: TEST },
      to: { path: '^packages/', pathNot: ['^packages/server/', PROTOCOL] },
    },

    {
      name: 'testkit',
      severity: 'error',
      comment: 'The test kit knows protocol and server ports, so that it fits every engine.',
      from: { path: '^packages/testkit/src/', pathNot: TEST },
      to: { path: '^packages/', pathNot: ['^packages/testkit/', PROTOCOL, `${SERVER}ports/index\\.ts$`] },
    },
    layer(
      'react-model',
      '^packages/react/src/model/',
      ['^packages/sdk/src/index\\.ts$'],
      'What the hooks know is kept without React: only the SDK, as any user has it.',
    ),
    {
      name: 'react-imports',
      severity: 'error',
      comment: 'The hooks know React and the SDK, as any user has it.',
      from: { path: '^packages/react/src/', pathNot: TEST },
      to: { pathNot: ['^packages/react/src/', '^packages/sdk/src/index\\.ts$', ...npm('react')] },
    },
    {
      name: 'console-and-bench-are-users',
      severity: 'error',
      comment: 'Console and bench use the SDK and its hooks as any user does.',
      from: { path: '^packages/(console|bench)/src/', pathNot: TEST },
      to: {
        path: '^packages/',
        pathNot: ['^packages/$1/', '^packages/sdk/src/(index|node)\\.ts$', '^packages/react/src/index\\.ts$'],
      },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.check.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: '(^|/)node_modules/' },
    exclude: { path: '^packages/[^/]+/(dist|build)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'types', 'default'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.d.ts', '.json'],
    },
  },
};

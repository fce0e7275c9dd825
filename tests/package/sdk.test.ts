import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectOfFiveYearsAgo } from './language-level.js';

/** The packed SDK in a folder of its own, as an application gets it: no workspace, no registry. */
const SDK = join(import.meta.dirname, '../../packages/sdk');
const APP_ID = '0123456789abcdef0123456789abcdef';
let folder: string;
let installed: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ar-rtm-sdk-'));
  const npm = (...args: string[]) => execFileSync('npm', args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
  const [packed] = JSON.parse(npm('pack', SDK, '--json', '--ignore-scripts')) as { filename: string }[];
  writeFileSync(join(folder, 'package.json'), '{ "name": "app", "private": true }');
  npm('install', '--offline', '--no-audit', '--no-fund', `./${packed?.filename}`);
  installed = join(folder, 'node_modules/ar-rtm-sdk');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a module in a Node of its own and answers what it prints as JSON. */
function run(extension: 'mjs' | 'cjs', code: string, ...nodeArgs: string[]): unknown {
  const file = join(folder, `app.${extension}`);
  writeFileSync(file, code);
  return JSON.parse(execFileSync(process.execPath, [...nodeArgs, file], { cwd: folder, encoding: 'utf8' }));
}

const CLASSES = [
  'LocalInvitation',
  'RTMException',
  'RemoteInvitation',
  'RtmChannel',
  'RtmClient',
  'RtmInternalError',
  'RtmInterruptedError',
  'RtmInvalidArgumentError',
  'RtmInvalidStatusError',
  'RtmInvokeTooOftenError',
  'RtmLimitExceededError',
  'RtmTimeoutError',
  'RtmUnauthenticatedError',
  'RtmUnavailableError',
  'RtmUnknownError',
];
const NAMESPACE = [
  'AreaCode',
  'BUILD',
  'ConnectionChangeReason',
  'ConnectionState',
  'END_CALL_PREFIX',
  'LOG_FILTER_ERROR',
  'LOG_FILTER_INFO',
  'LOG_FILTER_OFF',
  'LOG_FILTER_WARNING',
  'LegacyAreaCode',
  'LocalInvitationFailureReason',
  'LocalInvitationState',
  'MessageType',
  'PeerOnlineState',
  'PeerSubscriptionOption',
  'RemoteInvitationFailureReason',
  'RemoteInvitationState',
  'VERSION',
  'createInstance',
  'setArea',
];
const EXPORTS = ['ArRTM', 'default', 'RtmErrorCode', 'RtmStatusCode', ...CLASSES];
const sorted = (names: Iterable<string>) => [...new Set(names)].sort();

describe.each([[], ['--conditions=browser']])('Node %s', (...nodeArgs) => {
  test('import', () => {
    const seen = run(
      'mjs',
      `import ArRTM, * as all from 'ar-rtm-sdk';
       const client = ArRTM.createInstance('${APP_ID}');
       console.log(JSON.stringify({
         exports: Object.keys(all), namespace: Object.keys(ArRTM), same: all.default === all.ArRTM,
         isClient: client instanceof all.RtmClient, version: ArRTM.VERSION,
       }));`,
      ...nodeArgs,
    ) as { exports: string[]; namespace: string[]; same: boolean; isClient: boolean; version: string };
    expect(sorted(seen.exports)).toEqual(sorted(EXPORTS));
    expect(sorted(seen.namespace)).toEqual(
      sorted([...NAMESPACE, ...EXPORTS.filter((name) => name !== 'default' && name !== 'ArRTM')]),
    );
    const { version } = JSON.parse(readFileSync(join(SDK, 'package.json'), 'utf8')) as { version: string };
    expect(seen).toMatchObject({ same: true, isClient: true, version });
  });

  test('require', () => {
    const seen = run(
      'cjs',
      `const all = require('ar-rtm-sdk');
       const client = require('ar-rtm-sdk').createInstance('${APP_ID}');
       console.log(JSON.stringify({
         exports: Object.keys(all), esModule: all.__esModule, same: all.default === all.ArRTM,
         sameMember: all.createInstance === all.default.createInstance, isClient: client instanceof all.RtmClient,
         code: all.RtmErrorCode.LoginError[4],
       }));`,
      ...nodeArgs,
    ) as { exports: string[] };
    expect(sorted(seen.exports)).toEqual(sorted([...EXPORTS, ...NAMESPACE]));
    expect(seen).toMatchObject({
      esModule: true,
      same: true,
      sameMember: true,
      isClient: true,
      code: 'LOGIN_ERR_INVALID_TOKEN',
    });
  });
});

describe.each(['ArRTM.esm.mjs', 'ArRTM.cjs.js', 'ArRTM.umd.js'])('%s', (file) => {
  test('has no dependency and keeps the language level', () => {
    const code = readFileSync(join(installed, 'dist', file), 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
    expect(code.match(/\bfrom\s*["'`][^"'`]*["'`]|\brequire\(["'`]|\bimport\(/g) ?? []).toEqual([]);
    expectOfFiveYearsAgo(code, file.endsWith('.mjs') ? 'module' : 'script');
  });
});

describe('script', () => {
  const load = (globals: object = {}) => {
    const context = createContext(globals);
    const before = runInContext('Object.getOwnPropertyNames(globalThis)', context) as string[];
    runInContext(readFileSync(join(installed, 'dist/ArRTM.umd.js'), 'utf8'), context);
    const after = runInContext('Object.getOwnPropertyNames(globalThis)', context) as string[];
    return { context, added: after.filter((name) => !before.includes(name)) };
  };

  test('defines one global, without document, window or anything else of a page', () => {
    const { context, added } = load();
    expect(added).toEqual(['ArRTM']);
    const members = runInContext('Object.keys(ArRTM)', context) as string[];
    expect(sorted(members)).toEqual(sorted([...EXPORTS, ...NAMESPACE]));
    expect(runInContext('ArRTM.default === ArRTM && ArRTM.ArRTM === ArRTM', context)).toBe(true);
    expect(runInContext(`ArRTM.createInstance('${APP_ID}') instanceof ArRTM.RtmClient`, context)).toBe(true);
  });

  test('reads document.currentScript while it loads, and nothing else', () => {
    const reads: string[] = [];
    const watched = new Proxy(
      { currentScript: { src: 'https://rtm.example/sdk/web/ArRTM@latest.js' } },
      {
        get(target, name) {
          reads.push(String(name));
          return Reflect.get(target, name);
        },
      },
    );
    expect(load({ document: watched }).added).toEqual(['ArRTM']);
    expect(sorted(reads)).toEqual(['currentScript']);
  });

  test('AMD', () => {
    const defined: unknown[] = [];
    const define = Object.assign((...args: unknown[]) => defined.push(args.at(-1)), { amd: {} });
    expect(load({ define }).added).toEqual([]);
    expect((defined[0] as () => { createInstance: unknown })().createInstance).toBeTypeOf('function');
  });
});

test('the package holds what is published, and no more', () => {
  const files = JSON.parse(
    execFileSync('npm', ['pack', SDK, '--json', '--dry-run', '--ignore-scripts'], { cwd: folder, encoding: 'utf8' }),
  ) as [{ files: { path: string }[] }];
  const { dependencies } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as {
    dependencies?: object;
  };
  expect(dependencies).toBeUndefined();
  expect(sorted(files[0].files.map(({ path }) => path).filter((path) => path.startsWith('dist/')))).toEqual(
    sorted(
      ['cjs.js', 'd.mts', 'd.ts', 'esm.mjs', 'umd.js']
        .map((end) => `dist/ArRTM.${end}`)
        .concat('dist/node.cjs', 'dist/node.mjs', 'dist/miniprogram.mjs', 'dist/miniprogram.d.mts'),
    ),
  );
  expect(sorted(files[0].files.map(({ path }) => path).filter((path) => path.startsWith('mini')))).toEqual(
    ['index.d.ts', 'index.js', 'miniprogram.js'].map((name) => `miniprogram_dist/${name}`),
  );
});

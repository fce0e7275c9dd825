/** The examples of the API reference: each method and event has one, and each of them runs. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { beforeAll, describe, expect, test } from 'vitest';
import { readExamples, referenceExamples } from '../../scripts/lib/example-regions.mjs';
import { inRoot } from '../../scripts/lib/root.mjs';
import type { ServerProcess } from '../e2e/server-process.js';
import { useServers } from './servers.js';

const APP_ID = '0123456789abcdef0123456789abcdef';
const CERTIFICATE = 'fedcba9876543210fedcba9876543210';

describe('an example for everything', () => {
  const isMember = (name: string) => /^\w/.test(name);

  /** `<class or interface>.<member>` of all methods and events that an application can name. */
  function publicMembers(): string[] {
    const file = inRoot('packages/sdk/dist/ArRTM.d.ts');
    const program = ts.createProgram([file], { lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'], types: [], noEmit: true });
    const checker = program.getTypeChecker();
    const source = program.getSourceFile(file);
    const module = source && checker.getSymbolAtLocation(source);
    if (!module) throw new Error('the types of the SDK are not built');
    const emitter = new Set(
      ['on', 'once', 'off', 'emit', 'listeners', 'rawListeners', 'listenerCount'].concat('removeAllListeners'),
    );
    const namespaces = ({ flags }: ts.Symbol) => (flags & ts.SymbolFlags.Namespace) !== 0;
    const exported = checker
      .getExportsOfModule(module)
      .flatMap((symbol) => [symbol, ...(namespaces(symbol) ? checker.getExportsOfModule(symbol) : [])])
      .map((symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol));
    return exported.flatMap((symbol) => {
      const { name } = symbol;
      const isClass = (symbol.flags & ts.SymbolFlags.Class) !== 0 && !/^R(TM|tm)\w*(Error|Exception)$/.test(name);
      const isInterface = (symbol.flags & ts.SymbolFlags.Interface) !== 0;
      if (!isClass && !(isInterface && /(Events|EventMap|Namespace)$/.test(name))) return [];
      const methods = checker
        .getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol))
        .filter(({ flags }) => (flags & ts.SymbolFlags.Method) !== 0)
        .map((member) => member.name)
        .filter((member) => isMember(member) && (name === 'EventEmitter' || !emitter.has(member)));
      return methods.map((member) => `${name}.${member}`);
    });
  }

  test('each public method and event has one, and each example belongs to one', () => {
    const members = publicMembers();
    expect(members).toEqual(expect.arrayContaining(['RtmClient.login', 'RtmChannelEvents.MemberLeft']));
    expect(members.length).toBeGreaterThan(60);
    const shown = [...readExamples().keys()].filter((name) => !name.endsWith('.constructor'));
    expect(shown.sort()).toEqual([...new Set(members)].sort());
  });
});

describe('each runs, and all that is in it', () => {
  const startServer = useServers();
  let open: ServerProcess;
  let withTokens: ServerProcess;
  const apps = JSON.stringify([{ appId: APP_ID, certificates: [CERTIFICATE] }]);

  beforeAll(async () => {
    open = await startServer();
    withTokens = await startServer('--set', `apps=${apps}`);
  });

  // The one that waits for the end of a token first.
  const files = referenceExamples().sort((a, b) => Number(b.includes('tokens')) - Number(a.includes('tokens')));
  test.concurrent.each(files)('%s', async (file) => {
    const env =
      basename(file) === 'tokens.js'
        ? { ARRTM_SERVER: withTokens.url, ARRTM_APP_ID: APP_ID, ARRTM_CERTIFICATE: CERTIFICATE }
        : { ARRTM_SERVER: open.url };
    const coverage = mkdtempSync(join(tmpdir(), 'ar-rtm-example-'));
    const child = spawn(process.execPath, [inRoot(file)], {
      env: { PATH: process.env.PATH, NODE_V8_COVERAGE: coverage, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [out, err] = [child.stdout, child.stderr].map((stream) => stream.setEncoding('utf8').toArray());
    const [code] = (await once(child, 'close')) as [number | null];
    expect({ code, err: (await err)?.join(''), out: code === 0 ? '' : (await out)?.join('') }).toEqual({
      code: 0,
      err: '',
      out: '',
    });
    expect(neverCalled(coverage, file)).toEqual([]);
    rmSync(coverage, { recursive: true });
  });

  /** Functions of a file that were not called: an example of an event whose listener is one of them shows nothing. */
  function neverCalled(coverage: string, file: string): string[] {
    const url = pathToFileURL(inRoot(file)).href;
    const reports = readdirSync(coverage).map((name) => JSON.parse(readFileSync(join(coverage, name), 'utf8')));
    const script = reports.flatMap(({ result }) => result).find((found: { url: string }) => found.url === url);
    if (!script) throw new Error(`Node has not reported on ${file}`);
    const text = readFileSync(inRoot(file), 'utf8');
    return script.functions
      .map(({ ranges: [whole] }: Ranges) => whole)
      .filter(({ count }: Range) => count === 0)
      .map(({ startOffset, endOffset }: Range) => text.slice(startOffset, endOffset));
  }
});

type Range = { readonly count: number; readonly startOffset: number; readonly endOffset: number };
type Ranges = { readonly ranges: readonly [Range, ...Range[]] };

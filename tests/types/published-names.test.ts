/**
 * Every name that the types of the published `ar-rtm-sdk@1.0.15` export exists in ours, with every member, and numbers of
 * enums are the same. What its declarations leave out and its bundle has is in the side-by-side scenarios.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';

const published = join(
  dirname(createRequire(import.meta.url).resolve('published-ar-rtm-sdk')),
  'ar-rtm-sdk-public.d.ts',
);
const ours = fileURLToPath(new URL('../../packages/sdk/src/index.ts', import.meta.url));

const program = ts.createProgram([published, ours], {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  customConditions: ['source'],
  lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
  strict: true,
  noEmit: true,
  types: [],
});
const checker = program.getTypeChecker();

type Names = Map<string, ts.Symbol>;

function exportsOf(file: string): Names {
  const source = program.getSourceFile(file);
  const module = source && checker.getSymbolAtLocation(source);
  if (!module) throw new Error(`${file} is no module`);
  return new Map(checker.getExportsOfModule(module).map((symbol) => [symbol.name, resolved(symbol)]));
}

function resolved(symbol: ts.Symbol): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

/** Public members by name: of what a value of this type has, of what the name itself has, of the namespace. */
function membersOf(symbol: ts.Symbol): Names {
  const found: Names = new Map();
  const add = (member: ts.Symbol) => {
    if (!isHidden(member)) found.set(member.name, resolved(member));
  };
  if (symbol.flags & ts.SymbolFlags.Module) for (const member of checker.getExportsOfModule(symbol)) add(member);
  if (symbol.flags & ts.SymbolFlags.Enum) for (const member of checker.getExportsOfModule(symbol)) add(member);
  if (symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface | ts.SymbolFlags.TypeAlias)) {
    for (const member of checker.getDeclaredTypeOfSymbol(symbol).getProperties()) add(member);
  }
  if (symbol.flags & (ts.SymbolFlags.Variable | ts.SymbolFlags.Property)) {
    const type = checker.getTypeOfSymbol(symbol);
    // Texts and numbers have the members of the language.
    if (type.flags & ts.TypeFlags.Object) for (const member of type.getProperties()) add(member);
  }
  return found;
}

function isHidden(member: ts.Symbol): boolean {
  const flags = member.valueDeclaration ? ts.getCombinedModifierFlags(member.valueDeclaration) : 0;
  return (flags & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) !== 0 || member.name.startsWith('_');
}

function numberOf(symbol: ts.Symbol): unknown {
  const declaration = symbol.valueDeclaration;
  return declaration && ts.isEnumMember(declaration) ? checker.getConstantValue(declaration) : undefined;
}

/** `path: what is wrong`. Only what the published package declares itself; members of the language are the same anyway. */
function missing(wanted: Names, there: Names, path: string, seen = new Set<ts.Symbol>()): string[] {
  return [...wanted].flatMap(([name, symbol]) => {
    const where = path === '' ? name : `${path}.${name}`;
    const own = there.get(name);
    if (!own) return [`${where} is missing`];
    const number = numberOf(symbol);
    if (typeof number === 'number' && numberOf(own) !== number) return [`${where} is ${numberOf(own)}, not ${number}`];
    if (seen.has(symbol) || !isDeclaredThere(symbol)) return [];
    seen.add(symbol);
    return missing(membersOf(symbol), membersOf(own), where, seen);
  });
}

function isDeclaredThere(symbol: ts.Symbol): boolean {
  return symbol.declarations?.some((declaration) => declaration.getSourceFile().fileName === published) ?? false;
}

test('every name of the published types exists in ours, with its members and numbers', () => {
  const wanted = exportsOf(published);
  expect([...wanted.keys()]).toEqual(expect.arrayContaining(['ArRTM', 'RtmClient', 'RtmErrorCode', 'RtmStatusCode']));
  expect(missing(wanted, exportsOf(ours), '')).toEqual([]);
});

test('members are compared, and not only names', () => {
  const client = exportsOf(published).get('RtmClient') as ts.Symbol;
  const names = [...membersOf(client).keys()];
  expect(names).toEqual(expect.arrayContaining(['login', 'sendMessageToPeer', 'createLocalInvitation', 'on']));
  expect(missing(new Map([['RtmClient', client]]), new Map([['RtmClient', resolved(client)]]), '')).toEqual([]);
  const login = exportsOf(published).get('RtmErrorCode') as ts.Symbol;
  expect(missing(new Map([['X', login]]), new Map([['X', client]]), '').length).toBeGreaterThan(10);
});

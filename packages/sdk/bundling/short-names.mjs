/**
 * Which property names the browser builds may shorten. Local variables are shortened by every minifier; names of members
 * are not, because no minifier can know who else uses them. Here it can be known:
 *
 * - A name qualifies when it is declared as a member of a class or an interface of the core, the ports or the protocol.
 * - It keeps its length when somebody else knows it: applications (members of the public classes and types, private ones
 *   included, since they sit on objects of applications and could clash with what these add), `platform.ts`, the server
 *   (bodies of the gateway; names in frames begin with a capital, and none of those is ever shortened), the language and
 *   the browser.
 * - It keeps its length when it is also the text of a string: then it may be looked up by that text.
 *
 * What remains is used by its name only, and everywhere in the bundle alike. Names of object literals that no interface
 * declares are left alone, so that a new object for the wire is safe by default.
 */
import { readFileSync } from 'node:fs';
import { parseSync, Visitor } from 'rolldown/utils';
import { listSources } from './sources.mjs';

const INTERNAL = /^packages\/(protocol\/src|sdk\/src\/core)\/|^packages\/sdk\/src\/ports\.ts$/;
const PORTS = /^packages\/sdk\/src\/ports\.ts$/;
const ADAPTERS = /^packages\/sdk\/src\/(adapters\/|global\.ts$)/;
const PUBLIC = /^packages\/sdk\/src\/([^/]+|core\/emitter)\.ts$/;
const GATEWAY = /^packages\/protocol\/src\/gateway\.ts$/;

/** The option `mangleProps` of the minifier. */
export function shortNames() {
  const known = new Set(languageNames());
  const internal = new Set();
  const ports = new Set();
  const written = new Set();
  for (const { path, file } of listSources()) {
    const names = namesIn(file);
    for (const name of names.strings) known.add(name);
    if (INTERNAL.test(path)) for (const name of names.members) internal.add(name);
    if (PORTS.test(path)) for (const name of names.members) ports.add(name);
    else if (PUBLIC.test(path)) for (const name of names.members) known.add(name);
    if (GATEWAY.test(path)) for (const name of names.keys) known.add(name);
    if (ADAPTERS.test(path)) {
      for (const name of names.reads) known.add(name);
      for (const name of names.keys) written.add(name);
    }
  }
  // What an adapter writes is a member of a port, or an option for the browser.
  for (const name of written) if (!ports.has(name)) known.add(name);
  const short = [...internal].filter((name) => /^[a-z]/.test(name) && !known.has(name)).sort();
  return { include: new RegExp(`^(${short.join('|')})$`), reserved: [...known] };
}

/** Members of everything that the language brings along. */
function languageNames() {
  const globals = [
    Object,
    Function,
    Array,
    String,
    Number,
    Boolean,
    RegExp,
    Map,
    Set,
    Promise,
    Error,
    Symbol,
    Math,
    JSON,
  ];
  return globals.flatMap((global) => [global, global.prototype ?? {}]).flatMap((of) => Object.getOwnPropertyNames(of));
}

/** The property names in a file, by how they occur. */
function namesIn(file) {
  const names = { members: [], keys: [], reads: [], strings: [] };
  const types = new Set();
  const member = ({ key, computed }) => {
    if (!computed) names.members.push(key.name ?? key.value);
  };
  const visitor = new Visitor({
    PropertyDefinition: member,
    MethodDefinition: member,
    TSPropertySignature: member,
    TSMethodSignature: member,
    TSParameterProperty: ({ parameter }) => member({ key: parameter.left ?? parameter }),
    ObjectExpression: ({ properties }) => {
      for (const { key, computed } of properties) if (key && !computed) names.keys.push(key.name ?? String(key.value));
    },
    ObjectPattern: ({ properties }) => {
      for (const { key, computed } of properties) if (key && !computed) names.reads.push(key.name ?? String(key.value));
    },
    MemberExpression: ({ property, computed }) => {
      if (!computed) names.reads.push(property.name);
    },
    // The compiler alone reads texts in types.
    TSLiteralType: ({ literal }) => types.add(literal.start),
    Literal: ({ value, start }) => {
      if (typeof value === 'string' && !types.has(start)) names.strings.push(value);
    },
  });
  visitor.visit(parseSync(file, readFileSync(file, 'utf8')).program);
  return names;
}

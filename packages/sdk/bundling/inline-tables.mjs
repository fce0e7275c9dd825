/**
 * Writes single values of constant tables, such as `LIMITS.MESSAGE_BYTES`, where they are used. A table of which nothing
 * else is used then goes away; no bundler does this for members of objects by itself.
 *
 * A table is an exported constant in capitals that is an object literal, declared `as const`. No other variable of the
 * bundled sources has its name, which is checked, so that a reference is found by the name alone.
 */
import { readFileSync } from 'node:fs';
import { parseSync, Visitor } from 'rolldown/utils';
import { listSources } from './sources.mjs';

export const inlineTables = {
  name: 'inline-tables',
  buildStart() {
    tables = readTables();
  },
  transform: {
    filter: { id: /packages\/(sdk|protocol)\/src\/.*\.ts$/ },
    handler(code, id) {
      const found = [];
      const visitor = new Visitor({
        MemberExpression({ object, property, computed, start, end }) {
          const value = !computed && object.type === 'Identifier' && tables.get(object.name)?.get(property.name);
          if (value !== false && value !== undefined) found.push({ start, end, value });
        },
      });
      visitor.visit(parseSync(id, code).program);
      // From the end, so that the places of the others stay as they are.
      return found.sort((a, b) => b.start - a.start).reduce(replace, code);
    },
  },
};

/** Table name -> member name -> value. */
let tables = new Map();

function replace(code, { start, end, value }) {
  return `${code.slice(0, start)}(${textOf(value)})${code.slice(end)}`;
}

/** Keys stay names, so that the minifier may shorten them. */
function textOf(value) {
  if (typeof value !== 'object') return JSON.stringify(value);
  return `{ ${Object.entries(value).map(([name, member]) => `${name}: ${textOf(member)}`)} }`;
}

function readTables() {
  const found = new Map();
  const declared = [];
  for (const { file } of listSources()) {
    const constants = new Map();
    const { program } = parseSync(file, readFileSync(file, 'utf8'));
    new Visitor({ VariableDeclarator: ({ id }) => declared.push(id.name) }).visit(program);
    const read = (name, init, isExported) => {
      const literal = init && withoutType(init);
      if (!literal) return;
      const value = constantOf(literal, constants);
      if (value !== undefined) constants.set(name, value);
      if (!isExported || !init.type.startsWith('TS') || literal.type !== 'ObjectExpression') return;
      found.set(name, membersOf(literal, constants));
    };
    for (const statement of program.body) {
      const declaration = statement.declaration ?? statement;
      if (declaration.type !== 'VariableDeclaration' || declaration.kind !== 'const') continue;
      for (const { id, init } of declaration.declarations) {
        if (/^[A-Z_]+$/.test(id.name)) read(id.name, init, statement !== declaration);
      }
    }
  }
  const clash = declared.find((name, index) => found.has(name) && declared.indexOf(name) !== index);
  if (clash) throw new Error(`There are two variables ${clash}, one of which is a table`);
  return found;
}

/** Without `as const`, and what else only the compiler reads. */
function withoutType(node) {
  return node.type.startsWith('TS') ? withoutType(node.expression) : node;
}

function membersOf({ properties }, constants) {
  const members = properties.map(({ key, value }) => [key?.name, value && constantOf(value, constants)]);
  return new Map(members.filter(([name, value]) => name !== undefined && value !== undefined));
}

/** Value of a constant expression of numbers, strings and objects of them; `undefined` for every other expression. */
function constantOf(node, constants) {
  switch (node.type) {
    case 'Literal':
      return typeof node.value === 'object' ? undefined : node.value;
    case 'ObjectExpression': {
      const members = membersOf(node, constants);
      return members.size === node.properties.length ? Object.fromEntries(members) : undefined;
    }
    case 'Identifier':
      return constants.get(node.name);
    case 'UnaryExpression': {
      const value = constantOf(node.argument, constants);
      return node.operator === '-' && value !== undefined ? -value : undefined;
    }
    case 'BinaryExpression': {
      const [left, right] = [constantOf(node.left, constants), constantOf(node.right, constants)];
      if (left === undefined || right === undefined) return undefined;
      return node.operator === '*' ? left * right : node.operator === '+' ? left + right : undefined;
    }
    default:
      return undefined;
  }
}

/**
 * Writes the classes of the core as functions that return an object. What is private to a class then becomes a variable,
 * which every minifier shortens, and no `this` is left:
 *
 * ```
 * class Door {                          function Door($hinge) {
 *   private opened = 0;                   let $opened = 0;
 *   constructor(private hinge: Hinge) {}
 *   open(): void {                        return { open: () => {
 *     this.opened += 1;             ->      $opened += 1;
 *     this.hinge.turn();                    $hinge.turn();
 *   }                                     } };
 * }                                     }
 * ```
 *
 * It holds for classes that nobody extends, and of which nobody asks `instanceof`; the build stops at what else it cannot
 * write. The names of these classes are unique among the sources, so that `new` is found by the name alone.
 */
import { readFileSync } from 'node:fs';
import { parseSync, Visitor } from 'rolldown/utils';
import { listSources } from './sources.mjs';

const CORE = /packages\/sdk\/src\/core\/(?!emitter)[^/]+\.ts$/;

export const closures = {
  name: 'closures',
  buildStart() {
    const classes = listSources()
      .filter(({ file }) => CORE.test(file))
      .flatMap(({ file }) => parseSync(file, readFileSync(file, 'utf8')).program.body)
      .flatMap(({ declaration }) => (declaration?.type === 'ClassDeclaration' ? [declaration.id.name] : []));
    names = new Set(classes);
    if (names.size < classes.length) throw new Error('Two classes of the core have the same name');
  },
  transform: {
    filter: { id: /packages\/sdk\/src\/.*\.ts$/ },
    handler(code, id) {
      const edits = new Edits(code);
      const { program } = parseSync(id, code);
      new Visitor({
        NewExpression({ start, callee }) {
          if (names.has(callee.name)) edits.replace(start, callee.start, '');
        },
        BinaryExpression({ operator, right }) {
          if (operator === 'instanceof' && names.has(right.name)) throw new Error(`instanceof ${right.name} in ${id}`);
        },
      }).visit(program);
      for (const { declaration } of CORE.test(id) ? program.body : []) {
        if (declaration?.type === 'ClassDeclaration') writeClass(declaration, program, edits);
      }
      return edits.apply();
    },
  },
};

let names = new Set();

class Edits {
  constructor(code) {
    this.code = code;
    this.list = [];
  }

  replace(start, end, text) {
    this.list.push({ start, end, text });
  }

  /** The text from one place to another, with what is to be replaced in it. */
  read(from, to) {
    const inside = this.list.filter(({ start, end }) => start >= from && end <= to);
    let text = '';
    let at = from;
    for (const { start, end, text: other } of inside.sort((a, b) => a.start - b.start)) {
      if (start < at) throw new Error(`Overlapping edits in ${this.code.slice(start, end)}`);
      text += this.code.slice(at, start) + other;
      at = end;
    }
    return text + this.code.slice(at, to);
  }

  apply() {
    return this.read(0, this.code.length);
  }

  /** Replaces a node, edits inside it included. */
  settle(start, end, text) {
    this.list = this.list.filter((edit) => edit.start < start || edit.end > end);
    this.replace(start, end, text);
  }
}

/** What is known of the members, by name. */
function readMembers({ superClass, body }, fail) {
  if (superClass) fail('extends');
  const members = new Map();
  for (const node of body.body) {
    const { accessibility, readonly, kind = 'field', key } = node;
    if (kind === 'constructor') {
      for (const parameter of node.value.params) {
        if (parameter.type !== 'TSParameterProperty') continue;
        const isPrivate = parameter.accessibility === 'private';
        const { name } = parameter.parameter;
        if (!isPrivate && !parameter.readonly) fail(`the parameter ${name}, which others may change,`);
        members.set(name, { kind: 'parameter', node: parameter, isPrivate, isInObject: false });
      }
    } else {
      const isKnown = /^(PropertyDefinition|MethodDefinition)$/.test(node.type) && /^(field|method|get)$/.test(kind);
      if (!isKnown || node.static || node.computed) fail(`a member that is ${kind}, static or computed`);
      const isPrivate = accessibility === 'private';
      // What others may change, what is computed, and what has its value later, is kept in the object.
      const isInObject = !isPrivate && (kind === 'get' || (kind === 'field' && !(readonly && node.value)));
      members.set(key.name, { kind, node, isPrivate, isInObject });
    }
  }
  return members;
}

function writeClass(declaration, program, edits) {
  const { name: className } = declaration.id;
  const fail = (what) => {
    throw new Error(`Class ${className} cannot be written as a function: ${what}`);
  };
  const members = readMembers(declaration, fail);
  const maker = declaration.body.body.find(({ kind }) => kind === 'constructor')?.value;
  const used = new Set();
  let usesSelf = false;

  const refTo = (name) => {
    const member = members.get(name) ?? fail(`this.${name} is not declared`);
    used.add(name);
    usesSelf ||= member.isInObject;
    return member.isInObject ? `$self.${name}` : `$${name}`;
  };
  replaceThis(declaration, edits, refTo, () => {
    usesSelf = true;
    return '$self';
  });
  if (maker) renameParameters(maker, members, edits, fail);
  // What the constructor declares is seen by all methods, and must not stand before something else.
  const outside = new Set(declaredIn(program.body).map(({ name }) => name));
  for (const { name } of declaredIn([...(maker?.params ?? []), ...(maker?.body.body ?? [])])) {
    if (outside.has(name)) fail(`its constructor hides ${name}`);
  }

  const text = (node) => edits.read(node.start, node.end);
  const arrow = ({ async, typeParameters, params, body }) =>
    `${async ? 'async ' : ''}${typeParameters ? text(typeParameters) : ''}(${params.map(text).join(', ')}) => ${text(body)}`;
  const variables = [];
  const object = [];
  for (const [name, { kind, node, isPrivate, isInObject }] of members) {
    const value = kind === 'method' ? arrow(node.value) : node.value && kind === 'field' && text(node.value);
    const isVariable = !isInObject && (kind !== 'method' || used.has(name));
    if (isVariable && kind !== 'parameter') variables.push(`let $${name}${value ? ` = ${value}` : ''};`);
    if (isPrivate) continue;
    if (kind === 'get') object.push(`get ${name}() ${text(node.value.body)}`);
    else if (isVariable) object.push(`${name}: $${name}`);
    else if (value) object.push(`${name}: ${value}`);
  }
  const params = (maker?.params ?? []).map((parameter) =>
    parameter.type === 'TSParameterProperty' ? `$${parameter.parameter.name}` : text(parameter),
  );
  // Methods come first: they run later, and what is in the constructor may call them.
  variables.sort((a, b) => Number(b.includes('=>')) - Number(a.includes('=>')));
  const made = `{ ${object.join(', ')} }`;
  const [before, result] = usesSelf ? [[`const $self: any = ${made};`], '$self'] : [[], made];
  const lines = [...variables, ...before, ...(maker?.body.body ?? []).map(text), `return ${result};`];
  edits.settle(
    declaration.start,
    declaration.end,
    `function ${className}(${params.join(', ')}): any {\n${lines.join('\n')}\n}`,
  );
}

/** Everything that begins with `this`, and `this` itself. */
function replaceThis(declaration, edits, refTo, self) {
  const done = new Set();
  visit(declaration, {
    MemberExpression({ object, property, start, end }) {
      if (object.type !== 'ThisExpression') return;
      done.add(object.start);
      edits.replace(start, end, refTo(property.name));
    },
    VariableDeclarator({ id, init }) {
      if (init?.type !== 'ThisExpression') return;
      done.add(init.start);
      const parts = id.properties.map(({ key, value }) => `${value.name} = ${refTo(key.name)}`);
      edits.replace(id.start, init.end, parts.join(', '));
    },
    // Comes after its parents.
    'ThisExpression:exit'({ start, end }) {
      if (!done.has(start)) edits.replace(start, end, self());
    },
  });
}

/** The constructor names its parameters without `this`, too. */
function renameParameters({ body }, members, edits, fail) {
  const names = new Set([...members].flatMap(([name, { kind }]) => (kind === 'parameter' ? [name] : [])));
  const notReferences = new Set();
  visit(body, {
    MemberExpression: ({ property, computed }) => computed || notReferences.add(property.start),
    Property({ key, shorthand }) {
      if (shorthand && names.has(key.name)) fail(`its constructor has ${key.name} in short form`);
      notReferences.add(key.start);
    },
    'Identifier:exit'({ name, start, end }) {
      if (names.has(name) && !notReferences.has(start)) edits.replace(start, end, `$${name}`);
    },
  });
}

/** What statements and parameters declare; of imports, too. */
function declaredIn(nodes) {
  return nodes.flatMap((node) => {
    switch (node?.type) {
      case 'Identifier':
        return [node];
      case 'ImportDeclaration':
        return node.specifiers.map(({ local }) => local);
      case 'VariableDeclaration':
        return declaredIn(node.declarations.map(({ id }) => id));
      case 'ExportNamedDeclaration':
        return declaredIn([node.declaration]);
      case 'FunctionDeclaration':
        return declaredIn([node.id]);
      case 'ObjectPattern':
        return declaredIn(node.properties.map(({ value }) => value));
      default:
        return [];
    }
  });
}

function visit(node, visitor) {
  new Visitor(visitor).visit({ type: 'Program', body: [node], start: 0, end: 0, sourceType: 'module' });
}

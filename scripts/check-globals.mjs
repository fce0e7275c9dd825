// npm run check:layers, second half: time, chance and the outside world reach the pure parts through ports only.
import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { isTest, listFiles } from './lib/files.mjs';
import { fail, inRoot } from './lib/root.mjs';

const PURE = [
  'packages/protocol/src',
  'packages/sdk/src/core',
  'packages/server/src/domain',
  'packages/server/src/app',
];
const FORBIDDEN = new Set(
  `Date setTimeout setInterval setImmediate clearTimeout clearInterval clearImmediate queueMicrotask performance
   process crypto WebSocket fetch XMLHttpRequest globalThis global window self document navigator require`.split(/\s+/),
);

/** Whether an identifier stands for a value here, and is not the name of a member, a label or a type. */
function isValue(node) {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isPropertyAssignment(parent) || ts.isBindingElement(parent)) {
    return parent.name !== node && parent.propertyName !== node;
  }
  if (ts.isShorthandPropertyAssignment(parent)) return true;
  if (ts.isTypeReferenceNode(parent) || ts.isQualifiedName(parent) || ts.isImportSpecifier(parent)) return false;
  if (ts.isTypeQueryNode(parent) || ts.isExportSpecifier(parent) || ts.isNamedTupleMember(parent)) return false;
  // The names of members and declarations themselves.
  return parent.name !== node;
}

/** Names that the file itself gives to variables, parameters or imports; they are not the globals. */
function declaredNames(source) {
  const names = new Set();
  const visit = (node) => {
    const binds = ts.isVariableDeclaration(node) || ts.isParameter(node) || ts.isBindingElement(node);
    const imports = ts.isImportSpecifier(node) || ts.isImportClause(node) || ts.isFunctionDeclaration(node);
    if ((binds || imports) && node.name && ts.isIdentifier(node.name)) names.add(node.name.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return names;
}

const found = [];
for (const file of PURE.flatMap((path) => listFiles(inRoot(path)))) {
  if (!/\.tsx?$/.test(file) || isTest(file)) continue;
  const source = ts.createSourceFile(file, readFileSync(inRoot(file), 'utf8'), ts.ScriptTarget.Latest, true);
  const own = declaredNames(source);
  const report = (node, name) => {
    const { line, character } = source.getLineAndCharacterOfPosition(node.getStart());
    found.push(`${file}:${line + 1}:${character + 1} ${name}`);
  };
  const visit = (node) => {
    if (ts.isIdentifier(node) && FORBIDDEN.has(node.text) && !own.has(node.text) && isValue(node))
      report(node, node.text);
    // Math.random, Math['random'] and const { random } = Math
    if (ts.isIdentifier(node) && node.text === 'Math' && isValue(node)) {
      const { parent } = node;
      const isNamedUse = ts.isPropertyAccessExpression(parent) && parent.name.text !== 'random';
      if (!isNamedUse) report(node, 'Math.random, or Math not followed by a member');
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
}
if (found.length > 0) {
  fail(`${found.join('\n')}\n${found.length} uses of globals that the pure parts get through ports instead.`);
}
process.stdout.write(`Globals: none of the forbidden ones in ${PURE.join(', ')}.\n`);

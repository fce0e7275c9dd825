import { z } from 'zod';
import { configSchema } from './schema.js';

/** What the schema says about a field, as JSON Schema words it. */
interface Node {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly secret?: boolean;
}

/** A field that has a name in the environment and a place in the reference. */
export interface Leaf extends Node {
  /** `limits.messageBytes` */
  readonly path: string;
  /** `ARRTM_LIMITS_MESSAGE_BYTES` */
  readonly variable: string;
}

const variableOf = (path: string): string =>
  `ARRTM_${path
    .replaceAll('.', '_')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toUpperCase()}`;

/** A group, as opposed to a field whose value is an object: all of it has defaults. */
const isGroup = (node: Node): boolean => node.type === 'object' && node.default !== undefined;

function leavesOf(node: Node, path: string): Leaf[] {
  return Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
    const childPath = path === '' ? name : `${path}.${name}`;
    return isGroup(child)
      ? leavesOf(child, childPath)
      : [{ ...child, path: childPath, variable: variableOf(childPath) }];
  });
}

const root = z.toJSONSchema(configSchema, { io: 'input' }) as Node;

/** Every field, in the order of the schema. */
export const LEAVES: readonly Leaf[] = leavesOf(root, '');

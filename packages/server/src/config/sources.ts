import { withoutComments } from './json-with-comments.js';
import { LEAVES, type Leaf } from './leaves.js';
import type { Problem } from './problem.js';

/** A value for a field, still as it came. */
export interface Setting {
  readonly path: string;
  readonly value: unknown;
  readonly source: string;
}

export interface Read {
  readonly settings: readonly Setting[];
  readonly problems: readonly Problem[];
}

const BY_PATH = new Map(LEAVES.map((leaf) => [leaf.path, leaf]));
const BY_VARIABLE = new Map(LEAVES.map((leaf) => [leaf.variable, leaf]));

/** Names the file, and so is none of its fields. */
export const CONFIG_VARIABLE = 'ARRTM_CONFIG';

const TRUE = /^(true|1|yes|on)$/i;
const FALSE = /^(false|0|no|off)$/i;

/** Text from a flag or the environment as the kind of value that the field takes; what does not fit is left as text. */
function parseText(leaf: Leaf, text: string): unknown {
  switch (leaf.type) {
    case 'integer':
    case 'number':
      return /^\s*-?\d+(\.\d+)?\s*$/.test(text) ? Number(text) : text;
    case 'boolean':
      return TRUE.test(text) ? true : FALSE.test(text) ? false : text;
    case 'array':
      if (leaf.items?.type === 'string' && !text.trimStart().startsWith('['))
        return text.split(',').map((part) => part.trim());
      return JSON.parse(text);
    default:
      return text;
  }
}

function readTexts(texts: readonly { readonly leaf: Leaf; readonly text: string; readonly source: string }[]): Read {
  const settings: Setting[] = [];
  const problems: Problem[] = [];
  for (const { leaf, text, source } of texts) {
    try {
      settings.push({ path: leaf.path, value: parseText(leaf, text), source });
    } catch {
      problems.push({ path: leaf.path, reason: 'must be JSON', source });
    }
  }
  return { settings, problems };
}

export function readEnvironment(env: Readonly<Record<string, string | undefined>>): Read {
  const texts: { leaf: Leaf; text: string; source: string }[] = [];
  const problems: Problem[] = [];
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith('ARRTM_') || name === CONFIG_VARIABLE || text === undefined) continue;
    const leaf = BY_VARIABLE.get(name);
    const isServiceLink = /^ARRTM_(SERVICE_|PORT_\d)/.test(name) || text.startsWith('tcp://');
    // Kubernetes sets such variables for a service that is called "arrtm"; they are not meant for us.
    if (isServiceLink) continue;
    if (leaf) texts.push({ leaf, text, source: name });
    else problems.push({ path: '', reason: `${name} is not a known variable`, source: 'environment' });
  }
  const read = readTexts(texts);
  return { settings: read.settings, problems: [...problems, ...read.problems] };
}

export interface FlagText {
  readonly path: string;
  readonly text: string;
  /** As it was typed, for messages: `--port`. */
  readonly flag: string;
}

export function readFlags(flags: readonly FlagText[]): Read {
  const known = flags.flatMap(({ path, text, flag }) => {
    const leaf = BY_PATH.get(path);
    return leaf ? [{ leaf, text, source: flag }] : [];
  });
  const unknown = flags.filter(({ path }) => !BY_PATH.has(path));
  const read = readTexts(known);
  return {
    settings: read.settings,
    problems: [
      ...unknown.map(({ path, flag }) => ({ path, reason: 'is not a known field', source: flag })),
      ...read.problems,
    ],
  };
}

/** The object in a file; comments are allowed. */
export function parseFile(text: string, name: string): { readonly content: unknown } | { readonly problem: Problem } {
  try {
    return { content: JSON.parse(withoutComments(text)) };
  } catch (error) {
    return {
      problem: { path: '', reason: `is not JSON: ${error instanceof Error ? error.message : error}`, source: name },
    };
  }
}

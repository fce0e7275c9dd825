import { isAbsolute, join } from 'node:path';
import { crossCheck } from './cross-checks.js';
import { type Problem, pathOf } from './problem.js';
import { type Config, configSchema } from './schema.js';
import { CONFIG_VARIABLE, type FlagText, parseFile, readEnvironment, readFlags, type Setting } from './sources.js';

/** What the command line says about the configuration. */
export interface ConfigFlags {
  /** The file to read. */
  readonly config?: string;
  readonly set: readonly FlagText[];
}

export interface ConfigInputs {
  readonly flags: ConfigFlags;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** The text of a file; undefined if there is none. */
  readonly readFile: (path: string) => string | undefined;
}

export type ConfigResult =
  | { readonly ok: true; readonly config: Config; readonly file: string | undefined }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Read without being asked for, if it is in the working directory. */
export const DEFAULT_FILE = 'ar-rtm.json';

/**
 * The configuration from flags, environment, file and defaults, in this order of precedence. Everything that is wrong
 * is found at once.
 */
export function loadConfig(inputs: ConfigInputs): ConfigResult {
  const file = readConfigFile(inputs);
  const environment = readEnvironment(inputs.env);
  const flags = readFlags(inputs.flags.set);
  const settings = [...environment.settings, ...flags.settings];
  const problems = [...file.problems, ...environment.problems, ...flags.problems];

  const parsed = configSchema.safeParse(layOver(file.content, settings));
  if (!parsed.success) {
    problems.push(...parsed.error.issues.flatMap((issue) => problemsOf(issue, settings, file.name)));
    return { ok: false, problems };
  }
  problems.push(...crossCheck(parsed.data));
  return problems.length > 0 ? { ok: false, problems } : { ok: true, config: deepFreeze(parsed.data), file: file.name };
}

interface ReadFile {
  readonly name: string | undefined;
  readonly content: unknown;
  readonly problems: readonly Problem[];
}

function readConfigFile({ flags, env, cwd, readFile }: ConfigInputs): ReadFile {
  const asked = flags.config ?? env[CONFIG_VARIABLE];
  const name = asked ?? DEFAULT_FILE;
  const none = { name: undefined, content: {} };
  let text: string | undefined;
  try {
    text = readFile(isAbsolute(name) ? name : join(cwd, name));
  } catch (error) {
    return { ...none, problems: [{ path: '', reason: `cannot be read: ${String(error)}`, source: name }] };
  }
  if (text === undefined) {
    return {
      ...none,
      problems: asked === undefined ? [] : [{ path: '', reason: 'there is no such file', source: asked }],
    };
  }
  const parsed = parseFile(text, name);
  return 'content' in parsed
    ? { name, content: parsed.content, problems: [] }
    : { ...none, problems: [parsed.problem] };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A copy of `content` with the settings in their places; where the content is no object, the schema will say so. */
function layOver(content: unknown, settings: readonly Setting[]): unknown {
  if (!isObject(content)) return content;
  const result = structuredClone(content);
  for (const { path, value } of settings) {
    const names = path.split('.');
    const last = names.pop();
    let target: Record<string, unknown> | undefined = result;
    for (const name of names) {
      target[name] ??= {};
      const next: unknown = target[name];
      target = isObject(next) ? next : undefined;
      if (!target) break;
    }
    if (target && last !== undefined) target[last] = value;
  }
  return result;
}

type Issue = NonNullable<ReturnType<typeof configSchema.safeParse>['error']>['issues'][number];

function problemsOf(issue: Issue, settings: readonly Setting[], file: string | undefined): Problem[] {
  const path = pathOf(issue.path);
  const isWithin = (field: string): boolean =>
    path === field || path.startsWith(`${field}[`) || path.startsWith(`${field}.`);
  // The last one counts.
  const setting = settings.filter((one) => isWithin(one.path)).at(-1);
  const source = setting?.source ?? file;
  const withSource = source === undefined ? {} : { source };
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: pathOf([...issue.path, key]),
      reason: 'is not a known field',
      ...withSource,
    }));
  }
  return [{ path, reason: issue.message, ...withSource }];
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(deepFreeze);
    Object.freeze(value);
  }
  return value;
}

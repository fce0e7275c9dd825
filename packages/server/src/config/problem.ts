/** Something wrong with the configuration. */
export interface Problem {
  /** Which field, as in `limits.messageBytes`; empty if it is none in particular. */
  readonly path: string;
  readonly reason: string;
  /** Where the value came from: a flag, an environment variable, a file. */
  readonly source?: string;
}

/** `apps[0].appId` from its parts. */
export function pathOf(parts: readonly PropertyKey[]): string {
  return parts
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`))
    .join('');
}

export function formatProblem({ path, reason, source }: Problem): string {
  return `${path === '' ? '' : `${path}: `}${reason}${source === undefined ? '' : ` (${source})`}`;
}

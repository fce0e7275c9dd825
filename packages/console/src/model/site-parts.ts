/** What is served at the address of the page. */
export interface SiteParts {
  /** Clients can log in here. */
  readonly clients: boolean;
  /** The operator's part is here. */
  readonly operator: boolean;
}

/** All, where the server does not say. */
const ALL: SiteParts = { clients: true, operator: true };

/** Asks the server that has served the page (docs/admin.md). */
export async function askParts(): Promise<SiteParts> {
  try {
    const response = await fetch('./console.json');
    return response.ok ? partsIn(await response.json()) : ALL;
  } catch {
    return ALL;
  }
}

export function partsIn(answer: unknown): SiteParts {
  const { clients, operator } = (answer ?? {}) as Partial<Record<keyof SiteParts, unknown>>;
  // A page without any part would be of no use.
  if (clients === false && operator === false) return ALL;
  return { clients: clients !== false, operator: operator !== false };
}

/**
 * Which web pages may talk to this server. No cookies are used by clients, so that any origin may, unless the operator
 * names some (design 9). Requests without an origin do not come from a page.
 */
export class OriginRule {
  private readonly allowed: ReadonlySet<string> | undefined;

  constructor(allowedOrigins: readonly string[] | undefined) {
    this.allowed = allowedOrigins && new Set(allowedOrigins);
  }

  allows(origin: string | undefined): boolean {
    return this.allowed === undefined || origin === undefined || this.allowed.has(origin);
  }

  /** Value of Access-Control-Allow-Origin. */
  header(origin: string | undefined): string {
    return this.allowed === undefined ? '*' : (origin ?? 'null');
  }
}

const STATUS = {
  invalid_parameter: 400,
  unauthorized: 401,
  wrong_key: 401,
  csrf_token: 403,
  foreign_site: 403,
  not_found: 404,
  method_not_allowed: 405,
  body_too_large: 413,
  unsupported_media_type: 415,
  unknown_host: 421,
  too_many_attempts: 429,
  internal_error: 500,
  unavailable: 503,
} as const;

/** Words for programs; docs/admin.md lists them. */
export type AdminCode = keyof typeof STATUS;

/** Why a request of the operator was not carried out. */
export class AdminProblem {
  constructor(
    readonly code: AdminCode,
    /** For people. */
    readonly message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {}

  get status(): number {
    return STATUS[this.code];
  }
}

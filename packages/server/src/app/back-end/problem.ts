/** What goes wrong with a request of a back end: the word in the body, and the HTTP status that belongs to it (rest-api.md 3). */
const STATUS = {
  invalid_parameter: 400,
  invalid_json: 400,
  payload_empty: 400,
  payload_too_large: 400,
  unauthorized: 401,
  invalid_token: 401,
  token_expired: 401,
  invalid_appid: 401,
  uid_mismatch: 403,
  app_forbidden: 403,
  feature_disabled: 403,
  not_found: 404,
  method_not_allowed: 405,
  timeout: 408,
  body_too_large: 413,
  unsupported_media_type: 415,
  too_many_requests: 429,
  internal_error: 500,
  unavailable: 503,
} as const;

export type ProblemCode = keyof typeof STATUS;

/** What every answer without success says; parsers of the vendors' answers look for `message`. */
const MESSAGE: Readonly<Partial<Record<ProblemCode, string>>> = {
  invalid_token: 'invalid token',
  token_expired: 'token expired',
  invalid_appid: 'invalid appid',
};

/** The answer to a request that was not carried out. */
export class Problem {
  readonly status: number;
  readonly message: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    readonly code: ProblemCode,
    /** What is wrong, in words. */
    readonly reason: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    this.status = STATUS[code];
    this.message = MESSAGE[code] ?? code.replaceAll('_', ' ');
    const waits = code === 'too_many_requests' || code === 'unavailable';
    this.headers = waits ? { 'Retry-After': '1', ...headers } : headers;
  }
}

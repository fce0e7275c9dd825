import { isId } from 'ar-rtm-protocol';
import { AdminProblem } from './admin-problem.js';

/** What a request proves itself with; all of it as it was sent. */
export interface AdminCredentials {
  /** Of `Authorization: Bearer`. */
  readonly bearer?: string | undefined;
  /** Some other `Authorization` was sent. */
  readonly isOther: boolean;
  /** Values of the cookie: a browser may have several of one name. */
  readonly cookies: readonly string[];
  readonly csrfToken?: string | undefined;
}

/** A request of the operator, free of HTTP. Its host and origin have been checked. */
export interface AdminRequest {
  /** `GET` stands for `HEAD` too. */
  readonly method: string;
  /** The decoded parts of the path behind `/admin/`. */
  readonly path: readonly string[];
  readonly query: ReadonlyMap<string, string>;
  readonly credentials: AdminCredentials;
  readonly isJson: boolean;
  readonly body: string;
  /** Where the request came from. */
  readonly from: string;
}

/** What the browser is to do with its cookie. */
export type CookieChange = { readonly set: string; readonly maxAgeS: number } | 'remove';

export interface AdminAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookie?: CookieChange | undefined;
  /** Plain data, sent as JSON, or a text of its own type. */
  readonly body: Readonly<Record<string, unknown>> | { readonly text: string; readonly type: string };
}

/** One page of a list, as a request asks for it. */
export interface AskedPage {
  readonly search: string;
  readonly after?: string;
  readonly limit: number;
}

const SEARCH_LENGTH = 64;
const USUAL_LIMIT = 50;
const MOST = 500;

export function askedPage(query: ReadonlyMap<string, string>): AskedPage | AdminProblem {
  const search = query.get('search') ?? '';
  if (search.length > SEARCH_LENGTH) return invalid(`search must not be longer than ${SEARCH_LENGTH} characters`);
  const after = query.get('after');
  if (after !== undefined && !isId(after)) return invalid('after must be the last id of the page before');
  const text = query.get('limit') ?? String(USUAL_LIMIT);
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > MOST) return invalid(`limit must be 1 to ${MOST}`);
  return { search, limit, ...(after !== undefined && { after }) };
}

function invalid(message: string): AdminProblem {
  return new AdminProblem('invalid_parameter', message);
}

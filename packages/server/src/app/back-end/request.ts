import { isId } from 'ar-rtm-protocol';
import { Problem } from './problem.js';

/** One HTTP request of a back end, as the edge has read it. */
export interface BackEndRequest {
  readonly method: string;
  /** Not decoded, without the query. */
  readonly path: string;
  readonly query: ReadonlyMap<string, string>;
  readonly credentials: PresentedCredentials;
  readonly body: string;
  /** The address that it came from. */
  readonly from: string;
}

/** Who the request claims to come from (rest-api.md 2). Values are as they came; absent ones were not sent. */
export interface PresentedCredentials {
  /** `Authorization: Basic`; `malformed` when it cannot be read. */
  readonly basic?: { readonly id: string; readonly secret: string } | 'malformed';
  /** `x-ar-token`, `x-agora-token`, `Authorization: agora token=`. */
  readonly tokens: readonly string[];
  /** `x-ar-uid`, `x-agora-uid`. */
  readonly uids: readonly string[];
}

export interface BackEndAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A user or channel of a request. The apostrophe is allowed here and at no login: such a user is never online. */
export function isRestId(value: unknown): value is string {
  return typeof value === 'string' && isId(value.replaceAll("'", '.'));
}

/** The fields of a JSON body. */
export class Fields {
  private constructor(private readonly fields: Readonly<Record<string, unknown>>) {}

  static of(body: string): Fields | Problem {
    let value: unknown;
    try {
      value = JSON.parse(body);
    } catch {
      return new Problem('invalid_json', 'the body is not JSON');
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return new Problem('invalid_json', 'the body is not a JSON object');
    }
    return new Fields(value as Record<string, unknown>);
  }

  /** The value under a name that the body itself has. */
  get(name: string): unknown {
    return Object.hasOwn(this.fields, name) ? this.fields[name] : undefined;
  }

  id(name: string): string | Problem {
    const value = this.get(name);
    return isRestId(value) ? value : new Problem('invalid_parameter', `${name} must be 1 to 64 permitted characters`);
  }

  /** `false` when it is not there. Only real booleans. */
  flag(name: string): boolean | Problem {
    const value = this.get(name) ?? false;
    return typeof value === 'boolean' ? value : new Problem('invalid_parameter', `${name} must be true or false`);
  }
}

/** `true` and `1` mean yes; `false`, `0` and nothing mean no. */
export function queryFlag(query: ReadonlyMap<string, string>, name: string): boolean | Problem {
  const value = query.get(name) ?? '';
  if (value === 'true' || value === '1') return true;
  if (value === 'false' || value === '0' || value === '') return false;
  return new Problem('invalid_parameter', `${name} must be true or false`);
}

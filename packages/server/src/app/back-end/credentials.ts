import type { App } from '../../domain/apps.js';
import type { Tokens } from '../../domain/tokens.js';
import type { NodeContext } from '../context.js';
import { Problem } from './problem.js';
import type { PresentedCredentials } from './request.js';

/** A key pair of a back end. */
export interface ApiKey {
  readonly id: string;
  /** As the configuration has it; see `isSecretOf`. */
  readonly secretHash: string;
  /** App IDs that it may address. */
  readonly apps: readonly string[];
}

/** Compares a secret with its hash in constant time. */
export type SecretCheck = (hash: string, secret: string) => boolean;

/** Who may do what in one app: everything, or what one user may. */
export type Caller = { readonly kind: 'key'; readonly id: string } | { readonly kind: 'user'; readonly uid: string };

/** What no key has, compared with when there is no such key, so that the time does not tell. */
const NO_HASH = `sha256:${'0'.repeat(43)}`;

/** Decides who calls (rest-api.md 2). Basic is judged first: when it is wrong, nothing else is looked at. */
export class Credentials {
  private readonly keys: ReadonlyMap<string, ApiKey>;

  constructor(
    keys: readonly ApiKey[],
    private readonly isSecretOf: SecretCheck,
    private readonly tokens: Tokens,
    private readonly context: Pick<NodeContext, 'time'>,
  ) {
    this.keys = new Map(keys.map((key) => [key.id, key]));
  }

  check(app: App, { basic, tokens, uids }: PresentedCredentials): Caller | Problem {
    if (basic !== undefined) return this.checkKey(app, basic);
    const [token] = tokens;
    if (token === undefined) return new Problem('unauthorized', 'send Authorization: Basic, or a token');
    if (tokens.some((other) => other !== token) || uids.some((other) => other !== uids[0])) {
      return new Problem('unauthorized', 'two tokens or two users that differ');
    }
    if (app.certificates.length === 0) {
      return new Problem('unauthorized', 'the app has no certificate, so that tokens prove nothing: use Basic');
    }
    const uid = uids[0] ?? this.tokens.userOf(token);
    if (token === '' || uid === undefined) return new Problem('invalid_token', 'no token, or none that names its user');
    const nowS = Math.floor(this.context.time.wallMs() / 1000);
    const { verdict } = this.tokens.verify({ app, uid, token, nowS });
    if (verdict === 'ok') return { kind: 'user', uid };
    return verdict === 'expired'
      ? new Problem('token_expired', 'get a new token and try again')
      : new Problem('invalid_token', 'the token is not valid for this app and user');
  }

  private checkKey({ appId }: App, basic: NonNullable<PresentedCredentials['basic']>): Caller | Problem {
    if (basic === 'malformed') return new Problem('unauthorized', 'Authorization: Basic cannot be read');
    const key = this.keys.get(basic.id);
    const isRight = this.isSecretOf(key?.secretHash ?? NO_HASH, basic.secret);
    if (!key || !isRight) return new Problem('unauthorized', 'the key or its secret is wrong');
    return key.apps.includes(appId)
      ? { kind: 'key', id: key.id }
      : new Problem('app_forbidden', 'the key is not for this app');
  }
}

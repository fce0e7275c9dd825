import type {
  AdminSession,
  AppItem,
  ChannelFacts,
  ChannelItem,
  OverviewFacts,
  Page,
  UserFacts,
  UserItem,
} from './admin-types.js';

/** A request that was refused, in the words of the server. */
export class AdminProblem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = 'AdminProblem';
  }
}

interface Asked {
  readonly search: string;
  readonly after?: string | undefined;
}

/** The operator's part of the server, as a browser with its cookie uses it. Every call rejects with an {@link AdminProblem}. */
export class AdminClient {
  private csrfToken = '';

  /** Whether the cookie of this browser is good. */
  async isLoggedIn(): Promise<boolean> {
    return this.began(await this.ask<AdminSession>('session'));
  }

  async login(key: string): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    this.began(await this.ask<AdminSession>('session', { method: 'POST', headers, body: JSON.stringify({ key }) }));
  }

  async logout(): Promise<void> {
    await this.ask('session', { method: 'DELETE', headers: this.proof });
  }

  overview(): Promise<OverviewFacts> {
    return this.ask('overview');
  }

  apps(): Promise<Page<AppItem>> {
    return this.ask('apps?limit=500');
  }

  users(appId: string, asked: Asked): Promise<Page<UserItem>> {
    return this.ask(`apps/${encodeURIComponent(appId)}/users${queryOf(asked)}`);
  }

  channels(appId: string, asked: Asked): Promise<Page<ChannelItem>> {
    return this.ask(`apps/${encodeURIComponent(appId)}/channels${queryOf(asked)}`);
  }

  user(appId: string, uid: string): Promise<UserFacts> {
    return this.ask(`apps/${encodeURIComponent(appId)}/users/${encodeURIComponent(uid)}`);
  }

  channel(appId: string, channelId: string): Promise<ChannelFacts> {
    return this.ask(`apps/${encodeURIComponent(appId)}/channels/${encodeURIComponent(channelId)}`);
  }

  /** Whether the user was online. */
  async kick(appId: string, uid: string): Promise<boolean> {
    const path = `apps/${encodeURIComponent(appId)}/users/${encodeURIComponent(uid)}/kick`;
    const { wasOnline } = await this.ask<{ readonly wasOnline: boolean }>(path, {
      method: 'POST',
      headers: this.proof,
    });
    return wasOnline;
  }

  private get proof(): Record<string, string> {
    return { 'x-csrf-token': this.csrfToken };
  }

  private began({ loggedIn, csrfToken = '' }: AdminSession): boolean {
    this.csrfToken = csrfToken;
    return loggedIn;
  }

  private async ask<Answer>(path: string, init: RequestInit = {}): Promise<Answer> {
    const response = await fetch(`./admin/${path}`, { ...init, credentials: 'same-origin' });
    const answer: unknown = await response.json().catch(() => undefined);
    if (response.ok) return answer as Answer;
    const { code, message } = (answer ?? {}) as Partial<Record<string, unknown>>;
    throw new AdminProblem(response.status, String(code ?? response.status), String(message ?? response.statusText));
  }
}

function queryOf({ search, after }: Asked): string {
  const query = new URLSearchParams({ limit: '50' });
  if (search !== '') query.set('search', search);
  if (after !== undefined) query.set('after', after);
  return `?${query}`;
}

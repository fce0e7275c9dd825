import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import { AdminProblem } from '../../app/admin/admin-problem.js';

const HOST = /^(\[[0-9a-fA-F:.]+\]|[a-zA-Z0-9._-]+)(?::(\d{1,5}))?$/;

/**
 * Keeps the operator's part from pages of others, before any credential is looked at. A page can make its visitor's browser
 * send requests here in two ways: as a foreign site, which the browser tells by `Origin` and `Sec-Fetch-Site`; and, by
 * letting a name of its own lead to this address (DNS rebinding), as its own site, which only the `Host` tells.
 */
export class AdminGuard {
  private readonly names: ReadonlySet<string>;

  /** `names`: host names under which the operator reaches this server, beside IP addresses and `localhost`. */
  constructor(names: readonly string[]) {
    this.names = new Set(['localhost', ...names.map((name) => name.toLowerCase())]);
  }

  /** Why a request must not go on. `isTls`: it is known to have come over TLS. */
  refusal(headers: IncomingHttpHeaders, isTls: boolean): AdminProblem | undefined {
    const [, host = '', port] = HOST.exec(headers.host ?? '') ?? [];
    const name = host.replace(/^\[|\]$/g, '').toLowerCase();
    if (isIP(name) === 0 && !this.names.has(name)) {
      return new AdminProblem('unknown_host', 'this host name is not the operator’s: add it to adminHosts');
    }
    const site = headers['sec-fetch-site'];
    const isOwnSite = site === undefined || site === 'same-origin' || site === 'none';
    const isOwnOrigin = headers.origin === undefined || isOrigin(headers.origin, name, port, isTls);
    return isOwnSite && isOwnOrigin
      ? undefined
      : new AdminProblem('foreign_site', 'only pages of this server itself may send requests here');
  }
}

/** Whether an `Origin` is that of the server as the request reached it. A proxy in front may speak TLS, unknown to us. */
function isOrigin(origin: string, name: string, port: string | undefined, isTls: boolean): boolean {
  if (!URL.canParse(origin)) return false;
  const url = new URL(origin);
  const usual = url.protocol === 'https:' ? '443' : '80';
  if (url.protocol !== 'https:' && (url.protocol !== 'http:' || isTls)) return false;
  const isSameName = url.hostname.replace(/^\[|\]$/g, '') === name;
  return isSameName && (url.port || usual) === (port ?? usual);
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Plugin } from 'vite';

/**
 * Vite refuses host names that are not this machine's. This refuses what pages of other sites send, which reaches the
 * ArRTM server through the proxy otherwise. Opening the page by a link from elsewhere is no such request.
 */
export function ownSiteOnly(): Plugin {
  const check = (request: IncomingMessage, response: ServerResponse, next: () => void): void => {
    if (isOfOwnSite(request)) {
      next();
      return;
    }
    response
      .writeHead(403, { 'Content-Type': 'text/plain' })
      .end('only pages of this address may send requests here\n');
  };
  return {
    name: 'own-site-only',
    configureServer: ({ middlewares }) => {
      middlewares.use(check);
    },
    configurePreviewServer: ({ middlewares }) => {
      middlewares.use(check);
    },
  };
}

function isOfOwnSite({ headers, method, url }: IncomingMessage): boolean {
  const { origin, host } = headers;
  if (origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== host)) return false;
  const site = headers['sec-fetch-site'];
  if (site === undefined || site === 'same-origin' || site === 'none') return true;
  return method === 'GET' && url === '/' && headers['sec-fetch-mode'] === 'navigate';
}

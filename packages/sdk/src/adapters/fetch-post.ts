import type { Network } from '../ports.js';

/** HTTP by `fetch`, which browsers and Node have. */
export const fetchPost: Network['post'] = (url, body, done) => {
  const controller = new AbortController();
  let isOver = false;
  // A text body without headers of our own is a simple request: no preflight. Never from a cache, without cookies.
  const request = { method: 'POST', body, signal: controller.signal, cache: 'no-store', credentials: 'omit' } as const;
  void Promise.resolve()
    .then(() => fetch(url, request))
    .then((response) => (response.status === 200 ? response.text() : undefined))
    .catch(() => undefined)
    .then((reply) => {
      if (!isOver) done(reply);
    });
  return () => {
    isOver = true;
    controller.abort();
  };
};

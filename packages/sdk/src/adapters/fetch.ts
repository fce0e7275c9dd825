/** HTTP by `fetch`, which browsers and Node have. */
import type { Cancel, Network } from '../ports.js';

/** A text body without headers of our own is a simple request: no preflight. */
export const fetchPost: Network['post'] = (url, body, done) =>
  send(
    url,
    { method: 'POST', body },
    async (response) => (response.status === 200 ? response.text() : undefined),
    done,
  );

/** A request whose body, if it has one, needs no watching. */
export const fetchHttp: Network['http'] = ({ method, url, headers, body, onBytes }, done) =>
  fetchAnswer(url, { method, headers, ...(body && { body: body as Blob }) }, onBytes, done);

/** With the options of the place it runs in. */
export function fetchAnswer(
  url: string,
  init: RequestInit,
  onBytes: Parameters<Network['http']>[0]['onBytes'],
  done: Parameters<Network['http']>[1],
): Cancel {
  const read = async (response: Response, signal: AbortSignal) => {
    const answer = { status: response.status, header: (name: string) => response.headers.get(name) };
    const reader = response.body?.getReader();
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
      if (!signal.aborted) onBytes?.(part.value, answer);
    }
    return answer;
  };
  return send(url, init, read, done);
}

/** `done` gets what `read` makes of the response, or nothing when something fails. Never from a cache, without cookies. */
function send<T>(
  url: string,
  init: RequestInit,
  read: (response: Response, signal: AbortSignal) => Promise<T | undefined>,
  done: (result: T | undefined) => void,
): Cancel {
  const controller = new AbortController();
  const { signal } = controller;
  const request = async () =>
    read(await fetch(url, { ...init, signal, cache: 'no-store', credentials: 'omit' }), signal);
  void request()
    .catch(() => undefined)
    .then((result) => {
      if (!signal.aborted) done(result);
    });
  return () => controller.abort();
}

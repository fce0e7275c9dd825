import type { Network } from '../ports.js';

/** A request whose body, if it has one, needs no watching, by `fetch`, which browsers and Node have. */
export const fetchHttp: Network['http'] = ({ method, url, headers, body, onBytes }, done) =>
  fetchAnswer(url, { method, headers, ...(body && { body: body as Blob }) }, onBytes, done);

/** With the options of the place it runs in. */
export function fetchAnswer(
  url: string,
  init: RequestInit,
  onBytes: Parameters<Network['http']>[0]['onBytes'],
  done: Parameters<Network['http']>[1],
): () => void {
  const controller = new AbortController();
  let isOver = false;
  const request = async () => {
    const response = await fetch(url, { ...init, signal: controller.signal, cache: 'no-store', credentials: 'omit' });
    const answer = { status: response.status, header: (name: string) => response.headers.get(name) };
    const reader = response.body?.getReader();
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
      if (!isOver) onBytes?.(part.value, answer);
    }
    return answer;
  };
  void Promise.resolve()
    .then(request)
    .catch(() => undefined)
    .then((answer) => {
      if (!isOver) done(answer);
    });
  return () => {
    isOver = true;
    controller.abort();
  };
}

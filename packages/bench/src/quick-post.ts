import { connect } from 'node:net';

/** One POST on a connection of its own, as each browser has one, and as cheap as it can be; `fetch` costs ten times as much. */
export function quickPost(
  port: number,
  path: string,
  body: string,
  localAddress?: string,
): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', ...(localAddress === undefined ? {} : { localAddress }) });
    let answer = '';
    socket.setEncoding('latin1');
    socket.on('connect', () => {
      socket.write(
        `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n` +
          `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      );
    });
    socket.on('data', (chunk: string) => {
      answer += chunk;
    });
    socket.on('error', reject);
    socket.on('close', () => {
      const end = answer.indexOf('\r\n\r\n');
      const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
      if (end < 0 || Number.isNaN(status)) reject(new Error('no answer'));
      else resolve({ status, body: answer.slice(end + 4) });
    });
  });
}

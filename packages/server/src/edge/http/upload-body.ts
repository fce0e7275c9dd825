import type { IncomingMessage } from 'node:http';

/** Bytes are put away in pieces of about this size: what an upload costs in memory. */
const PIECE_BYTES = 256 * 1024;
/** An upload that has brought less than this within the time is ended; what it has brought is kept. */
const LEAST_BYTES = 16 * 1024;

export interface BodyRules<R> {
  /** Puts a piece away; what it answers, if anything, ends the upload. */
  readonly write: (bytes: Uint8Array) => Promise<R | undefined>;
  readonly slowestMs: number;
  /** Too little has come: ends the connection. */
  readonly giveUp: () => void;
}

/**
 * Reads the body of an upload, at most `most` bytes of it. `cut`: the connection has ended. What has come by then is written,
 * so that the upload can go on behind it.
 */
export async function receiveBody<R extends object>(
  request: IncomingMessage,
  most: number,
  { write, slowestMs, giveUp }: BodyRules<R>,
): Promise<'whole' | 'cut' | 'more-than-declared' | R> {
  let pieces: Uint8Array[] = [];
  let waiting = 0;
  let received = 0;
  let seen = 0;
  let hasWriteFailed = false;
  const put = async (): Promise<R | undefined> => {
    if (waiting === 0) return undefined;
    const bytes = Buffer.concat(pieces);
    pieces = [];
    waiting = 0;
    hasWriteFailed = true;
    const ended = await write(bytes);
    hasWriteFailed = false;
    return ended;
  };
  const watch = setInterval(() => {
    if (received - seen < LEAST_BYTES) giveUp();
    seen = received;
  }, slowestMs);
  try {
    // The stream is left open when this returns early: the answer still has to go through the connection.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
      received += chunk.length;
      if (received > most) return 'more-than-declared';
      pieces.push(chunk);
      waiting += chunk.length;
      const ended = waiting >= PIECE_BYTES ? await put() : undefined;
      if (ended) return ended;
    }
    return (await put()) ?? 'whole';
  } catch (error) {
    if (hasWriteFailed) throw error;
    return (await put()) ?? 'cut';
  } finally {
    clearInterval(watch);
  }
}

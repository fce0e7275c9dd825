import type { Connection } from '../connection.js';
import type { NodeContext } from '../context.js';
import { pause } from '../engine-failure.js';
import type { Session } from '../session.js';

/** A read between two pauses lasts at least this long, so that KeepAlive is seen and answered. */
const READ_BETWEEN_MS = 20;

/**
 * Whether one more message may go on now. Ours are refused when over the budget. For published clients, which cannot show
 * a refusal of a channel message, reading is paused instead, a while at a time; after 5 s the message is refused
 * (design 8). `held` says how long something else keeps the message back; 0 when nothing does.
 */
export function admit(
  context: NodeContext,
  connection: Connection,
  session: Session,
  held: () => number,
): boolean | Promise<boolean> {
  const { settings, time } = context;
  const wait = () => held() || session.takeMessage(settings, time.monotonicMs());
  const first = wait();
  if (first === 0) return true;
  if (connection.profile?.published === false) return false;
  return hold(context, connection, session, wait, first);
}

async function hold(
  { settings, time }: NodeContext,
  connection: Connection,
  session: Session,
  wait: () => number,
  firstMs: number,
): Promise<boolean> {
  const giveUpMs = time.monotonicMs() + settings.pauseRefuseMs;
  for (let waitMs = firstMs; waitMs > 0; waitMs = wait()) {
    if (connection.state !== 'active' || time.monotonicMs() >= giveUpMs) return false;
    connection.pauseReading();
    await pause(time, Math.min(waitMs, settings.pauseMs));
    connection.resumeReading();
    await pause(time, READ_BETWEEN_MS);
  }
  // The client may have gone, or been kicked, while its message was held.
  return connection.state === 'active' && connection.session === session;
}

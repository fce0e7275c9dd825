import type { Connection } from '../connection.js';
import type { NodeContext } from '../context.js';
import { pause } from '../engine-failure.js';
import type { Session } from '../session.js';

/** A read between two pauses lasts at least this long, so that KeepAlive is seen and answered. */
const READ_BETWEEN_MS = 20;

/**
 * Whether one more message may go on now. Ours are refused when over the budget, their own or that of their app. For
 * published clients, which cannot show a refusal of a channel message, reading is paused instead, a while at a time; after
 * 5 s the message is refused (design 8). `held` says how long something else keeps the message back; 0 when nothing does.
 */
export function admit(
  context: NodeContext,
  connection: Connection,
  session: Session,
  held: () => number,
): boolean | Promise<boolean> {
  const wait = () => held() || take(context, connection, session);
  const first = wait();
  if (first === 0) return true;
  if (connection.profile?.published !== false) return hold(context, connection, session, wait, first);
  countForApp(context, connection);
  return false;
}

/** Takes one message from the budgets of the client and of its app; nothing from either when one of them is used up. */
function take({ settings, time }: NodeContext, { quota }: Connection, session: Session): number {
  const nowMs = time.monotonicMs();
  if (!quota) return session.takeMessage(settings, nowMs);
  return session.messageWaitMs(settings, nowMs) || quota.takeMessage(nowMs) || session.takeMessage(settings, nowMs);
}

async function hold(
  context: NodeContext,
  connection: Connection,
  session: Session,
  wait: () => number,
  firstMs: number,
): Promise<boolean> {
  const { settings, time } = context;
  const giveUpMs = time.monotonicMs() + settings.pauseRefuseMs;
  for (let waitMs = firstMs; waitMs > 0; waitMs = wait()) {
    if (connection.state !== 'active') return false;
    if (time.monotonicMs() >= giveUpMs) {
      countForApp(context, connection);
      return false;
    }
    connection.pauseReading();
    await pause(time, Math.min(waitMs, settings.pauseMs));
    connection.resumeReading();
    await pause(time, READ_BETWEEN_MS);
  }
  // The client may have gone, or been kicked, while its message was held.
  return connection.state === 'active' && connection.session === session;
}

/** A message was refused: was it for its app? */
function countForApp({ counters, time }: NodeContext, { quota }: Connection): void {
  if (quota && quota.messageWaitMs(time.monotonicMs()) > 0) counters.add('refused_app_messages');
}

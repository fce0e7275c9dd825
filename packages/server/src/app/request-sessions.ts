import type { Registry } from '../ports/registry.js';
import type { NodeContext } from './context.js';
import type { Ticket, Tickets } from './tickets.js';

/** What an HTTP request says of itself beside its ticket; what it does not name is not compared. */
export interface RequestClaims {
  readonly appId?: string;
  readonly uid?: string;
}

/**
 * From the ticket of an HTTP request to a living session, in two steps: reading asks nobody, so that a request can be
 * counted or refused before the registry has to answer for it.
 */
export class RequestSessions {
  constructor(
    private readonly context: NodeContext,
    private readonly tickets: Tickets,
  ) {}

  /** The ticket, if this deployment issued it and it is for whom the request names. Says nothing of its session. */
  read(ticketText: string, { appId, uid }: RequestClaims = {}): Ticket | undefined {
    const ticket = this.tickets.read(ticketText);
    if (!ticket || (appId !== undefined && ticket.appId !== appId)) return undefined;
    return uid !== undefined && ticket.uid !== uid ? undefined : ticket;
  }

  /** Whether its session lives, or ended a minute ago at most, and where. Rejects when the engine does not answer. */
  holderOf({ appId, uid, id: ticketId }: Ticket): ReturnType<Registry['holder']> {
    const { engine, settings } = this.context;
    return engine.registry.holder({ appId, uid, ticketId, timeoutMs: settings.engineTimeoutMs });
  }
}

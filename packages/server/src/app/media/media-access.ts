import { isMediaId, MEDIA_PATH } from 'ar-rtm-protocol';
import type { Apps } from '../../domain/apps.js';
import type { MediaRef } from '../../ports/media-bytes.js';
import type { NodeContext } from '../context.js';
import type { RequestSessions } from '../request-sessions.js';

/** Whom a request acts for. */
export interface MediaUser {
  readonly appId: string;
  readonly uid: string;
}

/** What stands in a link to a file: it opens that file, for everybody who has it, until its time is over. */
export interface MediaLink extends MediaRef {
  /** Wall time in ms. */
  readonly untilMs: number;
  readonly signature: string;
}

/** Who may have to do with files: whoever is logged in with files of the app, whoever has a link with that file. */
export class MediaAccess {
  constructor(
    private readonly context: NodeContext,
    private readonly apps: Apps,
    private readonly sessions: RequestSessions,
  ) {}

  /** The user of a ticket whose session lives, or ended a minute ago at most. Rejects when the engine does not answer. */
  async bySession(ticketText: string): Promise<MediaUser | undefined> {
    const ticket = this.sessions.read(ticketText);
    if (!ticket || !this.apps.find(ticket.appId)) return undefined;
    const { valid } = await this.sessions.holderOf(ticket);
    return valid ? { appId: ticket.appId, uid: ticket.uid } : undefined;
  }

  /** A link that is good for `lifeMs` from now on. */
  link({ appId, mediaId }: MediaRef, lifeMs: number): MediaLink {
    const untilMs = Math.floor(this.context.time.wallMs() + lifeMs);
    return { appId, mediaId, untilMs, signature: this.context.signer.sign(signed({ appId, mediaId, untilMs })) };
  }

  isGoodLink(link: MediaLink): boolean {
    if (!isMediaId(link.mediaId) || !this.apps.find(link.appId)) return false;
    return link.untilMs > this.context.time.wallMs() && this.context.signer.verify(signed(link), link.signature);
  }
}

/** Where a link is followed to, without the address of the server. */
export function linkPath({ appId, mediaId, untilMs, signature }: MediaLink): string {
  return `${MEDIA_PATH}/${mediaId}?app=${appId}&until=${untilMs}&sig=${signature}`;
}

/** No ticket has this form, so that neither passes for the other. */
function signed({ appId, mediaId, untilMs }: Omit<MediaLink, 'signature'>): string {
  return `media-link/${appId}/${mediaId}/${untilMs}`;
}

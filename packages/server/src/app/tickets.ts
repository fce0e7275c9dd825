import { isAppId, isId } from 'ar-rtm-protocol';
import type { Chance, Time } from '../ports/time.js';
import type { Signer } from '../ports/transport.js';

/** What a ticket says once its signature has been checked. */
export interface Ticket {
  readonly id: string;
  readonly appId: string;
  readonly uid: string;
  /** Digest of the token it was issued for. */
  readonly tokenDigest: string;
  /** When the right to be logged in with that token ends, Unix seconds; absent where it does not. */
  readonly tokenEndTs?: number;
  /** Whether the client said that it connects over TLS. Absent in tickets of releases that did not note it. */
  readonly secure?: boolean;
  /** Wall time in ms until which a Login may use it. */
  readonly expiresMs: number;
}

/** What a ticket has for the scheme of its client's address. */
const SECURE = 's';
const PLAIN = 'p';

/**
 * Tickets: the gateway's `sessionid` (design 5). Signed, so that any node, and the same node after a restart, accepts a
 * Login whose gateway answer came before. Text form:
 * `id.expires.appId.uid(base16).tokenDigest.[tokenEnd].(s|p).signature`; releases before knew no scheme and left out what
 * is empty at the end.
 */
export class Tickets {
  constructor(
    private readonly signer: Signer,
    private readonly time: Time,
    private readonly chance: Chance,
    private readonly lifeMs: number,
  ) {}

  issue(appId: string, uid: string, token: string, tokenEndTs?: number, secure = false): string {
    const expires = Math.round(this.time.wallMs() + this.lifeMs).toString(36);
    const tokenEnd = tokenEndTs?.toString(36) ?? '';
    const subject = `${appId}.${toHex(uid)}.${this.signer.digest(token)}`;
    const body = `${this.chance.secretHex(12)}.${expires}.${subject}.${tokenEnd}.${secure ? SECURE : PLAIN}`;
    return `${body}.${this.signer.sign(body)}`;
  }

  /** The ticket if this deployment issued it; says nothing of its age. */
  read(text: string): Ticket | undefined {
    const end = text.lastIndexOf('.');
    if (text.length > 512 || end < 0) return undefined;
    const body = text.slice(0, end);
    if (!this.signer.verify(body, text.slice(end + 1))) return undefined;
    const [id, expires, appId, uidHex, tokenDigest, tokenEnd, scheme] = body.split('.');
    if (!id || !expires || !isAppId(appId) || !uidHex || !tokenDigest) return undefined;
    const uid = fromHex(uidHex);
    if (!isId(uid)) return undefined;
    return {
      id: ownText(id),
      appId,
      uid,
      tokenDigest,
      expiresMs: Number.parseInt(expires, 36),
      ...(tokenEnd && { tokenEndTs: Number.parseInt(tokenEnd, 36) }),
      ...(scheme && { secure: scheme === SECURE }),
    };
  }

  /** The ticket if it was issued for this Login, and whether its time is over. */
  forLogin(text: string, appId: string, uid: string, token: string): { ticket: Ticket; isOver: boolean } | undefined {
    const ticket = this.read(text);
    if (!ticket || ticket.appId !== appId || ticket.uid !== uid) return undefined;
    if (ticket.tokenDigest !== this.signer.digest(token)) return undefined;
    return { ticket, isOver: ticket.expiresMs < this.time.wallMs() };
  }
}

/** Tells a token apart from others in what is kept with a session. So short that it is a copy (see below). */
export function tokenName(digest: string): string {
  return digest.slice(0, 12);
}

/** A copy: what is cut out of a text keeps the whole of it in memory, and a ticket's id lives as long as the session. */
function ownText(part: string): string {
  return [...part].join('');
}

function toHex(text: string): string {
  let hex = '';
  for (let i = 0; i < text.length; i++) hex += text.charCodeAt(i).toString(16).padStart(2, '0');
  return hex;
}

function fromHex(hex: string): string {
  let text = '';
  for (let i = 0; i < hex.length; i += 2) text += String.fromCharCode(Number.parseInt(hex.slice(i, i + 2), 16));
  return text;
}

import { messageIdOf, type Position } from 'ar-rtm-protocol';

/**
 * Keys of the engine's records: family, App ID, ids. None of the ids can contain a slash (protocol, "ID rule"). Numbers
 * have 16 digits, as many as 2^53, so that key order is number order.
 */
const digits = (value: number) => String(value).padStart(16, '0');

export const RECORD_KEYS = {
  /** Two copies: when one is damaged, the other still tells the epoch. */
  epochs: ['epoch/1', 'epoch/2'],
  /** The secret of tickets, which also names the data. Made and read by the composition. */
  secret: 'secret/tickets',
  sessions: 'session/',
  session: (appId: string, uid: string, session: number) => `session/${appId}/${uid}/${digits(session)}`,
  offline: 'offline/',
  offlineOf: (appId: string, uid: string) => `offline/${appId}/${uid}/`,
  offlineEntry: (appId: string, uid: string, position: Position) =>
    `offline/${appId}/${uid}/${digits(messageIdOf(position))}`,
  attributes: 'attributes/',
  attributesOf: (appId: string, channelId: string) => `attributes/${appId}/${channelId}`,
  /** Archived messages: `log` names the conversation of an app, `peers/<uid>/<uid>` or `channel/<id>`. */
  historyOf: (appId: string, log: string) => `history/${appId}/${log}/`,
  historyEntry: (appId: string, log: string, offset: number) => `history/${appId}/${log}/${digits(offset)}`,
  historyHeads: 'history-head/',
  historyHead: (appId: string, log: string) => `history-head/${appId}/${log}`,
  /** Uploaded files, what those of a user and of an app come to, and when each of them goes. */
  mediaFiles: 'media/',
  media: (appId: string, mediaId: string) => `media/${appId}/${mediaId}`,
  mediaOfUser: (appId: string, uid: string) => `media-use/${appId}/${uid}`,
  mediaOfApp: (appId: string) => `media-use/${appId}`,
  mediaEnds: 'media-end/',
  mediaEnd: (expiresMs: number, appId: string, mediaId: string) => `media-end/${digits(expiresMs)}/${appId}/${mediaId}`,
  superseded: 'superseded/',
  reconnecting: 'reconnecting/',
  /** Written by a graceful stop, read and removed by the next start. */
  tails: 'tail/',
  tailInbox: 'tail/inbox/',
  tailInboxEntry: 'tail/inbox-entry/',
  tailRequests: 'tail/requests/',
  tailChannel: 'tail/channel/',
  tailChannelEntry: 'tail/channel-entry/',
  tailCall: 'tail/call/',
  tailTicket: 'tail/ticket/',
} as const;

/** The parts of a key behind its family. */
export function keyParts(key: string): readonly string[] {
  return key.split('/').slice(1);
}

export { digits };

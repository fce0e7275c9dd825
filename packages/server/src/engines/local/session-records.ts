import type { Attribute, RecordChange, Records, RecordValue, ServedChannel, SessionToken } from '../../ports/index.js';
import { keyParts, RECORD_KEYS } from './record-keys.js';
import { numberOf, textOf, textsOf, tokenOf } from './record-values.js';
import { type Session, silentMsOf } from './state.js';

/** A session as a restart finds it. */
export interface RecordedSession {
  readonly appId: string;
  readonly uid: string;
  readonly userSId: string;
  readonly session: number;
  readonly isPublished: boolean;
  readonly generation: number;
  readonly ticketId: string;
  readonly token: SessionToken | undefined;
  readonly channels: readonly string[];
  readonly served: readonly ServedChannel[];
  readonly peers: readonly string[];
  readonly isUnreachable: boolean;
  /** 0 in records of releases that did not note it. */
  readonly beganTs: number;
  readonly silentMs: number;
  readonly attributes: readonly Attribute[];
  readonly phase: 'live' | 'ended';
}

/**
 * Which sessions have changed since their record was written. Records follow at the next sweep, or earlier together
 * with another write of the same user; no answer waits for them (design 5).
 */
export class SessionRecords {
  readonly #now: () => number;
  readonly #changed = new Set<Session>();

  constructor(now: () => number) {
    this.#now = now;
  }

  get size(): number {
    return this.#changed.size;
  }

  touch(session: Session): void {
    this.#changed.add(session);
  }

  /** What has to be written for one session now, for a transaction that is written anyway. */
  take(session: Session): RecordChange[] {
    return this.#changed.delete(session) ? this.#changesOf(session) : [];
  }

  /** What has to be written for all changed sessions. */
  takeAll(): RecordChange[] {
    if (this.#changed.size === 0) return [];
    return this.takeSome(this.#changed.size);
  }

  /** The same for the sessions that have waited for longest, at most so many. */
  takeSome(most: number): RecordChange[] {
    const changes: RecordChange[] = [];
    let left = most;
    for (const session of this.#changed) {
      if (left-- <= 0) break;
      this.#changed.delete(session);
      changes.push(...this.#changesOf(session));
    }
    return changes;
  }

  #changesOf(session: Session): RecordChange[] {
    const key = RECORD_KEYS.session(session.appId, session.uid, session.session);
    if (session.phase === 'settled') {
      if (!session.isRecorded) return [];
      session.isRecorded = false;
      return [{ key }];
    }
    session.isRecorded = true;
    const value = {
      userSId: session.userSId,
      beganTs: session.beganTs,
      isPublished: session.isPublished,
      generation: session.generation,
      ticketId: session.ticketId,
      ...(session.token && { token: session.token }),
      channels: session.channels,
      served: session.served,
      peers: session.peers,
      isUnreachable: session.presence === 'UNREACHABLE',
      // While it is not cut, the client is heard of all the time: nothing to record.
      silentMs: session.suspended || !session.host.isHeld ? silentMsOf(session, this.#now()) : 0,
      ...(session.phase === 'live' && session.attributes && { attributes: session.attributes.all() }),
      phase: session.phase,
    };
    return [{ key, value }];
  }
}

export function* recordedSessions(records: Records): Iterable<RecordedSession> {
  for (const { key, value } of records.scan(RECORD_KEYS.sessions)) {
    const [appId, uid, session] = keyParts(key);
    if (appId && uid && session) yield fromRecord(appId, uid, Number(session), value);
  }
}

function fromRecord(appId: string, uid: string, session: number, value: RecordValue): RecordedSession {
  return {
    appId,
    uid,
    userSId: textOf(value, 'userSId'),
    session,
    // Not said in records of before 2026-11-23: as if it were, since that forgets nothing.
    isPublished: value.isPublished !== false,
    generation: numberOf(value, 'generation'),
    ticketId: textOf(value, 'ticketId'),
    token: tokenOf(value),
    channels: textsOf(value, 'channels'),
    served: (value.served ?? []) as readonly ServedChannel[],
    peers: textsOf(value, 'peers'),
    isUnreachable: value.isUnreachable === true,
    silentMs: numberOf(value, 'silentMs'),
    beganTs: numberOf(value, 'beganTs'),
    attributes: (value.attributes ?? []) as readonly Attribute[],
    phase: value.phase === 'ended' ? 'ended' : 'live',
  };
}

import type { EventEmitter, LocalInvitation, RemoteInvitation, RtmStatusCode } from 'ar-rtm-sdk';
import { Hold, type Release } from './hold.js';
import type { Session } from './session.js';
import { Store, watchHeld } from './store.js';

/** What both sides of an invitation know. */
interface RtmInvitation {
  /** Tells the invitations of one client apart; for `accept`, `refuse`, `cancel`, `dismiss` and React's `key`. */
  readonly id: number;
  /** The caller's text; once it is canceled, that of the cancel. */
  readonly content: string;
  /** A channel id that the caller has named, or `""`. */
  readonly channelId: string;
  /** The callee's text, once it has answered. */
  readonly response: string;
  /** Whether nothing more will happen to it. */
  readonly isOver: boolean;
}

/** An invitation that this user has sent. */
export interface RtmOutgoingInvitation extends RtmInvitation {
  readonly calleeId: string;
  readonly state: RtmStatusCode.LocalInvitationState;
  /** Why it has ended without an answer, such as `INVITATION_EXPIRE`; only in the state `FAILURE`. */
  readonly failureReason: RtmStatusCode.LocalInvitationFailureReason | undefined;
}

/** An invitation that this user has received. */
export interface RtmIncomingInvitation extends RtmInvitation {
  readonly callerId: string;
  readonly state: RtmStatusCode.RemoteInvitationState;
  /** Why it has ended without an answer, or the accept has not reached the caller; only in the state `FAILURE`. */
  readonly failureReason: RtmStatusCode.RemoteInvitationFailureReason | undefined;
}

/** Invitations of a client, oldest first: those that run, and the newest that are over until they are dismissed. */
export interface RtmInvitations {
  readonly outgoing: readonly RtmOutgoingInvitation[];
  readonly incoming: readonly RtmIncomingInvitation[];
}

export const NO_INVITATIONS: RtmInvitations = { outgoing: [], incoming: [] };

/** Of those that are over, on each side. */
const OVER_LIMIT = 50;

const OVER: ReadonlySet<string> = new Set<RtmStatusCode.LocalInvitationState | RtmStatusCode.RemoteInvitationState>([
  'ACCEPTED_BY_REMOTE',
  'REFUSED_BY_REMOTE',
  'ACCEPTED',
  'REFUSED',
  'CANCELED',
  'FAILURE',
]);

type Live =
  | { readonly side: 'outgoing'; readonly invitation: LocalInvitation; failureReason?: string }
  | { readonly side: 'incoming'; readonly invitation: RemoteInvitation; failureReason?: string };

/** Call invitations of a client, both ways, for as long as a session lasts. */
export class Invitations {
  readonly store = new Store(NO_INVITATIONS);
  private readonly live = new Map<number, Live>();
  private lastId = 0;
  private stopListening: Release | undefined;
  private readonly listening = new Hold(
    () => this.listen(),
    () => this.end(),
  );

  constructor(private readonly session: Session) {
    session.follow({ ended: (isLogout) => isLogout && this.clear() });
  }

  take(): Release {
    return this.listening.take();
  }

  readonly watch = (tell: () => void): Release => watchHeld(this, tell);

  /** Throws what the SDK throws for arguments that are not valid; then there is no invitation. */
  invite(calleeId: string, content: string, channelId: string): number {
    const invitation = this.session.client.createLocalInvitation(calleeId);
    invitation.content = content;
    invitation.channelId = channelId;
    invitation.send();
    return this.add({ side: 'outgoing', invitation });
  }

  cancel(id: number, content: string | undefined): void {
    const { invitation } = this.of(id, 'outgoing');
    if (content !== undefined) invitation.content = content;
    invitation.cancel();
    this.show();
  }

  answer(id: number, verb: 'accept' | 'refuse', response: string | undefined): void {
    const { invitation } = this.of(id, 'incoming');
    if (response !== undefined) invitation.response = response;
    invitation[verb]();
    this.show();
  }

  /** Takes an invitation off the list; what runs goes on unseen. */
  dismiss(id: number): void {
    this.drop(id);
    this.show();
  }

  private of<Side extends Live['side']>(id: number, side: Side): Extract<Live, { side: Side }> {
    const live = this.live.get(id);
    if (live?.side !== side) throw new RangeError(`There is no ${side} invitation ${id}`);
    return live as Extract<Live, { side: Side }>;
  }

  private add(live: Live): number {
    this.lastId += 1;
    const id = this.lastId;
    const show = () => this.show();
    const fail = (reason: string) => {
      live.failureReason = reason;
      this.show();
    };
    if (live.side === 'outgoing') {
      live.invitation
        .on('LocalInvitationReceivedByPeer', show)
        .on('LocalInvitationAccepted', show)
        .on('LocalInvitationRefused', show)
        .on('LocalInvitationCanceled', show)
        .on('LocalInvitationFailure', fail);
    } else {
      live.invitation
        .on('RemoteInvitationAccepted', show)
        .on('RemoteInvitationRefused', show)
        .on('RemoteInvitationCanceled', show)
        .on('RemoteInvitationFailure', fail);
    }
    this.live.set(id, live);
    this.show();
    return id;
  }

  private show(): void {
    const all = [...this.live].map(([id, live]) => ({ id, live, entry: entryOf(id, live) }));
    for (const side of ['outgoing', 'incoming'] as const) {
      const over = all.filter(({ live, entry }) => live.side === side && entry.isOver);
      for (const { id } of over.slice(0, Math.max(0, over.length - OVER_LIMIT))) this.drop(id);
    }
    const kept = all.filter(({ id }) => this.live.has(id));
    this.store.set({
      outgoing: kept.flatMap(({ entry }) => ('calleeId' in entry ? [entry] : [])),
      incoming: kept.flatMap(({ entry }) => ('callerId' in entry ? [entry] : [])),
    });
  }

  private drop(id: number): void {
    const { invitation }: { invitation?: EventEmitter<unknown> } = this.live.get(id) ?? {};
    invitation?.removeAllListeners();
    this.live.delete(id);
  }

  private clear(): void {
    for (const id of [...this.live.keys()]) this.drop(id);
    this.store.set(NO_INVITATIONS);
  }

  private listen(): void {
    const release = this.session.take();
    const { client } = this.session;
    const came: Parameters<typeof client.on<'RemoteInvitationReceived'>>[1] = (invitation) => {
      this.add({ side: 'incoming', invitation });
    };
    client.on('RemoteInvitationReceived', came);
    this.stopListening = () => {
      client.off('RemoteInvitationReceived', came);
      release();
    };
  }

  private end(): void {
    this.stopListening?.();
    this.clear();
  }
}

function entryOf(id: number, live: Live): RtmOutgoingInvitation | RtmIncomingInvitation {
  const { content, channelId, response, state } = live.invitation;
  const common = { id, content, channelId, response, isOver: OVER.has(state) };
  return live.side === 'outgoing'
    ? ({
        ...common,
        calleeId: live.invitation.calleeId,
        state,
        failureReason: live.failureReason,
      } as RtmOutgoingInvitation)
    : ({
        ...common,
        callerId: live.invitation.callerId,
        state,
        failureReason: live.failureReason,
      } as RtmIncomingInvitation);
}

import type { LocalInvitation, RemoteInvitation, RtmChannel, RtmClient } from 'ar-rtm-sdk';
import type { ActivityLog } from './activity-log.js';
import type { Callee } from './entry.js';

/** Calls of a client that are recorded. */
export const CLIENT_CALLS = [
  'login',
  'logout',
  'renewToken',
  'sendMessageToPeer',
  'createMediaMessageByUploading',
  'downloadMedia',
  'getPeerHistory',
  'setLocalUserAttributes',
  'addOrUpdateLocalUserAttributes',
  'deleteLocalUserAttributesByKeys',
  'clearLocalUserAttributes',
  'getUserAttributes',
  'setChannelAttributes',
  'addOrUpdateChannelAttributes',
  'deleteChannelAttributesByKeys',
  'clearChannelAttributes',
  'getChannelAttributes',
  'getChannelMemberCount',
  'queryPeersOnlineStatus',
  'subscribePeersOnlineStatus',
  'unsubscribePeersOnlineStatus',
] as const satisfies readonly (keyof RtmClient)[];
const CHANNEL_CALLS = [
  'join',
  'leave',
  'sendMessage',
  'getMembers',
  'getHistory',
] as const satisfies readonly (keyof RtmChannel)[];

const CLIENT_EVENTS = [
  'ConnectionStateChanged',
  'MessageFromPeer',
  'PeersOnlineStatusChanged',
  'RemoteInvitationReceived',
  'TokenWillExpired',
  'TokenPrivilegeWillExpire',
  'TokenExpired',
  'TokenDidExpired',
] as const;
const CHANNEL_EVENTS = [
  'ChannelMessage',
  'MemberJoined',
  'MemberLeft',
  'MemberCountUpdated',
  'AttributesUpdated',
] as const;
const OUTGOING_EVENTS = [
  'LocalInvitationReceivedByPeer',
  'LocalInvitationAccepted',
  'LocalInvitationRefused',
  'LocalInvitationCanceled',
  'LocalInvitationFailure',
] as const;
const INCOMING_EVENTS = [
  'RemoteInvitationAccepted',
  'RemoteInvitationRefused',
  'RemoteInvitationCanceled',
  'RemoteInvitationFailure',
] as const;

/** Anything that tells events by name. */
interface Emitter<Name extends string> {
  on(name: Name, listener: (...args: never[]) => void): unknown;
}

/**
 * Notes all that is called on one client and all that it tells, whoever calls or listens: its methods are replaced by ones
 * that note and go on. To be made before anybody else listens, so that events are noted in the order of their effects.
 */
export class Recorder {
  constructor(
    private readonly log: ActivityLog,
    private readonly client: RtmClient,
    private readonly appId: string,
    private readonly user: string,
  ) {
    this.calls(client, CLIENT_CALLS, { kind: 'client', id: appId, object: client });
    this.events(client, CLIENT_EVENTS, 'client');
    client.on('RemoteInvitationReceived', (invitation) => this.incoming(invitation));
    const { createChannel, createLocalInvitation } = client;
    client.createChannel = (channelId) => this.channel(createChannel.call(client, channelId));
    client.createLocalInvitation = (calleeId) => this.outgoing(createLocalInvitation.call(client, calleeId));
  }

  private channel(channel: RtmChannel): RtmChannel {
    const { channelId: id } = channel;
    this.calls(channel, CHANNEL_CALLS, { kind: 'channel', id, object: channel });
    this.events(channel, CHANNEL_EVENTS, id);
    return channel;
  }

  private outgoing(invitation: LocalInvitation): LocalInvitation {
    const { calleeId: id } = invitation;
    const set = () => ({ content: invitation.content, channelId: invitation.channelId });
    this.calls(invitation, ['send', 'cancel'], { kind: 'outgoing', id, object: invitation }, set);
    this.events(invitation, OUTGOING_EVENTS, `→ ${id}`);
    return invitation;
  }

  private incoming(invitation: RemoteInvitation): void {
    const { callerId: id } = invitation;
    const set = () => ({ response: invitation.response });
    this.calls(invitation, ['accept', 'refuse'], { kind: 'incoming', id, object: invitation }, set);
    this.events(invitation, INCOMING_EVENTS, `← ${id}`);
  }

  private calls<Target extends object>(
    target: Target,
    names: readonly (keyof Target & string)[],
    callee: Callee,
    set: () => Readonly<Record<string, string>> = () => ({}),
  ): void {
    const { log, client, appId, user } = this;
    for (const name of names) {
      const method = target[name] as (...args: unknown[]) => unknown;
      const noting = (...args: unknown[]): unknown => {
        const given = Object.fromEntries(Object.entries(set()).filter(([, value]) => value !== ''));
        const end = log.call({ user, client, appId, callee, name, args: shownOf(name, args), set: given });
        try {
          const result = method.apply(target, args);
          if (!(result instanceof Promise)) {
            end({ value: result });
            return result;
          }
          return result.then(
            (value: unknown) => {
              end({ value });
              return value;
            },
            (error: unknown) => {
              end({ error });
              throw error;
            },
          );
        } catch (error) {
          end({ error });
          throw error;
        }
      };
      Object.defineProperty(target, name, { value: noting, configurable: true, writable: true });
    }
  }

  private events<Name extends string>(target: Emitter<Name>, names: readonly Name[], source: string): void {
    const { log, client, user } = this;
    for (const name of names) {
      target.on(name, (...args: unknown[]) => {
        const plain = name === 'RemoteInvitationReceived' ? args.map(invitationInWords) : args;
        log.event({ user, client, source, name, args: plain });
      });
    }
  }
}

/** Tokens are secrets, and the log may be shown around; handlers of transfers say nothing. */
function shownOf(name: string, args: readonly unknown[]): readonly unknown[] {
  if (name === 'renewToken') return ['•••'];
  if (name === 'login') {
    return args.map((options) => {
      const { uid, token } = options as { readonly uid: string; readonly token?: string };
      return token ? { uid, token: '•••' } : { uid };
    });
  }
  return args
    .filter((value) => !isHandler(value))
    .filter((value, at, all) => value !== undefined || at < all.length - 1);
}

function isHandler(value: unknown): boolean {
  return typeof value === 'object' && value !== null && ('cancelSignal' in value || 'onOperationProgress' in value);
}

function invitationInWords(invitation: unknown): unknown {
  const { callerId, content, channelId } = invitation as RemoteInvitation;
  return { callerId, content, channelId };
}

import { Recorder } from 'ar-rtm-testkit/recorder';
import { type Actor, createActor, type Sdk, type SdkParameters } from './actor.js';
import type { Tab } from './browsers/tab.js';

export const APP = '0123456789abcdef0123456789abcdef';
/** Silent in both SDKs. */
const LOG_OFF = 4;

export type ConnectionChange = readonly [state: string, reason: string, details?: { readonly recovered: boolean }];
export type Heard = readonly [
  message: { readonly text: string },
  from: string,
  properties: { readonly isOfflineMessage: boolean },
];

/** What a user was told so far, and will be. */
class Ears {
  private readonly recorders = new Map<string, Recorder>();

  get states(): Recorder<ConnectionChange> {
    return this.recorder('ConnectionStateChanged');
  }

  get peerMessages(): Recorder<Heard> {
    return this.recorder('MessageFromPeer');
  }

  channelMessages(channelId: string): Recorder<Heard> {
    return this.recorder(`${channelId}:ChannelMessage`);
  }

  memberEvents(channelId: string, kind: 'MemberJoined' | 'MemberLeft'): Recorder<readonly [member: string]> {
    return this.recorder(`${channelId}:${kind}`);
  }

  attributeUpdates(channelId: string): Recorder<readonly [Readonly<Record<string, { readonly value: string }>>]> {
    return this.recorder(`${channelId}:AttributesUpdated`);
  }

  get presence(): Recorder<readonly [Readonly<Record<string, string>>]> {
    return this.recorder('PeersOnlineStatusChanged');
  }

  get invitations(): Recorder<readonly [callerId: string, content: string]> {
    return this.recorder('RemoteInvitationReceived');
  }

  /** What became of the invitation that was sent last, or came last. */
  invitationEvents(event: `${'Local' | 'Remote'}Invitation${string}`): Recorder<readonly [text: string]> {
    return this.recorder(event);
  }

  readonly hear = (event: string, args: readonly unknown[]): void => this.recorder(event).add(args);

  /** Whoever asks for an event knows its arguments. */
  private recorder<Args extends readonly unknown[]>(event: string): Recorder<Args> {
    const recorder = this.recorders.get(event) ?? new Recorder();
    this.recorders.set(event, recorder);
    return recorder as unknown as Recorder<Args>;
  }
}

/** A user of one of the SDKs, in Node or in a page: what it can do, and what it hears. */
export type User = Actor & Ears;

type Listening = { readonly port: number };

export function userInNode(sdk: Sdk, server: Listening): User {
  const ears = new Ears();
  return Object.assign(ears, createActor(sdk, APP, parametersFor(server), ears.hear));
}

/** A user in a page that has loaded an SDK. Without `server`, the SDK has to find it. */
export async function userInPage(page: Tab, server?: Listening): Promise<User> {
  const ears = new Ears();
  await page.exposeFunction('e2eReport', ears.hear);
  const methods = await page.evaluate(
    ([create, appId, params]) => {
      window.e2eActor = new Function(`return ${create}`)()(window.ArRTM, appId, params, window.e2eReport);
      return Object.keys(window.e2eActor);
    },
    [createActor.toString(), APP, parametersFor(server)] as const,
  );
  const call = (method: string, args: readonly unknown[]) =>
    page.evaluate(([name, given]) => window.e2eActor[name]?.(...given), [method, args] as const);
  const actor = Object.fromEntries(methods.map((name) => [name, (...args: unknown[]) => call(name, args)]));
  return Object.assign(ears, actor as unknown as Actor);
}

function parametersFor(server: Listening | undefined): SdkParameters {
  if (!server) return { logFilter: LOG_OFF };
  return { logFilter: LOG_OFF, confPriCloudAddr: { ServerAdd: '127.0.0.1', Port: server.port, Wss: false } };
}

declare global {
  interface Window {
    ArRTM: Sdk;
    e2eActor: Record<string, (...args: readonly unknown[]) => Promise<unknown>>;
    e2eReport(event: string, args: readonly unknown[]): void;
  }
}

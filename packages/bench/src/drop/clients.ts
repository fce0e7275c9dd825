import { ArRTM } from 'ar-rtm-sdk';
import { loadPublished } from './published.js';

/** What the drop test needs of a client. */
export interface DropClient {
  /** Logs in and joins the channel. */
  enter(uid: string, channelId: string): Promise<void>;
  /** Rejects with an object that may have a `code`. */
  send(text: string): Promise<void>;
  leave(): Promise<void>;
}

export interface DropEvents {
  onText(text: string, acceptedMs: number): void;
  /** The SDK says that something may be missing. */
  onGap(): void;
}

/** What both SDKs have in common, as far as it is used here. */
interface Sdk {
  createInstance(appId: string, parameters: object): SdkClient;
}

interface SdkClient {
  on(event: string, listener: (...args: never[]) => void): unknown;
  login(options: { uid: string }): Promise<unknown>;
  logout(): Promise<unknown>;
  createChannel(channelId: string): SdkChannel;
}

interface SdkChannel {
  on(event: string, listener: (...args: never[]) => void): unknown;
  join(): Promise<unknown>;
  sendMessage(message: { text: string }): Promise<unknown>;
}

export const KINDS = ['ours', 'published'] as const;
export type Kind = (typeof KINDS)[number];

const APP_ID = '0123456789abcdef0123456789abcdef';

export function createClient(kind: Kind, port: number, events: DropEvents): DropClient {
  const sdk = (kind === 'ours' ? ArRTM : loadPublished()) as unknown as Sdk;
  const client = sdk.createInstance(APP_ID, {
    confPriCloudAddr: { ServerAdd: '127.0.0.1', Port: port, Wss: false },
    // Off in ours; errors only in the published one, whose console is quiet anyway.
    logFilter: kind === 'ours' ? (ArRTM.LOG_FILTER_OFF as number) : 4,
  });
  client.on('ConnectionStateChanged', (_state: string, _reason: string, details?: { recovered?: boolean }) => {
    if (details?.recovered === false) events.onGap();
  });
  let channel: SdkChannel | undefined;
  return {
    async enter(uid, channelId) {
      await client.login({ uid });
      channel = client.createChannel(channelId);
      channel.on('ChannelMessage', (message: { text: string }, _from: string, about: { serverReceivedTs: number }) =>
        events.onText(message.text, about.serverReceivedTs),
      );
      await channel.join();
    },
    async send(text) {
      await channel?.sendMessage({ text });
    },
    async leave() {
      await client.logout();
    },
  };
}

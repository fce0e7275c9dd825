/**
 * What is simulated, by shape: the real node, engine, records and client. `scripts/sim-product.mjs` joins them to the
 * simulator, so that the test kit imports nothing of them.
 */
import type { Chance, Counters, Engine, Logger, Records, Time, Transport, TransportEvents } from 'ar-rtm-server/ports';

export interface ProductNode {
  readonly isReady: boolean;
  readonly census: Readonly<Record<string, number>>;
  readonly gateway: {
    login(
      body: string,
      address: { readonly host: string; readonly port: number },
    ): { readonly status: number; readonly body: object };
  };
  accept(transport: Transport): TransportEvents;
  start(): Promise<void>;
  drain(): Promise<void>;
  stop(): Promise<void>;
}

export interface ProductEngine {
  open(): Promise<void>;
  connect(): Engine;
  close(how: { readonly graceful: boolean }): Promise<void>;
  sizes(): Readonly<Record<string, number>>;
}

export type Content = Map<string, string>;

export interface ProductRecords extends Records {
  readonly content: Content;
  crash(): Content;
}

export interface ProductChannel {
  readonly channelId: string;
  on(event: string, listener: (...args: never[]) => void): unknown;
  join(): Promise<void>;
  leave(): Promise<void>;
  sendMessage(
    message: { readonly text: string },
    options?: { readonly enableHistoricalMessaging: boolean },
  ): Promise<void>;
  getMembers(): Promise<string[]>;
}

type Attributes = Record<string, string>;
export type ChannelAttributes = Record<string, { readonly value: string }>;

interface Notify {
  readonly enableNotificationToChannelMembers: boolean;
}

export interface ProductInvitation {
  readonly state: string;
  readonly callerId?: string;
  content: string;
  response: string;
  on(event: string, listener: (...args: never[]) => void): unknown;
  send(): void;
  cancel?(): void;
  accept?(): void;
  refuse?(): void;
}

export interface ProductClient {
  on(event: string, listener: (...args: never[]) => void): unknown;
  login(options: { readonly uid: string }): Promise<void>;
  logout(): Promise<void>;
  sendMessageToPeer(
    message: { readonly text: string },
    peerId: string,
    options: { readonly enableOfflineMessaging: boolean; readonly enableHistoricalMessaging?: boolean },
  ): Promise<{ readonly hasPeerReceived: boolean }>;
  getChannelMemberCount(channelIds: string[]): Promise<Record<string, number>>;
  createChannel(channelId: string): ProductChannel;
  subscribePeersOnlineStatus(peerIds: string[]): Promise<void>;
  unsubscribePeersOnlineStatus(peerIds: string[]): Promise<void>;
  setLocalUserAttributes(attributes: Attributes): Promise<void>;
  addOrUpdateLocalUserAttributes(attributes: Attributes): Promise<void>;
  getUserAttributes(userId: string): Promise<Attributes>;
  setChannelAttributes(channelId: string, attributes: Attributes, options?: Notify): Promise<void>;
  addOrUpdateChannelAttributes(channelId: string, attributes: Attributes, options?: Notify): Promise<void>;
  getChannelAttributes(channelId: string): Promise<ChannelAttributes>;
  createLocalInvitation(calleeId: string): ProductInvitation;
}

/** Handlers of one client socket, and the socket; they fit the SDK's ports. */
export interface SocketHandlers {
  onOpen(): void;
  onText(text: string): void;
  onClose(): void;
}

export interface ClientSocket {
  send(text: string): void;
  close(): void;
}

export interface ClientNetwork {
  openSocket(url: string, handlers: SocketHandlers): ClientSocket;
  post(url: string, body: string, done: (reply: string | undefined) => void): () => void;
  http(): never;
  onWake(task: () => void): () => void;
  origin(): string | undefined;
}

export interface ClientEnvironment {
  readonly clock: {
    now(): number;
    wallTime(): number;
    after(delayMs: number, task: () => void): () => void;
    macrotask(task: () => void): void;
  };
  readonly random: { fraction(): number; hex(digits: number): string };
  readonly network: ClientNetwork;
  readonly log: (severity: number, line: string) => void;
}

export interface Product {
  createNode(parts: {
    readonly engine: Engine;
    readonly time: Time;
    readonly chance: Chance;
    readonly secret: Uint8Array;
    readonly logger: Logger;
    readonly counters: Counters;
    readonly apps: readonly never[];
    readonly settings: Readonly<Record<string, unknown>>;
  }): ProductNode;
  createEngine(options: {
    readonly records: Records;
    readonly time: Time;
    readonly counters: Counters;
    readonly logger: Logger;
    readonly limits: Readonly<Record<string, number>>;
  }): ProductEngine;
  createRecords(options: { readonly content: Content; readonly flush: () => Promise<void> }): ProductRecords;
  createClient(environment: ClientEnvironment, appId: string, params: object): ProductClient;
}

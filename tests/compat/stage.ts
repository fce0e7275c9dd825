/**
 * What every compat test stands on: servers, tabs with the published client, raw clients, and the check behind each test
 * that nothing complained and nothing stayed behind.
 */
import { startTestServer, type TestServer, type TestServerOptions } from 'ar-rtm-server/testing';
import {
  loadPublished,
  type PublishedChannel,
  type PublishedClient,
  type PublishedTab,
} from 'ar-rtm-testkit/published';
import { RawClient, type RawLogin, type RawOptions } from 'ar-rtm-testkit/raw-client';
import { record } from 'ar-rtm-testkit/recorder';
import { afterEach, expect } from 'vitest';

type App = NonNullable<TestServerOptions['apps']>[number];

export const APP = '0123456789abcdef0123456789abcdef';

export interface Tab extends PublishedTab {
  readonly client: PublishedClient;
}

export type Told = [state: string, reason: string | undefined];
export type Heard = [
  message: { text: string },
  from: string,
  properties: { serverReceivedTs: number; isOfflineMessage: boolean },
];

/** Registers the clean-up; call once per file. */
export function useStage(): Stage {
  const stage = new Stage();
  afterEach(() => stage.clear());
  return stage;
}

export class Stage {
  private current: TestServer | undefined;
  private tabs: Tab[] = [];
  private raws: RawClient[] = [];
  /** Lines that the server may log at level warn and above. */
  expectedComplaints: RegExp[] = [];
  /** Set by tests that leave sessions behind on purpose. */
  keepsSessions = false;

  get server(): TestServer {
    if (!this.current) throw new Error('no server yet');
    return this.current;
  }

  async start(options: TestServerOptions = {}): Promise<TestServer> {
    this.current = await startTestServer(options);
    return this.current;
  }

  /** A new tab with one client instance, not logged in. */
  tab(userAgent?: string, appId = APP): Tab {
    const opened = loadPublished(userAgent === undefined ? {} : { userAgent });
    const tab = Object.assign(opened, {
      client: opened.ArRTM.createInstance(appId, { ...this.server.address, logFilter: 4 }),
    });
    this.tabs.push(tab);
    return tab;
  }

  /** A tab whose client is logged in. */
  async user(uid: string, userAgent?: string): Promise<Tab> {
    const tab = this.tab(userAgent);
    await tab.client.login({ uid });
    return tab;
  }

  async raw(uid: string, login: Partial<RawLogin> = {}, options?: RawOptions): Promise<RawClient> {
    return this.keep(await RawClient.login(this.server.url, { appId: APP, uid, ...login }, options));
  }

  async socket(options?: RawOptions): Promise<RawClient> {
    return this.keep(await RawClient.open(this.server.url, options));
  }

  keep(client: RawClient): RawClient {
    this.raws.push(client);
    return client;
  }

  async clear(): Promise<void> {
    const { current, tabs, raws, keepsSessions } = this;
    this.tabs = [];
    this.raws = [];
    this.keepsSessions = false;
    if (!current) return;
    try {
      if (!keepsSessions) {
        await Promise.all(tabs.map((tab) => leave(tab)));
        await Promise.all(raws.map((client) => client.logout()));
        await untilEmpty(current);
      }
    } finally {
      for (const tab of tabs) tab.close();
      for (const client of raws) client.terminate();
      await current.stop();
      this.current = undefined;
    }
    const expected = this.expectedComplaints;
    this.expectedComplaints = [];
    expect(current.complaints.filter((line) => !expected.some((pattern) => pattern.test(line)))).toEqual([]);
  }
}

async function leave({ client, sockets }: Tab): Promise<void> {
  if (client.uid) await client.logout();
  const open = sockets.filter((socket) => socket.readyState !== socket.CLOSED);
  await Promise.all(open.map((socket) => new Promise<void>((resolve) => socket.once('close', () => resolve()))));
}

/** Polls a condition that has no event. */
export async function eventually(
  check: () => boolean | Promise<boolean>,
  what: string,
  limitMs = 30_000,
): Promise<void> {
  const giveUp = performance.now() + limitMs;
  while (!(await check())) {
    if (performance.now() > giveUp) throw new Error(`not within ${limitMs} ms: ${what}`);
    await new Promise((resume) => setTimeout(resume, 10));
  }
}

const LEFT_BEHIND = ['connections', 'sessions', 'deliveries', 'replies', 'departures', 'queuedBytes', 'unsettled'];

/** Everybody has left: no object of theirs may stay. */
export async function untilEmpty(server: TestServer): Promise<void> {
  const left = () => LEFT_BEHIND.filter((kind) => (server.census()[kind] ?? 0) !== 0);
  await eventually(() => left().length === 0, 'everything gone').catch(() => {
    throw new Error(`left behind: ${JSON.stringify(server.census())}`);
  });
}

export function states({ client }: Tab) {
  return record<Told>(client, 'ConnectionStateChanged');
}

export function peerMessages({ client }: Tab) {
  return record<Heard>(client, 'MessageFromPeer');
}

export function channelMessages(channel: PublishedChannel) {
  return record<Heard>(channel, 'ChannelMessage');
}

export function texts(calls: readonly Heard[]): string[] {
  return calls.map(([message]) => message.text);
}

export function appOf(appId: string, more: Partial<App> = {}): App {
  return { appId, enabled: true, certificates: [], allowEmptyToken: true, allowWildcardUid: false, ...more };
}

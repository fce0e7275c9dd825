/** What the tests of the hooks begin with: a page in StrictMode, a real server, and users without hooks. */
import './dom.js';

import { cleanup, configure, renderHook } from '@testing-library/react';
import { ArRTM, type RtmClient, type RtmConfig } from 'ar-rtm-sdk';
import { startTestServer, type TestServer, type TestServerOptions } from 'ar-rtm-server/testing';
import type { ReactNode } from 'react';
import { afterEach, beforeEach, vi } from 'vitest';
import { RtmProvider } from '../src/index.js';

export { act, fireEvent, render, renderHook, screen, waitFor, within } from '@testing-library/react';

configure({ reactStrictMode: true, asyncUtilTimeout: 20_000 });

export const APP_ID = '0123456789abcdef0123456789abcdef';

/** A client of a page that has gone is silent by then, and nobody reads its log. */
const SILENT = { logFilter: 4 };

export function openStage(options: TestServerOptions = {}) {
  let server: TestServer;
  const clients: RtmClient[] = [];

  beforeEach(async () => {
    server = await startTestServer(options);
  });
  afterEach(async () => {
    cleanup();
    vi.restoreAllMocks();
    await Promise.all(clients.splice(0).map((client) => client.logout().catch(() => undefined)));
    await server.stop();
  });

  const stage = {
    get server(): TestServer {
      return server;
    },
    /** Another server takes the place of this one, at the same address. */
    async restart(meanwhile: () => unknown = () => undefined): Promise<void> {
      const { port } = server;
      await server.stop();
      await meanwhile();
      server = await startTestServer({ ...options, port });
    },
    config: (): RtmConfig => ({ ...server.address, ...SILENT }),
    client(): RtmClient {
      const client = ArRTM.createInstance(APP_ID, stage.config());
      clients.push(client);
      return client;
    },
    /** Another user, without hooks. */
    async user(uid: string, token?: string): Promise<RtmClient> {
      const client = stage.client();
      await client.login({ uid, token });
      return client;
    },
    /** A wrapper with a provider that makes its client, and logs a user in. */
    as(uid: string) {
      const [config, login] = [stage.config(), { uid }];
      return ({ children }: { children?: ReactNode }) => (
        <RtmProvider appId={APP_ID} config={config} login={login}>
          {children}
        </RtmProvider>
      );
    },
    /** A wrapper with a client of the application. */
    over: (client: RtmClient) =>
      function Wrapper({ children }: { children?: ReactNode }) {
        return <RtmProvider client={client}>{children}</RtmProvider>;
      },
    /** A hook under the provider of a user. */
    hookAs: <T, P>(uid: string, hook: (props: P) => T, initialProps?: P) =>
      renderHook(hook, { wrapper: stage.as(uid), ...(initialProps !== undefined && { initialProps }) }),
  };
  return stage;
}

const EVENTS = [
  'ConnectionStateChanged',
  'MessageFromPeer',
  'PeersOnlineStatusChanged',
  'RemoteInvitationReceived',
  'TokenExpired',
  'TokenPrivilegeWillExpire',
] as const;

/** How many listeners a client has. */
export function listenersOf(client: RtmClient): number {
  return EVENTS.reduce((sum, event) => sum + client.listenerCount(event), 0);
}

/** Everything that is due in this turn has happened: effects, microtasks, one macrotask. */
export const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

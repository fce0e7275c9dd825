/**
 * One scenario, two SDKs: ours and the published 1.0.15, unmodified, each against the same server and with the same
 * code. A scenario names the rows of the API that it shows; docs/conformance.md is made from the run.
 */
import ArRTM, { type RtmChannel, type RtmClient, type RtmParameters } from 'ar-rtm-sdk';
import { startTestServer, type TestServer, type TestServerOptions } from 'ar-rtm-server/testing';
import { loadPublished, type PublishedTab } from 'ar-rtm-testkit/published';
import { type Recorder, record } from 'ar-rtm-testkit/recorder';
import { afterEach, expect, test } from 'vitest';
import type { RowId } from './rows.js';

export const APP = '0123456789abcdef0123456789abcdef';

export type Kind = 'ours' | 'published';
const KINDS: readonly Kind[] = ['ours', 'published'];

/** What a test shows, for docs/conformance.md. */
export interface Shown {
  readonly rows: readonly string[];
  readonly client: Kind;
  /** The difference of docs/differences.md that this test is about. */
  readonly difference?: string;
}

declare module 'vitest' {
  interface TaskMeta {
    api?: Shown;
  }
}

/** Both SDKs do the same. */
export function scenario(rows: readonly RowId[], title: string, play: (scene: Scene) => Promise<void>): void {
  for (const kind of KINDS) declare(kind, rows, `${label(rows)} ${kind}: ${title}`, play);
}

/** Only ours has this. */
export function oursOnly(rows: readonly RowId[], title: string, play: (scene: Scene) => Promise<void>): void {
  declare('ours', rows, `${label(rows)} ours: ${title}`, play);
}

/** Both can be observed in one way, and differ: `id` is the difference's name in docs/differences.md. */
export function differs(
  id: string,
  rows: readonly RowId[],
  title: string,
  observe: (scene: Scene) => Promise<unknown>,
  seen: Readonly<Record<Kind, unknown>>,
): void {
  for (const kind of KINDS) {
    const look = async (scene: Scene) => expect(await observe(scene)).toEqual(seen[kind]);
    declare(kind, rows, `${id} ${kind}: ${title}`, look, id);
  }
}

const label = (rows: readonly RowId[]): string => `[${rows.join(', ')}]`;

let current: Scene | undefined;

afterEach(async () => {
  const scene = current;
  current = undefined;
  await scene?.clear();
});

function declare(
  client: Kind,
  rows: readonly RowId[],
  title: string,
  play: (scene: Scene) => Promise<void>,
  difference?: string,
): void {
  test(title, async ({ task }) => {
    task.meta.api = { rows: rows.map(String), client, ...(difference !== undefined && { difference }) };
    current = new Scene(client);
    await play(current);
  });
}

export class Scene {
  private started: TestServer | undefined;
  private readonly clients: RtmClient[] = [];
  private readonly tabs: PublishedTab[] = [];

  constructor(readonly kind: Kind) {}

  get server(): TestServer {
    if (!this.started) throw new Error('no server yet');
    return this.started;
  }

  /** Not needed for a server with no settings of its own. */
  async start(options: TestServerOptions = {}): Promise<TestServer> {
    this.started = await startTestServer(options);
    return this.started;
  }

  /** The module, as an application has it. The published one is a copy of its own, as in a tab of its own. */
  module(): typeof ArRTM {
    if (this.kind === 'ours') return ArRTM;
    const tab = loadPublished();
    this.tabs.push(tab);
    return tab.ArRTM as unknown as typeof ArRTM;
  }

  /** A client that is not logged in. */
  async client(parameters: RtmParameters = {}, appId = APP): Promise<RtmClient> {
    const { address } = this.started ?? (await this.start());
    const client = this.module().createInstance(appId, { ...address, logFilter: 4, ...parameters });
    this.clients.push(client);
    return client;
  }

  async login(uid: string, token?: string): Promise<RtmClient> {
    const client = await this.client();
    await client.login(token === undefined ? { uid } : { uid, token });
    return client;
  }

  async clear(): Promise<void> {
    await Promise.all(this.clients.map((client) => Promise.race([client.logout().catch(() => undefined), soon(1000)])));
    for (const tab of this.tabs) tab.close();
    await this.started?.stop();
  }
}

const soon = (ms: number): Promise<void> => new Promise((resume) => setTimeout(resume, ms));

/** The code with which a promise rejects, whether as an error or as a bare number; `'resolved'` when it does not. */
export async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
    return 'resolved';
  } catch (error) {
    return typeof error === 'object' && error !== null && 'code' in error ? error.code : error;
  }
}

/** How a call ends: with a value, a code, or not at all within `ms` (for defects of the published client). */
export async function outcome(call: () => Promise<unknown>, ms = 400): Promise<unknown> {
  try {
    return await Promise.race([codeOf(call()), soon(ms).then(() => 'pending')]);
  } catch (error) {
    return `throws ${(error as Error).name}`;
  }
}

/** Polls a condition that has no event. */
export async function eventually(holds: () => boolean, limitMs = 30_000): Promise<void> {
  const giveUp = performance.now() + limitMs;
  while (!holds()) {
    if (performance.now() > giveUp) throw new Error(`not within ${limitMs} ms`);
    await soon(10);
  }
}

type Events = Record<string, (...args: never[]) => void>;
type Emitter = Pick<RtmClient | RtmChannel, 'on'>;

/** Records an event from now on; the names are those of the API. */
export function hear<Args extends readonly unknown[]>(emitter: object, event: string): Recorder<Args> {
  return record<Args>(emitter as Emitter & Events as never, event);
}

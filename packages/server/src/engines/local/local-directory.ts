import type {
  AppSummary,
  ChannelFacts,
  ChannelRef,
  ChannelSummary,
  Directory,
  Page,
  PageRequest,
  UserFacts,
  UserSummary,
} from '../../ports/index.js';
import type { Core } from './core.js';
import { pageOf, type Walk } from './page-walk.js';
import { type Session, silentMsOf, type UserSlot } from './state.js';

type OfApp = PageRequest & { readonly appId: string };

/** {@link Directory} over what is in memory, and over who has something on disk. */
export class LocalDirectory implements Directory {
  readonly #core: Core;

  constructor(core: Core) {
    this.#core = core;
  }

  async apps(request: PageRequest): Promise<Page<AppSummary>> {
    const { users, channels, boxes } = this.#open();
    return this.#page(request, {
      ids: appsOf([users, channels, boxes]),
      itemOf: (appId) => ({
        appId,
        users: users.sizeOf(appId),
        channels: channels.sizeOf(appId),
        boxes: boxes.sizeOf(appId),
      }),
    });
  }

  async users(request: OfApp): Promise<Page<UserSummary>> {
    const core = this.#open();
    const { appId } = request;
    return this.#page(request, {
      ids: usersOf(core, appId),
      // A slot stays for some seconds behind its session.
      isMeant: (slot) => slot === undefined || slot.session !== undefined,
      itemOf: (uid, slot) => ({
        uid,
        presence: slot?.session?.presence ?? 'OFFLINE',
        channels: slot?.session?.channels.length ?? 0,
        hasStored: core.boxes.has(appId, uid),
      }),
    });
  }

  async user({ appId, uid }: { readonly appId: string; readonly uid: string }): Promise<{ found?: UserFacts }> {
    const core = this.#open();
    const slot = core.users.findOrLoad(appId, uid);
    if (!slot?.session && !slot?.inbox.durableCount) return {};
    const { inbox, session } = slot;
    const oldest = inbox.first;
    return {
      found: {
        presence: session?.presence ?? 'OFFLINE',
        ...(session && { session: sessionFacts(session, core.clock.nowMs()) }),
        inbox: {
          end: inbox.end,
          floor: inbox.floor,
          ...(oldest && { oldest }),
          waiting: inbox.liveCount,
          waitingBytes: inbox.liveBytes,
          stored: inbox.durableCount,
        },
      },
    };
  }

  async channels(request: OfApp): Promise<Page<ChannelSummary>> {
    return this.#page(request, {
      ids: this.#open().channels.of(request.appId),
      itemOf: (channelId, { members, log }) => ({
        channelId,
        members: members.size,
        entries: log.size,
        bytes: log.bytes,
      }),
    });
  }

  async channel({ appId, channelId }: ChannelRef): Promise<{ found?: ChannelFacts }> {
    const slot = this.#open().channels.find(appId, channelId);
    if (!slot) return {};
    const { count, log, attributes, subscribers } = slot;
    return {
      found: {
        members: count,
        end: log.end,
        floor: log.floor,
        entries: log.size,
        bytes: log.bytes,
        attributesVersion: attributes?.version ?? 0,
        attributeKeys: attributes?.set.keys ?? [],
        followers: subscribers.size,
      },
    };
  }

  async members(request: OfApp & { readonly channelId: string }): Promise<Page<string>> {
    const slot = this.#open().channels.find(request.appId, request.channelId);
    return this.#page(request, { ids: slot?.members ?? [], itemOf: (uid) => uid });
  }

  #open(): Core {
    this.#core.mustBeOpen();
    return this.#core;
  }

  #page<Found, Item>(request: PageRequest, walk: Walk<Found, Item>): Promise<Page<Item>> {
    return pageOf(this.#core.outside.time, request, walk);
  }
}

function* appsOf(
  tables: readonly { apps(): Iterable<string> }[],
): Iterable<readonly [appId: string, found: undefined]> {
  for (const table of tables) for (const appId of table.apps()) yield [appId, undefined];
}

/** Users in memory, then those with stored messages who have no session: for these there is no slot to look at. */
function* usersOf(core: Core, appId: string): Iterable<readonly [uid: string, slot: UserSlot | undefined]> {
  yield* core.users.of(appId);
  for (const uid of core.boxes.usersOf(appId)) {
    const slot = core.users.find(appId, uid);
    yield [uid, slot?.session && slot];
  }
}

function sessionFacts(session: Session, nowMs: number): NonNullable<UserFacts['session']> {
  const { host, isPublished, beganTs, suspended, token, channels, served, peers, attributes } = session;
  return {
    ...(host.isHeld && { nodeId: host.nodeId }),
    isPublished,
    ...(beganTs > 0 && { beganTs }),
    ...((suspended || !host.isHeld) && { silentMs: silentMsOf(session, nowMs) }),
    ...(token && { tokenEndTs: token.endTs }),
    channels,
    served,
    watchedPeers: peers.length,
    attributeKeys: attributes?.keys ?? [],
  };
}

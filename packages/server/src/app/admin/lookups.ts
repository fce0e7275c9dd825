import type { Apps } from '../../domain/apps.js';
import type { ReadClock } from '../../domain/read-clock.js';
import type { Page, PageRequest, UserFacts } from '../../ports/directory.js';
import type { ChannelHub } from '../channel-hub.js';
import type { NodeContext } from '../context.js';
import type { SessionHost } from '../session-host.js';
import type { AskedPage } from './admin-request.js';

/** Looking for longer holds nobody up, but whoever asks wants an answer. */
const PATIENCE_MS = 1000;

type View = Readonly<Record<string, unknown>>;
type EngineSession = NonNullable<UserFacts['session']>;

/**
 * What the operator looks up: what the engine knows, with what this node alone knows of sockets, queues and fan-out. Numbers,
 * positions and names, never what a message or an attribute says, nor what somebody could log in with.
 */
export class Lookups {
  constructor(
    private readonly context: NodeContext,
    private readonly appList: Apps,
    private readonly sessions: SessionHost,
    private readonly hub: ChannelHub,
    private readonly clock: ReadClock,
  ) {}

  /** Configured apps, and whatever others something is kept of. */
  async apps(asked: AskedPage): Promise<View> {
    const { search, after, limit } = asked;
    const page = await this.context.engine.directory.apps(this.request(asked));
    const found = new Map(page.items.map((item) => [item.appId, item]));
    const isOnPage = (appId: string) =>
      appId.toLowerCase().includes(search.toLowerCase()) && (after === undefined || appId > after);
    const configured = this.appList.configured().filter(({ appId }) => isOnPage(appId));
    const names = new Map(configured.map((app) => [app.appId, app]));
    const all = [...new Set([...names.keys(), ...found.keys()])].sort();
    const items = all.slice(0, limit).map((appId) => {
      const app = names.get(appId);
      const { users = 0, channels = 0, boxes = 0 } = found.get(appId) ?? {};
      return {
        appId,
        ...(app?.name !== undefined && { name: app.name }),
        isServed: this.appList.find(appId) !== undefined,
        sessionsHere: this.sessions.countOf(appId),
        users,
        channels,
        usersWithStored: boxes,
      };
    });
    return {
      isOpen: this.appList.isOpen,
      ...paged({ items, more: page.more || all.length > limit, isComplete: page.isComplete }, ({ appId }) => appId),
    };
  }

  async users(appId: string, asked: AskedPage): Promise<View> {
    const page = await this.context.engine.directory.users({ appId, ...this.request(asked) });
    return paged(page, ({ uid }) => uid);
  }

  /** Nothing when the user has neither a session nor stored messages. */
  async user(appId: string, uid: string): Promise<View | undefined> {
    const { engine, settings } = this.context;
    const { found } = await engine.directory.user({ appId, uid, timeoutMs: settings.engineTimeoutMs });
    if (!found) return undefined;
    const { presence, session, inbox } = found;
    return {
      appId,
      uid,
      presence,
      ...(session && { session: await this.session(appId, uid, session) }),
      inbox,
    };
  }

  async channels(appId: string, asked: AskedPage): Promise<View> {
    const page = await this.context.engine.directory.channels({ appId, ...this.request(asked) });
    return paged(page, ({ channelId }) => channelId);
  }

  /** With one page of its members. */
  async channel(appId: string, channelId: string, asked: AskedPage): Promise<View | undefined> {
    const { engine, settings } = this.context;
    const { directory } = engine;
    const { found } = await directory.channel({ appId, channelId, timeoutMs: settings.engineTimeoutMs });
    if (!found) return undefined;
    const page = await directory.members({ appId, channelId, ...this.request(asked) });
    const { members, attributesVersion, attributeKeys, followers, ...log } = found;
    const here = this.hub.find(appId, channelId);
    return {
      appId,
      channelId,
      memberCount: members.count,
      log,
      attributes: { version: attributesVersion, keys: attributeKeys },
      followers,
      ...(here && { fanout: here.progress }),
      members: paged(
        { ...page, items: page.items.map((uid) => ({ uid, ...this.deliveredTo(appId, uid, channelId) })) },
        ({ uid }) => uid,
      ),
    };
  }

  private async session(appId: string, uid: string, facts: EngineSession): Promise<View> {
    const { nodeId, settings, engine } = this.context;
    const { channels: channelIds, served, attributeKeys, isPublished, silentMs, ...plain } = facts;
    const ends = await engine.channels.ends({ appId, channelIds, timeoutMs: settings.engineTimeoutMs });
    const hosted = facts.nodeId === nodeId ? this.sessions.find(appId, uid) : undefined;
    const nowMs = this.clock.nowMs;
    return {
      ...plain,
      isHere: hosted !== undefined,
      state: hosted?.state ?? (silentMs === undefined ? 'active' : 'suspended'),
      client: isPublished ? 'published' : 'ours',
      ...(hosted ? { silentMs: Math.max(0, Math.round(nowMs - hosted.lastPacketMs)) } : { silentMs }),
      ...(hosted?.connection && { connection: this.socket(hosted.connection, nowMs) }),
      attributeKeys,
      channels: channelIds.map((channelId, index) => {
        const atCut = served.find((one) => one.channelId === channelId)?.position;
        return {
          channelId,
          end: ends[index]?.end,
          members: ends[index]?.members.count,
          ...(atCut && { delivered: atCut }),
          ...this.deliveredTo(appId, uid, channelId),
        };
      }),
    };
  }

  private socket(connection: NonNullable<ReturnType<SessionHost['find']>>['connection'] & object, nowMs: number): View {
    const { address, openedMs, sdkVersion, outbox, profile } = connection;
    return {
      address,
      sinceTs: Math.round(this.context.time.wallMs() - (nowMs - openedMs)),
      sdkVersion,
      capabilities: profile?.capabilities ?? [],
      queuedBytes: outbox.queuedBytes,
      queuedWrites: outbox.queuedWrites,
      isClosing: outbox.isClosing,
    };
  }

  /** How far a member that this node hosts has been served. */
  private deliveredTo(appId: string, uid: string, channelId: string): View {
    const member = this.sessions.find(appId, uid)?.member(channelId);
    return member ? { delivered: member.delivered, state: member.state } : {};
  }

  private request(asked: AskedPage): PageRequest {
    const timeoutMs = this.context.settings.engineTimeoutMs;
    return { ...asked, patienceMs: Math.min(PATIENCE_MS, timeoutMs / 2), timeoutMs };
  }
}

/** A page with the name of its last item, behind which the next page begins. */
function paged<Item>({ items, more, isComplete }: Page<Item>, idOf: (item: Item) => string): View {
  const last = items.at(-1);
  return { items, isComplete, ...(more && last !== undefined && { next: idOf(last) }) };
}

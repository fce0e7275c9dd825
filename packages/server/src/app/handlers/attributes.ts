import {
  ATTRIBUTE_CODE,
  areAttributeKeys,
  attributesCode,
  type CommandContent,
  type Frequency,
  isId,
  type ServerFrameInput,
} from 'ar-rtm-protocol';
import type { AttributeChange, AttributeOutcome, Attributes } from '../../ports/attributes.js';
import type { Connection } from '../connection.js';
import type { NodeContext } from '../context.js';
import { noteFailure, pause } from '../engine-failure.js';
import type { Session } from '../session.js';
import type { SessionHost } from '../session-host.js';

/** How often a delayed query of a published client looks again. */
const RETRY_MS = 100;

const CODES: Readonly<Record<AttributeOutcome, number>> = {
  done: ATTRIBUTE_CODE.OK,
  'too-large': ATTRIBUTE_CODE.SIZE_OVERFLOW,
  unknown: ATTRIBUTE_CODE.TIMEOUT,
};

type UserWrite = 'AddOrUpdateUserAttributes' | 'DeleteUserAttributes' | 'ClearUserAttributes';
type ChannelWrite = 'AddOrUpdateChanAttributes' | 'DeleteChanAttributes' | 'ClearChanAttributes';
type Target = 'user' | 'channel';

/** The attribute commands (wire-protocol.md 4.4 and 4.6). */
export class AttributeCommands {
  constructor(
    private readonly context: NodeContext,
    private readonly sessions: SessionHost,
  ) {}

  /** `isFirst`: nothing came before it on this connection, which goes on with a session or with what a client has left of one. */
  async changeUser(
    connection: Connection,
    session: Session,
    cmd: UserWrite,
    content: Partial<CommandContent<'AddOrUpdateUserAttributes'> & CommandContent<'DeleteUserAttributes'>> & {
      readonly MsgId: number;
    },
    isFirst = false,
  ): Promise<void> {
    const { MsgId } = content;
    const { engine, settings } = this.context;
    const reply = (Code: number) => connection.send(cmd, { MsgId, Code });
    const isRestore = isFirst && content.SetLocal === true;
    // A published client restores what its last call wrote, and nothing if that is all it knows: merged, nothing is lost (Q16).
    const merges = isRestore && connection.profile?.published !== false;
    const change = this.changeOf('user', content, content.SetLocal === true && !merges);
    if (typeof change === 'number') return reply(change);
    if (!isRestore && !this.admits(session, 'user attribute writes', settings.userAttributeWrites)) {
      return reply(ATTRIBUTE_CODE.TOO_OFTEN);
    }
    const { appId, uid, generation } = session;
    const bounds = this.boundsOf('user');
    const request = this.keyOf(connection, session, MsgId);
    const timeoutMs = settings.engineTimeoutMs;
    try {
      const outcome = await engine.attributes.changeUser({
        appId,
        uid,
        generation,
        change,
        bounds,
        ...request,
        timeoutMs,
      });
      if (outcome !== 'stale') reply(merges ? ATTRIBUTE_CODE.OK : CODES[outcome]);
      // Its client comes back, and sends the request again.
      else if (connection.session === session) this.sessions.stale(session);
    } catch (error) {
      noteFailure(this.context, 'changing attributes', error);
      reply(ATTRIBUTE_CODE.TIMEOUT);
    }
  }

  async ofUser(connection: Connection, session: Session, content: CommandContent<'GetUserAttributes'>): Promise<void> {
    const { MsgId, UserId: uid, Keys: keys } = content;
    const { engine, settings } = this.context;
    const reply = (Code: number, attributes: readonly (readonly [key: string, value: string])[] = []) => {
      const Attribs = JSON.stringify(Object.fromEntries(attributes));
      connection.send('QueryAttribKeys', { MsgId, QueryUserId: uid, Attribs, Code });
    };
    if (!isId(uid) || (keys && !this.areKeys(keys))) return reply(ATTRIBUTE_CODE.INVALID_ARGUMENT);
    if (!(await this.admitsUserRead(connection, session))) return reply(ATTRIBUTE_CODE.TOO_OFTEN);
    try {
      const { appId } = session;
      const answer = await engine.attributes.ofUser({ appId, uid, timeoutMs: settings.engineTimeoutMs });
      if (!answer.isOnline) return reply(ATTRIBUTE_CODE.USER_NOT_FOUND);
      const wanted = answer.attributes.filter(({ key }) => !keys || keys.includes(key));
      reply(
        ATTRIBUTE_CODE.OK,
        wanted.map(({ key, value }) => [key, value]),
      );
    } catch (error) {
      noteFailure(this.context, 'reading attributes', error);
      reply(ATTRIBUTE_CODE.FAILURE);
    }
  }

  async changeChannel(
    connection: Connection,
    session: Session,
    cmd: ChannelWrite,
    content: Partial<CommandContent<'AddOrUpdateChanAttributes'> & CommandContent<'DeleteChanAttributes'>> &
      CommandContent<'ClearChanAttributes'>,
  ): Promise<void> {
    const { MsgId, ChanId: channelId, Notify: announce } = content;
    const { engine, settings } = this.context;
    const reply = (Code: number) =>
      connection.send(cmd, { MsgId, ChanId: channelId, Code } as ServerFrameInput<typeof cmd>);
    if (!isId(channelId)) return reply(ATTRIBUTE_CODE.INVALID_ARGUMENT);
    const change = this.changeOf('channel', content, content.SetChan === true || content.SetLocal === true);
    if (typeof change === 'number') return reply(change);
    if (!this.admits(session, 'channel attribute writes', settings.channelAttributeWrites)) {
      return reply(ATTRIBUTE_CODE.TOO_OFTEN);
    }
    const member = session.member(channelId);
    if (member) member.attributeWrites += 1;
    try {
      const outcome = await engine.attributes.changeChannel({
        appId: session.appId,
        channelId,
        uid: session.uid,
        change,
        bounds: this.boundsOf('channel'),
        announce,
        ...this.keyOf(connection, session, MsgId),
        timeoutMs: settings.engineTimeoutMs,
      });
      reply(CODES[outcome]);
    } catch (error) {
      noteFailure(this.context, 'changing attributes', error);
      reply(ATTRIBUTE_CODE.TIMEOUT);
    } finally {
      if (member) {
        member.attributeWrites -= 1;
        member.channel.reportAttributesTo(member);
      }
    }
  }

  async ofChannel(
    connection: Connection,
    session: Session,
    cmd: 'GetChanAttributes' | 'GetChanAttributesByKeys',
    content: CommandContent<'GetChanAttributes'> & Partial<CommandContent<'GetChanAttributesByKeys'>>,
  ): Promise<void> {
    const { MsgId, ChanId: channelId, Keys: keys } = content;
    const { engine, settings } = this.context;
    const reply = (Code: number, items: readonly object[] = []) =>
      connection.send(cmd, { MsgId, ChanId: channelId, Code, Attributes: JSON.stringify(items) });
    if (!isId(channelId) || (keys && !this.areKeys(keys))) return reply(ATTRIBUTE_CODE.INVALID_ARGUMENT);
    if (!this.admits(session, 'channel attribute reads', settings.channelAttributeReads)) {
      return reply(ATTRIBUTE_CODE.TOO_OFTEN);
    }
    try {
      const { appId } = session;
      const answer = await engine.attributes.ofChannel({ appId, channelId, timeoutMs: settings.engineTimeoutMs });
      const wanted = answer.attributes.filter(({ key }) => !keys || keys.includes(key));
      reply(
        ATTRIBUTE_CODE.OK,
        wanted.map(({ key, value, by, ts }) => ({ Key: key, Val: value, UId: by, Time: ts })),
      );
    } catch (error) {
      noteFailure(this.context, 'reading attributes', error);
      reply(ATTRIBUTE_CODE.FAILURE);
    }
  }

  /** What a command asks for, or the code to refuse it with. */
  private changeOf(
    target: Target,
    content: {
      readonly Keys?: readonly string[] | undefined;
      readonly Attributes?: ReadonlyMap<string, unknown> | undefined;
    },
    isSet: boolean,
  ): AttributeChange | number {
    const { Keys: keys, Attributes } = content;
    if (keys) return this.areKeys(keys) ? { kind: 'delete', keys } : ATTRIBUTE_CODE.INVALID_ARGUMENT;
    if (!Attributes) return { kind: 'set', attributes: [] };
    const { attributeKeyBytes: keyBytes, attributeValueBytes: valueBytes } = this.context.settings;
    const { count, totalBytes } = this.boundsOf(target);
    const code = attributesCode([...Attributes], totalBytes, count, keyBytes, valueBytes);
    if (code !== ATTRIBUTE_CODE.OK) return code;
    const attributes = [...Attributes].map(([key, value]) => ({ key, value: value as string }));
    return { kind: isSet ? 'set' : 'add', attributes };
  }

  private areKeys(keys: readonly string[]): boolean {
    return keys.length > 0 && areAttributeKeys(keys, this.context.settings.attributeKeyBytes);
  }

  private boundsOf(target: Target) {
    const { attributes: count, userAttributeTotalBytes, channelAttributeTotalBytes } = this.context.settings;
    return { count, totalBytes: target === 'user' ? userAttributeTotalBytes : channelAttributeTotalBytes };
  }

  /** Ours repeat requests after a cut, under the same number. Old releases use numbers again for others. */
  private keyOf(
    connection: Connection,
    { session }: Session,
    msgId: number,
  ): Pick<Parameters<Attributes['changeUser']>[0], 'request'> {
    return connection.profile?.resumes ? { request: { session, msgId } } : {};
  }

  private admits(session: Session, kind: string, rule: Frequency): boolean {
    const { settings, time } = this.context;
    const nowMs = time.monotonicMs();
    return session.window(kind, settings, nowMs).admit(rule, nowMs);
  }

  /** A published client cannot be told that it asks too often, and would take the answer for "none": it has to wait. */
  private async admitsUserRead(connection: Connection, session: Session): Promise<boolean> {
    const { settings, time } = this.context;
    const giveUpMs = time.monotonicMs() + settings.pauseRefuseMs;
    while (!this.admits(session, 'user attribute reads', settings.userAttributeReads)) {
      if (connection.profile?.published === false || time.monotonicMs() >= giveUpMs) return false;
      await pause(time, RETRY_MS);
    }
    return true;
  }
}

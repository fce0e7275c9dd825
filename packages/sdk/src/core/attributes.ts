import { ATTRIBUTE_CODE, areAttributeKeys, attributesCode, FREQUENCIES, isId, LIMITS } from 'ar-rtm-protocol';
import { RtmErrorCode } from '../error-code.js';
import { RTMException, RtmLimitExceededError } from '../errors.js';
import type { LoginReply } from './attempt.js';
import { type Admit, check } from './failures.js';
import { type FrameContent, objectOf, readJson } from './frames.js';
import { SlidingWindow } from './frequency.js';
import type { Asking, ReplyTo, Requests } from './requests.js';

type Values = Record<string, string>;
type Items = FrameContent<'ChanAttribChanged'>['Attributes'];

/** A channel as the target of a change. */
export interface AttributeTarget {
  readonly ChanId: string;
  readonly Notify: boolean;
}

/** Channels whose attributes are remembered for the application to look at. */
const SEEN = 20;

const codes = RtmErrorCode.AttributeOperationError;
const window = () => new SlidingWindow(FREQUENCIES.ATTRIBUTES);

/** The attributes of the user itself, of other users and of channels (api.md 6). */
export class Attributes {
  /** The last attributes seen, by channel. */
  readonly seen = new Map<string, Values>();
  /** The user's own ones, as the server has confirmed them in this session; absent as long as none were written. */
  private own: Values | undefined;
  /** What the server called its memory when it had them; under another name it may have lost them. */
  private memory = '';
  private readonly userWrites = window();
  private readonly channelWrites = window();
  private readonly channelReads = window();
  private readonly userReads = new SlidingWindow(FREQUENCIES.USER_ATTRIBUTE_READS);

  constructor(
    private readonly requests: Requests,
    private readonly admit: Admit,
  ) {}

  /** Writes attributes: these and no others, or these besides the others. Without a channel, the user's own. */
  write(attributes: unknown, isSet: boolean, channel?: AttributeTarget): Promise<void> {
    const values = { ...(attributes as Values) };
    const entries = Object.entries(values);
    const code = attributesCode(
      entries,
      channel ? LIMITS.CHANNEL_ATTRIBUTE_TOTAL_BYTES : LIMITS.USER_ATTRIBUTE_TOTAL_BYTES,
    );
    // Not an array, a map or a date, wherever they come from.
    const isMap = Object.prototype.toString.call(attributes) === '[object Object]';
    mustBe(isMap && code !== ATTRIBUTE_CODE.INVALID_ARGUMENT && (isSet || entries[0]), 'attributes');
    // The name of the flag depends on the target.
    const content = { SetLocal: isSet, SetChan: isSet, Attributes: JSON.stringify(values) };
    const after = () => (isSet ? values : { ...this.own, ...values });
    return this.change('AddOrUpdate', content, after, channel, code);
  }

  remove(keys: unknown, channel?: AttributeTarget): Promise<void> {
    const list = keysOf(keys);
    const after = () => {
      const rest = { ...this.own };
      for (const key of list) delete rest[key];
      return rest;
    };
    return this.change('Delete', { Keys: JSON.stringify(list) }, after, channel);
  }

  ofUser(userId: unknown, keys?: readonly string[]): Promise<Values> {
    mustBe(isId(userId), 'userId');
    const content = { UserId: userId, Keys: keys };
    return this.call(
      'GetUserAttributes',
      content,
      this.userReads,
      ({ Attribs }) => objectOf(JSON.parse(Attribs)) as Values,
    );
  }

  ofChannel(channelId: unknown, keys?: readonly string[]): Promise<ReturnType<typeof channelAttributes>> {
    const { ChanId } = targetOf(channelId);
    const content = { ChanId, Keys: JSON.stringify(keys) };
    const cmd = keys ? 'GetChanAttributesByKeys' : 'GetChanAttributes';
    return this.call(cmd, content, this.channelReads, ({ Attributes }) => {
      const items = readJson(Attributes) as Items;
      if (!keys) this.see(ChanId, items);
      return channelAttributes(items);
    });
  }

  see(channelId: string, items: Items): void {
    const { seen } = this;
    seen.delete(channelId);
    seen.set(channelId, Object.fromEntries(items.map(({ Key, Val }) => [Key, Val])));
    if (seen.size > SEEN) seen.delete([...seen.keys()][0] as string);
  }

  /** Writes the user's own ones back if the server may have lost them. */
  restore({ Memory }: LoginReply, done: () => void): void {
    if (!this.own || Memory === this.memory) {
      done();
      return;
    }
    const content = { SetLocal: true, Attributes: JSON.stringify(this.own) };
    this.requests.start({ cmd: 'AddOrUpdateUserAttributes', content, codes, kind: 'link' }, (answer) => {
      // As with rejoins, a refusal is not for good; unless it is one that stays.
      if (!(answer instanceof RTMException) || answer.code === ATTRIBUTE_CODE.SIZE_OVERFLOW) done();
    });
  }

  /** The session is there, or is there again with everything in it. */
  restored({ Memory }: LoginReply): void {
    this.memory = Memory;
  }

  /** The session is over. */
  end(): void {
    this.own = undefined;
    this.seen.clear();
  }

  /** `after`: the user's own ones once the server has confirmed the change. */
  private change(
    verb: 'AddOrUpdate' | 'Delete',
    content: object,
    after: () => Values,
    channel: AttributeTarget | undefined,
    code?: number,
  ): Promise<void> {
    const accept = () => {
      if (!channel) this.own = after();
    };
    return channel
      ? this.call(`${verb}ChanAttributes`, { ...content, ...channel }, this.channelWrites, accept, code)
      : this.call(`${verb}UserAttributes`, content, this.userWrites, accept, code);
  }

  private call<C extends Asking, T>(
    cmd: C,
    content: object,
    calls: SlidingWindow,
    accept: (reply: ReplyTo<C>) => T,
    code?: number,
  ): Promise<T> {
    this.admit(codes);
    if (code) throw new RtmLimitExceededError(code, 'Too large');
    this.admit(codes, calls);
    return this.requests.call({ cmd, content, codes }, accept);
  }
}

/** The channel of a call, or its argument is not valid. */
export function targetOf(
  channelId: unknown,
  options?: { readonly enableNotificationToChannelMembers?: boolean | undefined },
): AttributeTarget {
  mustBe(isId(channelId), 'channelId');
  return { ChanId: channelId, Notify: options?.enableNotificationToChannelMembers === true };
}

/** The keys of a call, or its argument is not valid. */
export function keysOf(keys: unknown): readonly string[] {
  mustBe(Array.isArray(keys) && keys.length > 0 && areAttributeKeys(keys), 'keys');
  return [...keys];
}

/** As applications see the attributes of a channel; `fromEntries` makes `__proto__` a key like any other. */
export function channelAttributes(items: Items) {
  return Object.fromEntries(
    items.map(({ Key, Val, UId, Time }) => [Key, { value: Val, lastUpdateUserId: UId, lastUpdateTs: Time }]),
  );
}

function mustBe(isValid: unknown, what: string): asserts isValid {
  check(isValid, ATTRIBUTE_CODE.INVALID_ARGUMENT, what);
}

import type {
  AttributesMap,
  ChannelAttributes,
  ConnectionDetails,
  ReceivedMessageProperties,
  RTMException,
  RtmChannel,
  RtmMessage,
  SendMessageOptions,
} from 'ar-rtm-sdk';
import { Hold, type Release } from './hold.js';
import { MemberList } from './member-list.js';
import { asMessage, MESSAGE_LIMIT, type RtmChatMessage, received, sent, withNewest } from './messages.js';
import { asException, patiently } from './patience.js';
import type { Session } from './session.js';
import { Store } from './store.js';

/** Where the membership is. */
export type RtmChannelStatus =
  /** Not joined, since nobody is logged in. */
  | 'IDLE'
  | 'JOINING'
  | 'JOINED'
  /** Joining has failed; `error` says why. It is tried again with the next connection, or by `retry`. */
  | 'FAILED';

/** A channel, as it is now. */
export interface RtmChannelState {
  readonly status: RtmChannelStatus;
  /** Why joining has failed, or a list could not be fetched. */
  readonly error: RTMException | undefined;
  /** Ids of the members, the user included, in no particular order. At most 512, and not kept up to date above that. */
  readonly members: readonly string[];
  readonly memberCount: number;
  readonly attributes: ChannelAttributes;
  /** The newest messages, oldest first. */
  readonly messages: readonly RtmChatMessage[];
}

export const NO_CHANNEL: RtmChannelState = {
  status: 'IDLE',
  error: undefined,
  members: [],
  memberCount: 0,
  attributes: {},
  messages: [],
};

/** Everybody who has the channel open hears of its changes by these. */
const NOTIFY = { enableNotificationToChannelMembers: true };

/** One channel of a client: joined while anybody holds it and the user is logged in. */
export class Channel {
  readonly store = new Store(NO_CHANNEL);
  private readonly members = new MemberList();
  private readonly hold = new Hold(
    () => this.begin(),
    () => this.go(),
  );
  private channel: RtmChannel | undefined;
  private isRunning = false;
  private hasFailed = false;
  /** Grows with every stay: what belongs to an older one comes too late. */
  private stay = 0;
  private stopFollowing: Release | undefined;

  constructor(
    private readonly session: Session,
    private readonly channelId: string,
    private readonly limit: () => number = () => MESSAGE_LIMIT,
    /** Nobody needs it any more. */
    private readonly forget: () => void = () => undefined,
  ) {}

  take(): Release {
    return this.hold.take();
  }

  async send(message: RtmMessage | string, options: SendMessageOptions | undefined): Promise<void> {
    const { stay } = this;
    const { uid } = this.session.client;
    const content = asMessage(message);
    await this.open().sendMessage(content, options);
    if (stay === this.stay) this.add(sent(content, uid));
  }

  /** Joins again after a failure. */
  retry(): void {
    this.hasFailed = false;
    this.go();
  }

  update(attributes: AttributesMap): Promise<void> {
    return this.session.client.addOrUpdateChannelAttributes(this.channelId, attributes, NOTIFY);
  }

  remove(keys: readonly string[]): Promise<void> {
    return this.session.client.deleteChannelAttributesByKeys(this.channelId, [...keys], NOTIFY);
  }

  private begin(): void {
    if (this.stopFollowing) {
      // Held again before it was over.
      this.retry();
      return;
    }
    const release = this.session.take();
    const stop = this.session.follow({
      began: () => this.retry(),
      restored: (details) => this.restored(details),
      ended: (isLogout) => this.ended(isLogout),
    });
    this.stopFollowing = () => {
      stop();
      release();
    };
    this.go();
  }

  private get isWanted(): boolean {
    return this.hold.isHeld && this.session.store.get().isLoggedIn;
  }

  /** Goes where it shall be, one step at a time. */
  private go(): void {
    if (!this.isRunning) void this.run();
  }

  private async run(): Promise<void> {
    this.isRunning = true;
    for (;;) {
      const isJoined = this.store.get().status === 'JOINED';
      if (this.isWanted && !isJoined && !this.hasFailed && this.session.isConnected) await this.join();
      else if (isJoined && !this.hold.isHeld) await this.leave();
      else break;
    }
    this.isRunning = false;
    if (!this.hold.isHeld) this.finish();
  }

  private async join(): Promise<void> {
    this.store.change({ status: 'JOINING', error: undefined });
    try {
      const channel = this.open();
      const isAsked = await patiently(
        () => channel.join().then(() => true),
        () => this.isWanted,
      );
      // The session may have ended between the answer and here.
      if (isAsked && this.session.store.get().isLoggedIn) {
        this.stay += 1;
        this.store.change({ status: 'JOINED' });
        this.load();
      } else this.store.change({ status: 'IDLE' });
    } catch (error) {
      if (!this.session.store.get().isLoggedIn) this.store.change({ status: 'IDLE' });
      else {
        this.hasFailed = true;
        this.store.change({ status: 'FAILED', error: asException(error) });
      }
    }
  }

  private async leave(): Promise<void> {
    this.stay += 1;
    // A server that refuses is not asked again; otherwise the object counts as left.
    await this.channel?.leave().catch(() => undefined);
    this.reset();
  }

  private restored(details: ConnectionDetails | undefined): void {
    if (this.store.get().status !== 'JOINED') this.retry();
    else if (!details?.recovered) this.load();
  }

  private ended(isLogout: boolean): void {
    this.stay += 1;
    this.hasFailed = false;
    if (isLogout) this.reset();
    else this.store.change({ status: 'IDLE' });
  }

  private reset(): void {
    this.members.clear();
    this.store.set(NO_CHANNEL);
  }

  /** Nobody holds it: afterwards nothing of it is left. */
  private finish(): void {
    this.stopFollowing?.();
    this.stopFollowing = undefined;
    this.channel?.removeAllListeners();
    this.channel = undefined;
    this.reset();
    this.forget();
  }

  private load(): void {
    const { stay, session, channelId } = this;
    const isCurrent = () => stay === this.stay;
    const fetch = async <T>(call: () => Promise<T>, use: (answer: T) => void) => {
      try {
        const answer = await patiently(call, isCurrent);
        if (answer !== undefined && isCurrent()) use(answer);
      } catch (error) {
        if (isCurrent()) this.store.change({ error: asException(error) });
      }
    };
    const askMembers = () => {
      this.members.asked();
      return this.open().getMembers();
    };
    void fetch(askMembers, (ids) => {
      this.members.answered(ids);
      this.showMembers();
    });
    void fetch(
      () => session.client.getChannelAttributes(channelId),
      (attributes) => this.store.change({ attributes }),
    );
  }

  /** Made at the first use, since an id that is not valid throws. */
  private open(): RtmChannel {
    if (this.channel) return this.channel;
    const channel = this.session.client.createChannel(this.channelId);
    channel
      .on('ChannelMessage', (message: RtmMessage, memberId: string, more: ReceivedMessageProperties) =>
        this.add(received(message, memberId, more)),
      )
      .on('MemberJoined', (memberId) => {
        this.members.joined(memberId);
        this.showMembers();
      })
      .on('MemberLeft', (memberId) => {
        this.members.left(memberId);
        this.showMembers();
      })
      .on('MemberCountUpdated', (memberCount) => this.store.change({ memberCount }))
      .on('AttributesUpdated', (attributes) => this.store.change({ attributes }));
    this.channel = channel;
    return channel;
  }

  private add(entry: RtmChatMessage): void {
    this.store.change({ messages: withNewest(this.store.get().messages, entry, this.limit()) });
  }

  private showMembers(): void {
    this.store.change({ members: this.members.all });
  }
}

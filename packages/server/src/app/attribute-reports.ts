import { encodeServerFrame } from 'ar-rtm-protocol';
import type { AnnouncedAttributes } from '../ports/attributes.js';
import { EngineUnavailable } from '../ports/engine-error.js';
import type { Frames } from '../ports/transport.js';
import type { NodeContext } from './context.js';
import { pause } from './engine-failure.js';
import type { AttributeReport, Member } from './member.js';

/** Announced changes that wait for the fan-out; when it lags, the oldest are covered by the newest. */
const MOST_WAITING = 16;
/** Pause before an engine that did not answer is asked again. */
const RETRY_MS = 200;

/** What the members of one channel on this node are told of its attributes: state with a version (design 2). */
export class AttributeReports {
  /** The newest that is here in full; older than `version` while that is being read back. */
  private newest: AttributeReport | undefined;
  private waiting: AttributeReport[] = [];
  private isReading = false;

  constructor(
    private readonly context: NodeContext,
    private readonly appId: string,
    private readonly channelId: string,
    /** The newest version that was announced, as far as this node knows. */
    public version: number,
    /** Something waits for the fan-out. */
    private readonly schedule: () => void,
  ) {}

  get isWaiting(): boolean {
    return this.waiting.length > 0;
  }

  /** An announced change from the feed; older versions are ignored. */
  changed(announced: AnnouncedAttributes): void {
    if (announced.version > (this.newest?.version ?? this.version)) this.add(announced);
  }

  /** The engine has announced `version`: reads back what the feed has not brought. */
  expect(version: number): void {
    if (version <= this.version) return;
    this.version = version;
    this.read();
  }

  /** What the next fan-out carries. */
  take(): readonly AttributeReport[] {
    const { waiting } = this;
    if (waiting.length > 0) this.waiting = [];
    return waiting;
  }

  /** Puts one report on a member's socket, unless it knows it; behind the reply, if it waits for one to its own change. */
  tell(member: Member, report: AttributeReport): void {
    const outbox = member.session.connection?.outbox;
    if (outbox === undefined || outbox.isClosing || member.toldAttributes >= report.version) return;
    if (member.attributeWrites > 0) {
      member.heldReports ??= [];
      if (member.heldReports.length < MOST_WAITING) member.heldReports.push(report);
      return;
    }
    member.toldAttributes = report.version;
    outbox.push(report.frame);
  }

  /** Tells a member who is back, or could not be told before, of the newest version, unless it knows it. */
  catchUp(member: Member): void {
    const isHere = member.state === 'live' || member.state === 'catching-up';
    const held = member.heldReports;
    member.heldReports = undefined;
    if (!isHere) return;
    for (const report of held ?? []) this.tell(member, report);
    if (member.toldAttributes >= this.version) return;
    if (this.newest?.version === this.version) this.tell(member, this.newest);
    else this.read();
  }

  private add(announced: AnnouncedAttributes): void {
    const { version } = announced;
    this.version = Math.max(this.version, version);
    this.newest = { version, frame: this.frameOf(announced) };
    this.waiting.push(this.newest);
    if (this.waiting.length > MOST_WAITING) this.waiting.shift();
    this.schedule();
  }

  private read(): void {
    if (this.isReading) return;
    this.isReading = true;
    this.readUntilAnswered()
      .catch((error: unknown) => {
        const { logger } = this.context;
        logger.error({ err: error, channel: this.channelId }, 'reading the attributes of a channel failed');
      })
      .finally(() => {
        this.isReading = false;
      });
  }

  private async readUntilAnswered(): Promise<void> {
    const { engine, settings, counters, time } = this.context;
    const { appId, channelId } = this;
    for (;;) {
      try {
        const announced = await engine.attributes.ofChannel({ appId, channelId, timeoutMs: settings.engineTimeoutMs });
        // They may have expired since. Whoever knows the version is not told again.
        if (announced.version >= this.version && announced.version > (this.newest?.version ?? 0)) this.add(announced);
        return;
      } catch (error) {
        if (!(error instanceof EngineUnavailable)) throw error;
        counters.add('engine_failures');
        await pause(time, RETRY_MS);
      }
    }
  }

  private frameOf({ version, attributes }: AnnouncedAttributes): Frames {
    const items = attributes.map(({ key, value, by, ts }) => ({ Key: key, Val: value, UId: by, Time: ts }));
    return this.context.framing.text(
      encodeServerFrame('ChanAttribChanged', { ChanId: this.channelId, Attributes: items, AttrVersion: version }),
    );
  }
}

import { MESSAGE_TYPE, PEER_MESSAGE_CODE, utf8Bytes } from 'ar-rtm-protocol';
import type { ArchivedMessage } from '../../ports/history.js';
import type { Archive } from '../archive.js';
import type { ChannelHub } from '../channel-hub.js';
import type { NodeContext } from '../context.js';
import type { Deliveries, DeliveryOutcome } from '../deliveries.js';
import { noteFailure } from '../engine-failure.js';
import { Problem } from './problem.js';
import type { Fields } from './request.js';

/** Back ends are no session: no member of a channel is left out of what they send. */
const NO_SESSION = 0;
const NOBODY_WAITS = 0;

const LATE = 'the client of the receiver has not acknowledged in time; it may still get the message';
const UNKNOWN = 'no answer in time; the message may have been taken';

/** A message as a back end asks for it; the sender is in the path. */
interface AskedMessage {
  readonly to: string;
  readonly text: string;
  readonly offline: boolean;
  /** Asked for with `enable_historical_messaging`: archived, on disk, before the answer. */
  readonly history: boolean;
}

export type MessageCode = 'message_sent' | 'message_delivered' | 'message_offline' | 'peer_offline';

/** Messages that back ends send for users (rest-api.md 4, 5): the same logs, flags and guarantees as those of clients. */
export class BackEndMessages {
  constructor(
    private readonly context: NodeContext,
    private readonly deliveries: Deliveries,
    private readonly hub: ChannelHub,
    private readonly archive: Archive,
    private readonly offlineCode: 'message_offline' | 'peer_offline',
  ) {}

  /** With `wait`, the answer tells what became of the message; otherwise that the server has it. */
  async toPeer(appId: string, from: string, fields: Fields, wait: boolean): Promise<MessageCode | Problem> {
    const asked = this.read(fields, 'destination');
    if (asked instanceof Problem) return asked;
    const { to, text, offline, history } = asked;
    let tell: (outcome: DeliveryOutcome) => void = () => undefined;
    const settled = new Promise<DeliveryOutcome>((resolve) => {
      tell = resolve;
    });
    const ref = this.deliveries.begin(tell, NOBODY_WAITS, appId, to, offline, history);
    const { engine, settings, counters, nodeId } = this.context;
    try {
      const result = await engine.inboxes.send({
        appId,
        to,
        message: { from, type: MESSAGE_TYPE.TEXT, body: text, description: '', offline },
        origin: { nodeId, ref },
        timeoutMs: settings.engineTimeoutMs,
      });
      counters.add('peer_messages');
      if (result.outcome === 'accepted') this.deliveries.accepted(ref, result.position);
      else this.deliveries.notReceived(ref);
      if (history) {
        const ts = 'ts' in result ? result.ts : undefined;
        await this.archive.keep(appId, { kind: 'peers', uids: [from, to] }, textOf(from, text), { ts });
        this.deliveries.archived(ref);
      }
    } catch (error) {
      noteFailure(this.context, 'sending a message of a back end', error);
      this.deliveries.notArchived(ref, PEER_MESSAGE_CODE.TIMEOUT, UNKNOWN);
      return new Problem('timeout', UNKNOWN);
    }
    if (!wait) return 'message_sent';
    const outcome = await settled;
    if (outcome === 'received') return 'message_delivered';
    if (outcome === 'offline') return this.offlineCode;
    return new Problem('timeout', outcome === 'late' ? LATE : UNKNOWN);
  }

  async toChannel(appId: string, from: string, fields: Fields): Promise<MessageCode | Problem> {
    const asked = this.read(fields, 'channel_name');
    if (asked instanceof Problem) return asked;
    const { to: channelId, text, history } = asked;
    if (this.hub.find(appId, channelId)?.isLagging) {
      return new Problem('too_many_requests', 'the channel is behind with what was sent to it');
    }
    const { engine, settings, counters, nodeId } = this.context;
    const origin = { nodeId, ref: NOBODY_WAITS };
    try {
      const result = await engine.channels.publish({
        appId,
        channelId,
        uid: from,
        message: { session: NO_SESSION, type: MESSAGE_TYPE.TEXT, body: text, description: '', origin },
        byBackEnd: true,
        timeoutMs: settings.engineTimeoutMs,
      });
      counters.add('channel_messages');
      if (history) {
        const ts = result.outcome === 'accepted' ? result.ts : undefined;
        await this.archive.keep(appId, { kind: 'channel', channelId }, textOf(from, text), { ts });
      }
      return 'message_sent';
    } catch (error) {
      noteFailure(this.context, 'sending a message of a back end', error);
      return new Problem('timeout', UNKNOWN);
    }
  }

  private read(fields: Fields, target: 'destination' | 'channel_name'): AskedMessage | Problem {
    const to = fields.id(target);
    if (to instanceof Problem) return to;
    const text = fields.get('payload');
    if (typeof text !== 'string') return new Problem('invalid_parameter', 'payload must be a text');
    if (text === '') return new Problem('payload_empty', 'payload is empty');
    const { messageBytes } = this.context.settings;
    if (utf8Bytes(text) > messageBytes)
      return new Problem('payload_too_large', `payload is above ${messageBytes} bytes`);
    const offline = target === 'destination' ? fields.flag('enable_offline_messaging') : false;
    const history = fields.flag('enable_historical_messaging');
    if (offline instanceof Problem) return offline;
    return history instanceof Problem ? history : { to, text, offline, history };
  }
}

function textOf(from: string, body: string): ArchivedMessage {
  return { from, type: MESSAGE_TYPE.TEXT, body, description: '' };
}

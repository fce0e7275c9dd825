import type { AppLimits } from './apps.js';
import { type BucketRule, TokenBucket } from './token-bucket.js';

/** What one app takes of a node, where it has limits (design 8). Pure: the caller brings the time. */
export class AppQuota {
  private open = 0;
  private readonly connections: number;
  private readonly messages: { readonly rule: BucketRule; readonly bucket: TokenBucket } | undefined;

  constructor({ connections, messagesPerSecond }: AppLimits, nowMs: number) {
    this.connections = connections ?? Number.POSITIVE_INFINITY;
    if (messagesPerSecond === undefined) return;
    // A burst of one second's worth, as everywhere in quotas.
    const rule = { perSecond: messagesPerSecond, burst: messagesPerSecond };
    this.messages = { rule, bucket: new TokenBucket(rule, nowMs) };
  }

  /** No room for one more client. */
  get isFull(): boolean {
    return this.open >= this.connections;
  }

  /** A client is there. Also above the limit: one that goes on with its session is let in. */
  enter(): void {
    this.open++;
  }

  leave(): void {
    this.open--;
  }

  /** Milliseconds until one more message is within the quota; 0 when it is. Takes nothing. */
  messageWaitMs(nowMs: number): number {
    return this.messages ? this.messages.bucket.waitMs(this.messages.rule, nowMs) : 0;
  }

  /** As `messageWaitMs`, and takes one when it answers 0. */
  takeMessage(nowMs: number): number {
    return this.messages ? this.messages.bucket.take(this.messages.rule, nowMs) : 0;
  }
}

import { type BucketRule, TokenBucket } from './token-bucket.js';

/** What one address may do. */
export interface AddressRule {
  readonly connections: number;
  readonly perSecond: number;
}

interface Known {
  open: number;
  readonly bucket: TokenBucket;
}

/** Addresses without a connection that are remembered; the one unused for longest goes first, most likely with a full budget. */
const MOST_IDLE = 10_000;

/** Connections by the address that they came from, and how fast new ones come. Pure: the caller brings the time. */
export class Addresses {
  private readonly connected = new Map<string, Known>();
  private readonly idle = new Map<string, Known>();
  private readonly bucketRule: BucketRule;

  constructor(private readonly rule: AddressRule) {
    this.bucketRule = { perSecond: rule.perSecond, burst: rule.perSecond };
  }

  /** Addresses remembered: those with connections, and a bounded number of others. */
  get size(): number {
    return this.connected.size + this.idle.size;
  }

  /** Why no connection from there may be opened now. Changes nothing. */
  refusal(address: string, nowMs: number): 'connections' | 'rate' | undefined {
    const known = this.find(networkOf(address));
    if (!known) return undefined;
    if (known.open >= this.rule.connections) return 'connections';
    return known.bucket.waitMs(this.bucketRule, nowMs) > 0 ? 'rate' : undefined;
  }

  /** Counts one that is tried. */
  tried(address: string, nowMs: number): void {
    const network = networkOf(address);
    let known = this.find(network);
    if (!known) {
      known = { open: 0, bucket: new TokenBucket(this.bucketRule, nowMs) };
      this.rest(network, known);
    }
    known.bucket.take(this.bucketRule, nowMs);
  }

  opened(address: string, nowMs: number): void {
    const network = networkOf(address);
    const known = this.find(network) ?? { open: 0, bucket: new TokenBucket(this.bucketRule, nowMs) };
    known.open++;
    this.idle.delete(network);
    this.connected.set(network, known);
  }

  closed(address: string): void {
    const network = networkOf(address);
    const known = this.connected.get(network);
    if (!known) return;
    known.open--;
    if (known.open > 0) return;
    this.connected.delete(network);
    this.rest(network, known);
  }

  private find(network: string): Known | undefined {
    return this.connected.get(network) ?? this.idle.get(network);
  }

  private rest(network: string, known: Known): void {
    this.idle.set(network, known);
    if (this.idle.size <= MOST_IDLE) return;
    for (const oldest of this.idle.keys()) {
      this.idle.delete(oldest);
      return;
    }
  }
}

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;
/** Groups of an IPv6 address that name a network; whoever has one has all addresses in it. */
const NETWORK_GROUPS = 4;

/** What counts as one address: an IPv4 address, or the /64 network of an IPv6 address. */
export function networkOf(address: string): string {
  const mapped = MAPPED.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!address.includes(':')) return address;
  const [head = '', tail] = (address.split('%', 1)[0] as string).toLowerCase().split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  const groups = [...before, ...Array<string>(zeros).fill('0'), ...after].slice(0, NETWORK_GROUPS);
  return `${groups.map((group) => group.replace(/^0+(?=.)/, '')).join(':')}::/64`;
}

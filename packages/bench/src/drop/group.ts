/** What was sent in one group and what came of it, and the figures of a run. Pure. */

/** What became of a message, as its sender was told. Codes as texts; `unanswered`: nothing until the end of the run. */
export type Outcome = 'accepted' | 'unanswered' | `code ${string}`;

interface Sent {
  readonly sender: number;
  outcome: Outcome;
  /** When its sender was told. */
  toldMs: number;
}

interface Received {
  readonly atMs: number;
  /** When the server accepted it. */
  readonly acceptedMs: number;
}

export interface Figures {
  accepted: number;
  rejected: Record<string, number>;
  /** Accepted messages, times the other members of their group. */
  expected: number;
  /** Of those. */
  delivered: number;
  /** Messages that came although their sender was not told that they were accepted, counted once for each receiver. */
  deliveredUnaccepted: number;
  duplicates: number;
  outOfOrder: number;
  /** Reports of a gap by the SDK. */
  gapsTold: number;
  cuts: number;
  /** For each cut in which something was missed: from the restored network to the last missed message. */
  replayMs: number[];
}

export function noFigures(): Figures {
  return {
    accepted: 0,
    rejected: {},
    expected: 0,
    delivered: 0,
    deliveredUnaccepted: 0,
    duplicates: 0,
    outOfOrder: 0,
    gapsTold: 0,
    cuts: 0,
    replayMs: [],
  };
}

export function addFigures(sum: Figures, more: Figures): void {
  for (const name of COUNTS) sum[name] += more[name];
  for (const [code, count] of Object.entries(more.rejected)) sum.rejected[code] = (sum.rejected[code] ?? 0) + count;
  sum.replayMs.push(...more.replayMs);
}

const COUNTS = [
  'accepted',
  'expected',
  'delivered',
  'deliveredUnaccepted',
  'duplicates',
  'outOfOrder',
  'gapsTold',
  'cuts',
] as const;

/** One group: every message is for all members but its sender. */
export class Group {
  private readonly sent: Sent[] = [];
  /** By member: messages in the order of their first arrival. */
  private readonly arrived: Map<number, Received>[];
  private readonly restoredMs: number[][];
  private duplicates = 0;
  gapsTold = 0;
  cuts = 0;

  constructor(private readonly size: number) {
    this.arrived = Array.from({ length: size }, () => new Map());
    this.restoredMs = Array.from({ length: size }, () => []);
  }

  /** The next message is sent; its number. */
  send(sender: number): number {
    this.sent.push({ sender, outcome: 'unanswered', toldMs: Number.POSITIVE_INFINITY });
    return this.sent.length - 1;
  }

  told(number: number, outcome: Outcome, atMs: number): void {
    Object.assign(this.sent[number] as Sent, { outcome, toldMs: atMs });
  }

  received(member: number, number: number, atMs: number, acceptedMs: number): void {
    const arrived = this.arrived[member] as Map<number, Received>;
    if (arrived.has(number)) this.duplicates++;
    else arrived.set(number, { atMs, acceptedMs });
  }

  /** The network of a member is there again. */
  restored(member: number, atMs: number): void {
    this.restoredMs[member]?.push(atMs);
  }

  /** Whether everything accepted has come, and everybody was told. */
  get isComplete(): boolean {
    return this.sent.every(
      ({ sender, outcome }, number) =>
        outcome !== 'unanswered' &&
        (outcome !== 'accepted' || this.arrived.every((arrived, member) => member === sender || arrived.has(number))),
    );
  }

  figures(): Figures {
    const figures = noFigures();
    figures.gapsTold = this.gapsTold;
    figures.cuts = this.cuts;
    figures.duplicates = this.duplicates;
    for (const [number, { sender, outcome }] of this.sent.entries()) {
      const receivers = this.arrived.filter((arrived, member) => member !== sender && arrived.has(number)).length;
      if (outcome === 'accepted') {
        figures.accepted++;
        figures.expected += this.size - 1;
        figures.delivered += receivers;
      } else {
        figures.rejected[outcome] = (figures.rejected[outcome] ?? 0) + 1;
        figures.deliveredUnaccepted += receivers;
      }
    }
    for (let member = 0; member < this.size; member++) {
      figures.outOfOrder += this.outOfOrder(member);
      figures.replayMs.push(...this.replays(member));
    }
    return figures;
  }

  /**
   * Messages of one member that came behind one that the server accepted later, or, when both were accepted in the same
   * millisecond, in another order than others got them. (Nobody gets its own messages, so it takes two others to have all.)
   */
  private outOfOrder(member: number): number {
    const mine = this.arrived[member] as Map<number, Received>;
    const misplaced = new Set<number>();
    let latestMs = 0;
    for (const [number, { acceptedMs }] of mine) {
      if (acceptedMs < latestMs) misplaced.add(number);
      else latestMs = acceptedMs;
    }
    const others = [0, 1, 2].filter((other) => other !== member && other < this.size).slice(0, 2);
    for (const other of others) {
      const theirs = this.arrived[other] as Map<number, Received>;
      const places = new Map([...theirs.keys()].map((number, place) => [number, place]));
      let last = { place: -1, acceptedMs: 0 };
      for (const [number, { acceptedMs }] of mine) {
        const place = places.get(number);
        if (place === undefined) continue;
        if (place < last.place && acceptedMs === last.acceptedMs) misplaced.add(number);
        else last = { place, acceptedMs };
      }
    }
    return misplaced.size;
  }

  /** How long the replay took behind each cut in which something was missed. */
  private replays(member: number): number[] {
    const restored = this.restoredMs[member] as number[];
    const lastMs = new Map<number, number>();
    for (const [number, { sender, outcome }] of this.sent.entries()) {
      const received = this.arrived[member]?.get(number);
      if (sender === member || outcome !== 'accepted' || received === undefined) continue;
      const restoredMs = restored.find((ms) => ms >= received.acceptedMs);
      if (restoredMs === undefined || received.atMs <= restoredMs) continue;
      lastMs.set(restoredMs, Math.max(lastMs.get(restoredMs) ?? 0, received.atMs));
    }
    return [...lastMs].map(([restoredMs, ms]) => ms - restoredMs);
  }
}

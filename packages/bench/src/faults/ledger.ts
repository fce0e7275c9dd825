/** What was sent, what became of it, and what each SDK instance has heard. Pure. */

/** As the sender was told: accepted, or the code of the error. */
export type Told = 'accepted' | `code ${string}`;

/** Messages of one sender to one user or channel, numbered in the order of the calls. */
interface Stream {
  readonly told: (Told | undefined)[];
  /** Users who are to hear all that is accepted. */
  readonly audience: readonly string[];
}

/** A report of a gap among what was heard. */
const GAP = 'gap';

/** What one SDK instance of a user has dispatched, in order. */
export class Listener {
  readonly heard: (string | typeof GAP)[] = [];

  hears(text: string): void {
    this.heard.push(/^[^#]*#\d+#/.exec(text)?.[0] ?? text);
  }

  /** The SDK says that something may be missing before what it hears next. */
  isToldOfGap(): void {
    this.heard.push(GAP);
  }
}

export interface Verdict {
  readonly sent: number;
  readonly accepted: number;
  readonly rejected: Readonly<Record<string, number>>;
  readonly unanswered: number;
  /** Accepted, and heard by no instance of somebody who was to hear it. */
  readonly lost: readonly string[];
  /** Heard more than once by one instance. */
  readonly twice: readonly string[];
  /** Heard again by a later instance of the same user. */
  readonly again: number;
  /** Heard for the first time behind a later one of the same stream. */
  readonly misplaced: readonly string[];
  /** Accepted, missing between two that one instance heard, and no gap was told between them. */
  readonly silentlyMissed: readonly string[];
  /** What nobody has sent. */
  readonly unknown: readonly string[];
  readonly gapsTold: number;
}

export class Ledger {
  private readonly streams = new Map<string, Stream>();
  private readonly listeners = new Map<string, Listener[]>();

  constructor(private readonly messageBytes = 100) {}

  /** `name` has no `#`. */
  open(name: string, audience: readonly string[]): void {
    this.streams.set(name, { told: [], audience });
  }

  /** The next message of a stream: what to send. */
  send(name: string): { readonly number: number; readonly text: string } {
    const number = this.of(name).told.push(undefined) - 1;
    return { number, text: `${name}#${number}#`.padEnd(this.messageBytes, 'x') };
  }

  told(name: string, number: number, told: Told): void {
    this.of(name).told[number] = told;
  }

  /** Numbers that were accepted. */
  acceptedOf(name: string): number[] {
    return this.of(name).told.flatMap((told, number) => (told === 'accepted' ? [number] : []));
  }

  /** A new SDK instance of a user. */
  listen(user: string): Listener {
    const listener = new Listener();
    this.listeners.set(user, [...(this.listeners.get(user) ?? []), listener]);
    return listener;
  }

  verdict(): Verdict {
    const all = [...this.streams.values()].flatMap(({ told }) => told);
    const rejected: Record<string, number> = {};
    for (const told of all) if (told && told !== 'accepted') rejected[told] = (rejected[told] ?? 0) + 1;
    const users = [...this.listeners].map(([user, listeners]) => this.judge(user, listeners));
    const every = <K extends keyof Judged>(name: K) => users.flatMap((judged) => judged[name] as string[]);
    return {
      sent: all.length,
      accepted: all.filter((told) => told === 'accepted').length,
      rejected,
      unanswered: all.filter((told) => told === undefined).length,
      lost: every('lost'),
      twice: every('twice'),
      again: every('again').length,
      misplaced: every('misplaced'),
      silentlyMissed: every('silentlyMissed'),
      unknown: every('unknown'),
      gapsTold: [...this.listeners.values()].flat(2).flatMap(({ heard }) => heard.filter((one) => one === GAP)).length,
    };
  }

  /** Whether everything accepted has been heard by its audience. */
  get isComplete(): boolean {
    return [...this.listeners].every(([user, listeners]) => this.judge(user, listeners).lost.length === 0);
  }

  private judge(user: string, listeners: readonly Listener[]): Judged {
    const judged: Judged = { lost: [], twice: [], again: [], misplaced: [], silentlyMissed: [], unknown: [] };
    const known = new Set<string>();
    const highest = new Map<string, number>();
    for (const { heard } of listeners) {
      const here = new Set<string>();
      const last = new Map<string, number>();
      for (const one of heard) {
        if (one === GAP) {
          // Behind this, anything may be missing.
          last.clear();
          continue;
        }
        const [name = '', number = -1] = one.split('#').map((part, index) => (index === 1 ? Number(part) : part)) as [
          string,
          number,
        ];
        const stream = this.streams.get(name);
        const label = `${user}: ${name}#${number}`;
        if (!stream?.audience.includes(user) || !(number < stream.told.length)) judged.unknown.push(label);
        else if (here.has(one)) judged.twice.push(label);
        else if (known.has(one)) judged.again.push(label);
        else if (number < (highest.get(name) ?? -1)) judged.misplaced.push(label);
        else highest.set(name, number);
        for (let missed = (last.get(name) ?? number) + 1; missed < number; missed += 1) {
          if (stream?.told[missed] === 'accepted') judged.silentlyMissed.push(`${user}: ${name}#${missed}`);
        }
        last.set(name, Math.max(number, last.get(name) ?? -1));
        here.add(one);
        known.add(one);
      }
    }
    for (const [name, { audience, told }] of this.streams) {
      if (!audience.includes(user)) continue;
      for (const [number, one] of told.entries()) {
        if (one === 'accepted' && !known.has(`${name}#${number}#`)) judged.lost.push(`${user}: ${name}#${number}`);
      }
    }
    return judged;
  }

  private of(name: string): Stream {
    const stream = this.streams.get(name);
    if (!stream) throw new Error(`there is no stream ${name}`);
    return stream;
  }
}

interface Judged {
  readonly lost: string[];
  readonly twice: string[];
  readonly again: string[];
  readonly misplaced: string[];
  readonly silentlyMissed: string[];
  readonly unknown: string[];
}

import { createHash, randomBytes } from 'node:crypto';
import { archiveOf, createRtm, type Rtm } from './rtm-user.js';
import { eventually, sleep } from './waiting.js';

const ROOM = 'room';
const WRITER = 'writer';
const OFFLINE = { enableOfflineMessaging: true };
const ARCHIVED = { enableHistoricalMessaging: true };
const ATTRIBUTE = 'step';

/** Something durable that a server was given, and when it answered with success: it must not lose it from then on. */
interface Held<T> {
  readonly what: T;
  readonly sentMs: number;
  answeredMs: number;
}

interface File {
  readonly mediaId: string;
  readonly sha256: string;
}

/** How much is given to a server. */
export interface Load {
  readonly lettersPerSecond: number;
  readonly speechesPerSecond: number;
  readonly filesPerSecond: number;
  readonly fileBytes: number;
}

/** What a server has of it. */
export interface Found {
  /** By receiver. */
  readonly letters: ReadonlyMap<string, readonly string[]>;
  readonly speeches: readonly string[];
  readonly step: string | undefined;
  /** By id: the SHA-256, or why there is none. */
  readonly files: ReadonlyMap<string, string>;
}

export interface Judgement {
  /** Durable, and not there. */
  readonly missing: readonly string[];
  /** There, and not what was given, or not in its order, or twice. */
  readonly wrong: readonly string[];
}

/** Offline messages, archived messages, attributes of a channel and files that were given to a server. */
export class Holdings {
  private readonly letters = new Map<string, Held<string>[]>();
  private readonly speeches: Held<string>[] = [];
  private readonly steps: Held<string>[] = [];
  private readonly files: Held<File>[] = [];
  private serial = 0;

  constructor(private readonly receivers: readonly string[]) {
    for (const uid of receivers) this.letters.set(uid, []);
  }

  get count(): number {
    return this.countAt(Number.POSITIVE_INFINITY);
  }

  /** How many had been answered by then. */
  countAt(atMs: number): number {
    const { letters, speeches, steps, files } = this;
    return [...[...letters.values()].flat(), ...speeches, ...steps, ...files].filter((one) => isDurable(one, atMs))
      .length;
  }

  /** Gives as much as the load says until it is told to end; what is refused meanwhile does not count. */
  async give(port: number, load: Load, goesOn: () => boolean): Promise<void> {
    const rtm = createRtm(port);
    await rtm.login({ uid: WRITER });
    const room = rtm.createChannel(ROOM);
    await room.join();
    await Promise.all([
      this.often(load.lettersPerSecond, goesOn, () => {
        const to = this.receivers[this.serial % this.receivers.length] as string;
        const text = this.text(to);
        return this.note(this.letters.get(to) ?? [], text, rtm.sendMessageToPeer({ text }, to, OFFLINE));
      }),
      this.often(load.speechesPerSecond, goesOn, () => {
        const text = this.text(ROOM);
        return this.note(this.speeches, text, room.sendMessage({ text }, ARCHIVED));
      }),
      // As often as the SDK lets it.
      this.often(1.5, goesOn, () => {
        const text = this.text(ATTRIBUTE);
        return this.note(this.steps, text, rtm.addOrUpdateChannelAttributes(ROOM, { [ATTRIBUTE]: text }));
      }),
      this.often(load.filesPerSecond, goesOn, () => this.upload(rtm, load.fileBytes)),
    ]);
    await rtm.logout().catch(() => undefined);
  }

  /** Looks at all of it. A download that stays without an end counts as refused. */
  async examine(port: number, atMs = Number.POSITIVE_INFINITY): Promise<Found> {
    const letters = new Map<string, string[]>();
    const readers: Rtm[] = [];
    for (const uid of this.receivers) {
      const rtm = createRtm(port);
      const texts: string[] = [];
      letters.set(uid, texts);
      rtm.on('MessageFromPeer', ({ text }) => texts.push(String(text)));
      await rtm.login({ uid });
      readers.push(rtm);
    }
    const [reader] = readers as [Rtm];
    const { value } = (await reader.getChannelAttributes(ROOM))[ATTRIBUTE] ?? {};
    const room = reader.createChannel(ROOM);
    await room.join();
    const speeches = await archiveOf((query) => room.getHistory(query));
    const files = new Map<string, string>();
    for (const { what } of this.files) files.set(what.mediaId, await downloaded(reader, what.mediaId));
    const expected = (uid: string) => this.letters.get(uid)?.filter((one) => isDurable(one, atMs)).length ?? 0;
    const isComplete = () => this.receivers.every((uid) => (letters.get(uid)?.length ?? 0) >= expected(uid));
    // They were pushed behind the answer to the login: what has not come by then does not come.
    await eventually(isComplete, 300);
    await Promise.all(readers.map((rtm) => rtm.logout().catch(() => undefined)));
    return { letters, speeches, step: value, files };
  }

  /** What a server must have that lost everything at this moment but what was durable. */
  judge(found: Found, atMs = Number.POSITIVE_INFINITY): Judgement {
    const missing: string[] = [];
    const wrong: string[] = [];
    const compare = (name: string, held: readonly Held<string>[], got: readonly string[]) => {
      const places = new Map(held.map(({ what }, place) => [what, place]));
      let last = -1;
      for (const text of got) {
        const place = places.get(text);
        if (place === undefined) wrong.push(`${name}: not given: ${text.slice(0, 60)}`);
        else if (place <= last) wrong.push(`${name}: twice or out of order: ${text.slice(0, 60)}`);
        else last = place;
      }
      const there = new Set(got);
      for (const one of held) {
        if (isDurable(one, atMs) && !there.has(one.what)) missing.push(`${name}: ${one.what.slice(0, 60)}`);
      }
    };
    for (const [uid, held] of this.letters) compare(`letters to ${uid}`, held, found.letters.get(uid) ?? []);
    compare('archive', this.speeches, found.speeches);
    const newest = this.steps.map((one) => isDurable(one, atMs)).lastIndexOf(true);
    const step = this.steps.findIndex(({ what }) => what === found.step);
    if (found.step !== undefined && step < 0) wrong.push(`attribute: not given: ${found.step.slice(0, 60)}`);
    else if (step < newest) missing.push(`attribute: step ${newest}, found step ${step}`);
    for (const one of this.files) {
      const got = found.files.get(one.what.mediaId) ?? '';
      if (got === one.what.sha256) continue;
      if (/^[0-9a-f]{64}$/.test(got)) wrong.push(`file ${one.what.mediaId}: other bytes`);
      else if (isDurable(one, atMs)) missing.push(`file ${one.what.mediaId}: ${got}`);
    }
    return { missing, wrong };
  }

  private async upload(rtm: Rtm, fileBytes: number): Promise<void> {
    const bytes = randomBytes(Math.ceil(fileBytes * (0.1 + Math.random())));
    const sentMs = Date.now();
    try {
      const { mediaId } = await rtm.createMediaMessageByUploading(new Blob([bytes]), { fileName: 'file' });
      this.files.push({ what: { mediaId, sha256: sha256(bytes) }, sentMs, answeredMs: Date.now() });
    } catch {
      // Refused, or the server went meanwhile.
    }
  }

  private async note<T>(list: Held<T>[], what: T, answer: Promise<unknown>): Promise<void> {
    const held: Held<T> = { what, sentMs: Date.now(), answeredMs: Number.POSITIVE_INFINITY };
    list.push(held);
    await answer.then(
      () => {
        held.answeredMs = Date.now();
      },
      () => undefined,
    );
  }

  private async often(perSecond: number, goesOn: () => boolean, act: () => Promise<void>): Promise<void> {
    const acts: Promise<void>[] = [];
    const began = performance.now();
    for (let n = 1; perSecond > 0 && goesOn(); n += 1) {
      acts.push(act());
      await sleep(Math.max(1, began + (n * 1000) / perSecond - performance.now()));
    }
    await Promise.all(acts);
  }

  /** Of different sizes, so that records lie in pages of their own too. */
  private text(name: string): string {
    this.serial += 1;
    const size = this.serial % 7 === 0 ? 5000 : 40 + ((this.serial * 37) % 400);
    return `${name} ${this.serial} ${createHash('md5').update(String(this.serial)).digest('hex')} `.padEnd(size, 'y');
  }
}

const isAnswered = ({ answeredMs }: Held<unknown>): boolean => answeredMs < Number.POSITIVE_INFINITY;
/** The time of the answer is that of the millisecond in which it came. */
const isDurable = (held: Held<unknown>, atMs: number): boolean => isAnswered(held) && held.answeredMs + 1 <= atMs;

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function downloaded(rtm: Rtm, mediaId: string): Promise<string> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), 5000);
  try {
    const blob = await rtm.downloadMedia(mediaId, { cancelSignal: stop.signal });
    return sha256(new Uint8Array(await blob.arrayBuffer()));
  } catch (error) {
    return `refused with ${(error as { code?: unknown }).code}`;
  } finally {
    clearTimeout(timer);
  }
}

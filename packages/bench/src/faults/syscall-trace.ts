import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** What `strace` is to write down for {@link readTrace}. */
export const straceTo = (file: string): string[] => [
  'strace',
  ...['-f', '--seccomp-bpf', '-ttt', '-T', '-y', '-xx', '-s', '33554432', '-e', 'signal=none'],
  '-e',
  'trace=openat,write,writev,pwrite64,pwritev,lseek,ftruncate,fsync,fdatasync,rename,link,unlink,mkdir',
  ...['-o', file],
];

/** One call to the operating system that came to its end. */
export interface Syscall {
  readonly name: string;
  /** Microseconds since 1970. */
  readonly startUs: number;
  readonly endUs: number;
  /** The first file descriptor, and what is behind it. */
  readonly descriptor: number;
  readonly path: string;
  /** Texts among the arguments: paths, or what is written. */
  readonly texts: readonly Buffer[];
  /** Numbers behind the last text, and the words of flags. */
  readonly rest: string;
  readonly result: number;
}

const LINE = /^(\d+) +(\d+)\.(\d{6}) (.*)$/s;
const RESUMED = /^<\.\.\. (\w+) resumed>/;
const END = /\) += (-?\d+)(?:<[^>]*>)?[^<]*<(\d+)\.(\d{6})>$/;

/** Calls in the order in which they began; those that failed or did not end are left out. */
export async function* readTrace(file: string): AsyncGenerator<Syscall> {
  const open = new Map<string, { readonly startUs: number; readonly text: string }>();
  for await (const line of createInterface({ input: createReadStream(file, 'latin1') })) {
    const [, thread = '', seconds, micros, text = ''] = LINE.exec(line) ?? [];
    const startUs = Number(seconds) * 1e6 + Number(micros);
    if (text.endsWith('<unfinished ...>')) {
      open.set(thread, { startUs, text: text.slice(0, -'<unfinished ...>'.length) });
      continue;
    }
    const resumed = RESUMED.exec(text);
    const begun = resumed && open.get(thread);
    if (resumed) open.delete(thread);
    if (resumed && !begun) continue;
    const call = begun
      ? parse(begun.text + text.slice(resumed[0].length), begun.startUs)
      : resumed
        ? undefined
        : parse(text, startUs);
    if (call) yield call;
  }
}

function parse(text: string, startUs: number): Syscall | undefined {
  // A path in hexadecimal digits may be in it.
  const end = END.exec(text.slice(-20_000));
  const result = Number(end?.[1] ?? -1);
  if (!end || result < 0) return undefined;
  const opening = text.indexOf('(');
  const [, descriptor = '-1', path = ''] = /^(\d+)<([^>]*)>/.exec(text.slice(opening + 1, opening + 20_000)) ?? [];
  const texts: Buffer[] = [];
  let at = opening;
  let behind = opening + 1;
  for (at = text.indexOf('"', at); at >= 0; at = text.indexOf('"', behind)) {
    const close = text.indexOf('"', at + 1);
    texts.push(Buffer.from(text.slice(at + 1, close).replaceAll('\\x', ''), 'hex'));
    behind = close + 1;
  }
  const durationUs = Number(end[2]) * 1e6 + Number(end[3]);
  return {
    name: text.slice(0, opening),
    startUs,
    endUs: startUs + durationUs,
    descriptor: Number(descriptor),
    path: plain(path),
    texts,
    rest: text.slice(behind),
    result,
  };
}

const plain = (text: string): string =>
  Buffer.from(
    text.replace(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString();

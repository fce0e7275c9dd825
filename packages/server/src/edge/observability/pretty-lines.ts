import { Writable } from 'node:stream';

const LEVELS: Readonly<Record<string, string>> = { error: 'ERROR', warn: 'WARN ', info: 'INFO ', debug: 'DEBUG' };

function prettyLine(line: string): string {
  const { level, time, msg, err, ...rest } = JSON.parse(line) as Record<string, unknown>;
  const fields = Object.entries(rest).map(
    ([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const stack = typeof err === 'object' && err !== null && 'stack' in err ? `\n  ${String(err.stack)}` : '';
  const clock = String(time).slice(11, 23);
  return `${clock} ${LEVELS[String(level)] ?? level} ${String(msg)}${fields.join('')}${stack}\n`;
}

/** Turns JSON lines into lines for people. */
export function prettyLines(out: NodeJS.WritableStream): Writable {
  return new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _encoding, done) {
      const lines = chunk
        .toString()
        .split('\n')
        .filter((line) => line !== '');
      out.write(lines.map(prettyLine).join(''));
      done();
    },
  });
}

import { type Logger as Pino, pino } from 'pino';
import type { Logger } from '../../ports/index.js';
import { maskSecrets } from './mask.js';
import { prettyLines } from './pretty-lines.js';

export interface LoggerOptions {
  readonly level: 'error' | 'warn' | 'info' | 'debug';
  readonly format: 'json' | 'pretty';
  /** Where lines go. Default: standard output. */
  readonly out?: NodeJS.WritableStream;
}

type Fields = Readonly<Record<string, unknown>>;

/** Structured logs on pino. Fields with the names of secrets and messages are masked here, whoever logs them. */
export class PinoLogger implements Logger {
  private constructor(private readonly pino: Pino) {}

  static create({ level, format, out = process.stdout }: LoggerOptions): PinoLogger {
    return new PinoLogger(
      pino(
        {
          level,
          base: null,
          timestamp: pino.stdTimeFunctions.isoTime,
          // Errors are plain data already.
          serializers: { err: (value: unknown) => value },
          formatters: { level: (label) => ({ level: label }) },
        },
        format === 'pretty' ? prettyLines(out) : out,
      ),
    );
  }

  error(fields: Fields, text: string): void {
    this.#log('error', fields, text);
  }

  warn(fields: Fields, text: string): void {
    this.#log('warn', fields, text);
  }

  info(fields: Fields, text: string): void {
    this.#log('info', fields, text);
  }

  debug(fields: Fields, text: string): void {
    this.#log('debug', fields, text);
  }

  child(fields: Fields): PinoLogger {
    return new PinoLogger(this.pino.child(maskSecrets(fields)));
  }

  #log(level: LoggerOptions['level'], fields: Fields, text: string): void {
    // Masking costs something; lines that are not wanted must not.
    if (this.pino.isLevelEnabled(level)) this.pino[level](maskSecrets(fields), text);
  }
}

import type { LogSeverity, LogSink } from '../ports.js';

const NAMES = ['debug', 'info', 'warn', 'error'] as const;

/** Levels of the public log filter: a line is shown when its severity is not below the level. */
export const LOG_LEVEL = { DEBUG: 0, INFO: 1, WARNING: 2, ERROR: 3, OFF: 4 } as const;

/**
 * The log of one client. `error`: a listener threw, someone must act; `warn`: an anomaly that was dealt with; `info`:
 * one line per step of the session; `debug`: the rest. Tokens and message bodies are never logged.
 */
export class Logger {
  private shown: readonly boolean[] = shownFrom(LOG_LEVEL.INFO);

  constructor(private readonly sink: LogSink) {}

  /** Takes a level or an object with one switch per severity; `false` when it is neither and nothing changes. */
  setFilter(filter: unknown): boolean {
    const shown =
      typeof filter === 'number' ? (Number.isInteger(filter) ? shownFrom(filter) : undefined) : shownBy(filter);
    if (shown) this.shown = shown;
    return shown !== undefined;
  }

  debug(text: string): void {
    this.log(0, text);
  }

  info(text: string): void {
    this.log(1, text);
  }

  warn(text: string): void {
    this.log(2, text);
  }

  error(text: string): void {
    this.log(3, text);
  }

  private log(severity: LogSeverity, text: string): void {
    if (this.shown[severity]) this.sink(severity, `ArRTM ${NAMES[severity]}: ${text}`);
  }
}

function shownFrom(level: number): readonly boolean[] | undefined;
function shownFrom(level: 1): readonly boolean[];
function shownFrom(level: number): readonly boolean[] | undefined {
  return level >= LOG_LEVEL.DEBUG && level <= LOG_LEVEL.OFF ? NAMES.map((_, severity) => severity >= level) : undefined;
}

function shownBy(switches: unknown): readonly boolean[] | undefined {
  if (typeof switches !== 'object' || switches === null) return undefined;
  const shown = NAMES.map((name) => (switches as Record<string, unknown>)[name]);
  return shown.every((value) => typeof value === 'boolean') ? (shown as boolean[]) : undefined;
}

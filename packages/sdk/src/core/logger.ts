import { isObject } from 'ar-rtm-protocol';
import type { LogSeverity, LogSink } from '../ports.js';
import type { LogUpload } from './log-upload.js';

const NAMES = ['debug', 'info', 'warn', 'error'] as const;

/** Levels of the public log filter: a line is shown when its severity is not below the level. */
export const LOG_LEVEL = { DEBUG: 0, INFO: 1, WARNING: 2, ERROR: 3, OFF: 4 } as const;

/**
 * The log of one client. `error`: a listener threw, someone must act; `warn`: an anomaly that was dealt with; `info`:
 * one line per step of the session; `debug`: the rest. Tokens and message bodies are never logged. All but `debug` is
 * offered for upload, whatever the console shows.
 */
export interface Logger {
  readonly upload: LogUpload;
  /** Takes a level or an object with one switch per severity; `false` when it is neither and nothing changes. */
  setFilter(filter: unknown): boolean;
  debug(text: string): void;
  info(text: string): void;
  warn(text: string): void;
  error(text: string): void;
}

export function createLogger(sink: LogSink, upload: LogUpload): Logger {
  let shown = shownFrom(LOG_LEVEL.INFO);
  const log = (severity: LogSeverity) => (text: string) => {
    const line = `${NAMES[severity]}: ${text}`;
    if (severity > LOG_LEVEL.DEBUG) upload.add(line);
    if (shown?.[severity]) sink(severity, `ArRTM ${line}`);
  };
  return {
    upload,
    setFilter(filter) {
      const wanted = typeof filter === 'number' ? shownFrom(filter) : shownBy(filter);
      shown = wanted ?? shown;
      return !!wanted;
    },
    debug: log(0),
    info: log(1),
    warn: log(2),
    error: log(3),
  };
}

function shownFrom(level: number): readonly boolean[] | undefined {
  const isLevel = Number.isInteger(level) && level >= LOG_LEVEL.DEBUG && level <= LOG_LEVEL.OFF;
  return isLevel ? NAMES.map((_, severity) => severity >= level) : undefined;
}

function shownBy(switches: unknown): readonly boolean[] | undefined {
  if (!isObject(switches)) return undefined;
  const shown = NAMES.map((name) => (switches as Record<string, unknown>)[name]);
  return shown.every((value) => typeof value === 'boolean') ? (shown as boolean[]) : undefined;
}

/** Structured logs. `error`: someone must act; `warn`: an anomaly that was dealt with; `info`: life cycle; `debug`: the rest. */
export interface Logger {
  error(fields: Readonly<Record<string, unknown>>, text: string): void;
  warn(fields: Readonly<Record<string, unknown>>, text: string): void;
  info(fields: Readonly<Record<string, unknown>>, text: string): void;
  debug(fields: Readonly<Record<string, unknown>>, text: string): void;
  /** A logger that adds `fields` to every line. */
  child(fields: Readonly<Record<string, unknown>>): Logger;
}

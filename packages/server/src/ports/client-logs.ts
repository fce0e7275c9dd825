/** Log lines of clients that have asked for it (`enableLogUpload`), kept for the operator. */
export interface ClientLogs {
  /**
   * Adds lines of one user. Each is one line already, without control characters. Old lines of that user, and of all
   * users, go when there is no more room. Rejects when they cannot be stored.
   */
  append(request: ClientLogLines): Promise<void>;
}

export interface ClientLogLines {
  readonly appId: string;
  readonly uid: string;
  readonly lines: readonly string[];
}

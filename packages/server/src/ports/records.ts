/**
 * Durable records: what the embedded engine keeps on disk (design 10). Keys are ordered by their UTF-8 bytes and begin
 * with a family and, where there is one, the App ID. Values are plain JSON data; the engine behind this port adds
 * version byte and checksum.
 */
export type RecordChange =
  | { readonly key: string; readonly value: RecordValue }
  | { readonly key: string; readonly value?: undefined };

export type RecordValue = Readonly<Record<string, unknown>>;

export interface RecordRange {
  /** The first key to look at, whether it is there or not; it begins with the prefix. */
  readonly from?: string | undefined;
  /** From the last key to the first, or from `from` towards the first. */
  readonly isReverse?: boolean;
}

export interface Records {
  /**
   * Applies the changes in one transaction, all or nothing, in the order of the calls. Resolves when they are on disk.
   * Calls made close together share one flush.
   */
  write(changes: readonly RecordChange[]): Promise<void>;

  /** The value under `key` as of all writes made so far (flushed or not). A damaged record is reported and counts as absent. */
  get(key: string): RecordValue | undefined;

  /**
   * All records whose key begins with `prefix`, in key order, read as far as the caller goes. Damaged ones are reported and
   * left out.
   */
  scan(prefix: string, range?: RecordRange): Iterable<{ readonly key: string; readonly value: RecordValue }>;

  /** Resolves when everything written so far is on disk. */
  flushed(): Promise<void>;

  close(): Promise<void>;
}

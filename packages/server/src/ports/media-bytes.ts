/**
 * The bytes of uploaded files, and nothing else about them: names, owners and times are in {@link MediaIndex}.
 *
 * One file is one slot: calls for it are carried out in order. An unfinished file cannot be read, a sealed one never
 * changes. After a crash an unfinished file may have lost its end, and what is left of it is what was written: its size
 * tells where to go on. An engine that stores larger pieces (S3) holds appended bytes back until a piece is full, and may
 * lose those.
 */
export interface MediaRef {
  readonly appId: string;
  /** `isMediaId` of the protocol; a name, never a path. */
  readonly mediaId: string;
}

/** How far a file has come. */
export interface MediaSize {
  readonly size: number;
  readonly isSealed: boolean;
}

export type AppendResult =
  | { readonly outcome: 'appended'; readonly size: number }
  /** The file ends elsewhere; nothing was written. */
  | { readonly outcome: 'wrong-offset'; readonly size: number }
  /** There is no such file, or it is sealed. */
  | { readonly outcome: 'missing' }
  /** There is no room. What was written of these bytes does not count. */
  | { readonly outcome: 'full' };

export type SealResult =
  /** Lower-case hex of the SHA-256 over all bytes, as they are stored. */
  | { readonly outcome: 'sealed'; readonly sha256: string }
  | { readonly outcome: 'wrong-size'; readonly size: number }
  | { readonly outcome: 'missing' };

/** What is stored of a file is not what was sealed: the disk has changed it. */
export class MediaDamaged extends Error {
  override readonly name = 'MediaDamaged';
}

/** Without an answer within this time a call rejects; with one that needs the whole of files, when nothing moves for this time. */
type Timed = { readonly timeoutMs: number };

export interface MediaBytes {
  /** Makes an empty file; a file that is there stays as it is. `full`: there is no room. */
  create(request: MediaRef & Timed): Promise<'created' | 'full'>;

  /** Adds bytes at the end, which must be at `offset`. The caller does not change them any more. */
  append(request: MediaRef & Timed & { readonly offset: number; readonly bytes: Uint8Array }): Promise<AppendResult>;

  /** Absent: there is no such file. */
  size(request: MediaRef & Timed): Promise<MediaSize | undefined>;

  /**
   * Ends a file of exactly `size` bytes: from now on it can be read. Resolves when it is on disk. The same call for a
   * sealed file is answered like the first.
   */
  seal(request: MediaRef & Timed & { readonly size: number }): Promise<SealResult>;

  /**
   * Bytes of a sealed file: `length` from `from` on, fewer at its end. Absent: there is no such file, or it is not sealed.
   * Rejects with {@link MediaDamaged} rather than give other bytes than were stored. `sha256`: what the records say of the
   * content, for files that an older release has stored without anything to compare a part with.
   */
  read(
    request: MediaRef & Timed & { readonly from: number; readonly length: number; readonly sha256?: string },
  ): Promise<Uint8Array | undefined>;

  /** Removes a file, sealed or not; nothing if there is none. */
  remove(request: MediaRef & Timed): Promise<void>;

  /** Files behind `after`, in an order that stays the same, at most about `limit`; none: there are no more. */
  list(request: Timed & { readonly after?: MediaRef; readonly limit: number }): Promise<readonly MediaRef[]>;

  /** Bytes that can still be stored. */
  room(request: Timed): Promise<{ readonly freeBytes: number }>;
}

/**
 * What is known of uploaded files besides their bytes: durable, on disk before any answer. One app is one slot, so that its
 * quota holds.
 */
import type { MediaRef } from './media-bytes.js';

/** What a client has said about a file, and when it goes. */
export interface MediaDescription {
  readonly mediaId: string;
  /** The owner. */
  readonly uid: string;
  /** As the owner has named it; never a path. */
  readonly name: string;
  /** Media type, `""` if unknown. */
  readonly type: string;
  readonly size: number;
  /** Wall time in ms from which on it does not exist. */
  readonly expiresMs: number;
}

export interface MediaFile extends MediaDescription {
  /** Lower-case hex; absent while it is being uploaded. */
  readonly sha256?: string;
}

/** What the files of a user and of an app may come to, unfinished ones with their full size included. */
export interface MediaQuota {
  readonly userBytes: number;
  readonly userFiles: number;
  readonly appBytes: number;
}

type Timed = { readonly timeoutMs: number };

export interface MediaIndex {
  /** Notes an upload that begins, unless a quota would be exceeded. `known`: there is a file with this id; nothing was done. */
  reserve(
    request: Timed & { readonly appId: string; readonly file: MediaDescription; readonly quota: MediaQuota },
  ): Promise<'reserved' | 'user-full' | 'app-full' | 'known'>;

  /** Also of a file whose time is over, until it is released. */
  find(request: MediaRef & Timed): Promise<MediaFile | undefined>;

  /** The bytes are complete and sealed; from now on the file goes at `expiresMs`. Repeated calls change nothing. */
  complete(
    request: MediaRef & Timed & { readonly sha256: string; readonly expiresMs: number },
  ): Promise<MediaFile | undefined>;

  /** Forgets a file and gives its room back. Call it when the bytes are gone. */
  release(request: MediaRef & Timed): Promise<void>;

  /** Files whose time is over by `nowMs`, those that ended first, at most `limit`. */
  expired(request: Timed & { readonly nowMs: number; readonly limit: number }): Promise<readonly MediaRef[]>;
}

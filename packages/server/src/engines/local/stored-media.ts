import type { MediaFile, MediaRef, Records } from '../../ports/index.js';
import { keyParts, RECORD_KEYS } from './record-keys.js';

/** A file as it stands in records that no engine uses. */
export interface StoredMedia {
  readonly ref: MediaRef;
  readonly file: MediaFile;
}

/** All files that records know, finished or not. */
export function* storedMedia(records: Pick<Records, 'scan'>): Generator<StoredMedia, void> {
  for (const { key, value } of records.scan(RECORD_KEYS.mediaFiles)) {
    const [appId, mediaId] = keyParts(key);
    if (appId && mediaId) yield { ref: { appId, mediaId }, file: value as unknown as MediaFile };
  }
}

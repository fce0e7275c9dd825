import type { MediaDescription, MediaFile, MediaIndex, MediaQuota, MediaRef, RecordChange } from '../../ports/index.js';
import type { Core } from './core.js';
import { keyParts, RECORD_KEYS } from './record-keys.js';

interface Timed {
  readonly timeoutMs: number;
}

/** What the files of a user or an app come to. */
interface Use {
  readonly bytes: number;
  readonly files: number;
}

/**
 * {@link MediaIndex} in the records alone: nothing of it is in memory. A file has its record, and one under the time at which
 * it goes; that one also says what it takes, so that its room comes back when the other is damaged.
 */
export class LocalMedia implements MediaIndex {
  readonly #core: Core;

  constructor(core: Core) {
    this.#core = core;
  }

  async reserve({
    appId,
    file,
    quota,
    timeoutMs,
  }: Timed & { readonly appId: string; readonly file: MediaDescription; readonly quota: MediaQuota }): ReturnType<
    MediaIndex['reserve']
  > {
    this.#core.mustBeOpen();
    const { uid, mediaId, expiresMs, size } = file;
    if (this.#find({ appId, mediaId })) return 'known';
    const user = this.#use(RECORD_KEYS.mediaOfUser(appId, uid));
    if (user.bytes + size > quota.userBytes || user.files >= quota.userFiles) return 'user-full';
    if (this.#use(RECORD_KEYS.mediaOfApp(appId)).bytes + size > quota.appBytes) return 'app-full';
    const changes: RecordChange[] = [
      { key: RECORD_KEYS.media(appId, mediaId), value: { ...file } },
      { key: RECORD_KEYS.mediaEnd(expiresMs, appId, mediaId), value: { uid, size } },
      ...this.#used(appId, uid, size, 1),
    ];
    await this.#core.durability.flush(changes, timeoutMs);
    return 'reserved';
  }

  async find(ref: MediaRef): Promise<MediaFile | undefined> {
    this.#core.mustBeOpen();
    return this.#find(ref);
  }

  async complete({
    appId,
    mediaId,
    sha256,
    expiresMs,
    timeoutMs,
  }: MediaRef & Timed & { readonly sha256: string; readonly expiresMs: number }): Promise<MediaFile | undefined> {
    this.#core.mustBeOpen();
    const file = this.#find({ appId, mediaId });
    if (!file) return undefined;
    const complete = file.sha256 === undefined ? { ...file, sha256, expiresMs } : file;
    const { uid, size } = file;
    // Written again also when nothing changes: the answer promises that it is on disk.
    const changes: RecordChange[] = [
      { key: RECORD_KEYS.mediaEnd(file.expiresMs, appId, mediaId) },
      { key: RECORD_KEYS.mediaEnd(complete.expiresMs, appId, mediaId), value: { uid, size } },
      { key: RECORD_KEYS.media(appId, mediaId), value: { ...complete } },
    ];
    await this.#core.durability.flush(changes, timeoutMs);
    return complete;
  }

  async release({ appId, mediaId, timeoutMs }: MediaRef & Timed): Promise<void> {
    this.#core.mustBeOpen();
    const file = this.#find({ appId, mediaId });
    if (!file) return;
    const changes: RecordChange[] = [
      { key: RECORD_KEYS.media(appId, mediaId) },
      { key: RECORD_KEYS.mediaEnd(file.expiresMs, appId, mediaId) },
      ...this.#used(appId, file.uid, -file.size, -1),
    ];
    await this.#core.durability.flush(changes, timeoutMs);
  }

  async expired({
    nowMs,
    limit,
  }: Timed & { readonly nowMs: number; readonly limit: number }): Promise<readonly MediaRef[]> {
    this.#core.mustBeOpen();
    const due: MediaRef[] = [];
    for (const { key, value } of this.#core.outside.records.scan(RECORD_KEYS.mediaEnds)) {
      const [ends, appId, mediaId] = keyParts(key);
      if (!appId || !mediaId || Number(ends) > nowMs || due.length >= limit) break;
      due.push({ appId, mediaId });
      if (this.#find({ appId, mediaId })) continue;
      const { uid, size } = value as { readonly uid: string; readonly size: number };
      this.#core.durability.behind([{ key }, ...this.#used(appId, uid, -size, -1)]);
    }
    return due;
  }

  #find({ appId, mediaId }: MediaRef): MediaFile | undefined {
    return this.#core.outside.records.get(RECORD_KEYS.media(appId, mediaId)) as MediaFile | undefined;
  }

  #use(key: string): Use {
    return (this.#core.outside.records.get(key) as Use | undefined) ?? { bytes: 0, files: 0 };
  }

  #used(appId: string, uid: string, bytes: number, files: number): RecordChange[] {
    return [RECORD_KEYS.mediaOfUser(appId, uid), RECORD_KEYS.mediaOfApp(appId)].map((key) => {
      const use = this.#use(key);
      const next = { bytes: Math.max(0, use.bytes + bytes), files: Math.max(0, use.files + files) };
      return next.files > 0 ? { key, value: next } : { key };
    });
  }
}

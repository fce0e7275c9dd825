import { isMediaId } from 'ar-rtm-protocol';
import type { Apps } from '../../domain/apps.js';
import type { MediaBytes, MediaRef } from '../../ports/media-bytes.js';
import type { MediaFile } from '../../ports/media-index.js';
import { AttemptLimit } from '../attempt-limit.js';
import type { NodeContext } from '../context.js';
import type { MediaUser } from './media-access.js';

/** Why there is no room for a file. */
export type NoRoom = 'user-full' | 'app-full' | 'disk-full';
export type MediaRefusal = 'empty' | 'too-large' | 'too-often' | 'other-upload' | NoRoom;

/** Uploads that a user may begin within the window: each costs a write to the disk. */
const BEGUN = 200;
const BEGUN_MS = 10_000;

export interface NewFile {
  readonly name: string;
  readonly type: string;
  readonly size: number;
  /** What names this creation: the same one again is for the same upload, since its answer was lost. */
  readonly key?: string | undefined;
}

export interface CompleteFile extends MediaFile {
  readonly sha256: string;
}

/** An upload as its owner sees it. */
export interface UploadState {
  readonly file: MediaFile;
  readonly offset: number;
}

/** Uploaded files: what is known of them and their bytes, kept in step. */
export class MediaFiles {
  private readonly begun = new AttemptLimit(BEGUN, BEGUN_MS);
  /** What its owner removed when the disk did not answer: until it has gone its room is taken. */
  private readonly owed = new Map<string, { readonly ref: MediaRef; readonly expiresMs: number }>();

  constructor(
    private readonly context: NodeContext,
    private readonly apps: Apps,
    readonly bytes: MediaBytes,
  ) {}

  /** Makes room for a file that is going to be uploaded. */
  async begin({ appId, uid }: MediaUser, { name, type, size, key }: NewFile): Promise<UploadState | MediaRefusal> {
    const { engine, settings, time, chance, counters, signer } = this.context;
    const refuse = (why: MediaRefusal): MediaRefusal => {
      counters.add('media_refused');
      return why;
    };
    if (size <= 0) return refuse('empty');
    if (size > settings.mediaBytes) return refuse('too-large');
    const user = `${appId}/${uid}`;
    if (this.begun.isReached(user, time.monotonicMs())) return refuse('too-often');
    this.begun.add(user, time.monotonicMs());
    if (!(await this.hasRoom(size))) return refuse('disk-full');
    // Nobody else can have it made: what is signed is no text that others can ask for.
    const mediaId = key === undefined ? chance.secretHex(16) : signer.idOf(`upload/${appId}/${uid}/${key}`);
    const expiresMs = Math.floor(time.wallMs() + settings.mediaUploadMs);
    const file: MediaFile = { mediaId, uid, name, type, size, expiresMs };
    const { mediaUserBytes: userBytes, mediaUserFiles: userFiles, mediaAppBytes } = settings;
    const quota = { userBytes, userFiles, appBytes: this.apps.storedBytes(appId, mediaAppBytes) };
    // Known first: bytes that nobody knows are removed.
    const reserved = await engine.media.reserve({ appId, file, quota, ...this.timeout });
    if (reserved === 'known') {
      const known = await this.known({ appId, mediaId }, file);
      return known ?? refuse('other-upload');
    }
    if (reserved !== 'reserved') return refuse(reserved);
    const created = await this.bytes.create({ appId, mediaId, ...this.timeout }).catch(async (error: unknown) => {
      await this.remove({ appId, mediaId }).catch(() => undefined); // its time ends it otherwise
      throw error;
    });
    if (created === 'created') return { file, offset: 0 };
    await this.remove({ appId, mediaId });
    return refuse('disk-full');
  }

  /** An upload that is asked for once more, if it is the same one. Its bytes may be made this very moment, or by this. */
  private async known(ref: MediaRef, { uid, name, type, size }: MediaFile): Promise<UploadState | undefined> {
    const file = await this.find(ref);
    if (file?.uid !== uid || file.size !== size || file.name !== name || file.type !== type) return undefined;
    if (file.sha256 !== undefined) return { file, offset: size };
    this.owed.delete(nameOf(ref)); // its owner has thought again
    const created = await this.bytes.create({ ...ref, ...this.timeout });
    const found = created === 'created' ? await this.bytes.size({ ...ref, ...this.timeout }) : undefined;
    return found && { file, offset: found.size };
  }

  /** Such an upload or file of this user. */
  async of({ appId, uid }: MediaUser, mediaId: string): Promise<MediaFile | undefined> {
    const file = await this.find({ appId, mediaId });
    return file?.uid === uid ? file : undefined;
  }

  /** How far an upload of this user has come. One that has all its bytes is finished with this. */
  async state(user: MediaUser, mediaId: string): Promise<UploadState | undefined> {
    const file = await this.of(user, mediaId);
    if (!file) return undefined;
    const ref = { appId: user.appId, mediaId };
    const found = await this.bytes.size({ ...ref, ...this.timeout });
    if (!found) {
      // Lost in a crash before anything of it was on disk: its room is free again.
      await this.remove(ref);
      return undefined;
    }
    if (file.sha256 !== undefined || found.size < file.size) return { file, offset: found.size };
    const complete = await this.finish(ref, file);
    return complete && { file: complete, offset: complete.size };
  }

  /** All bytes are there: seals them, and keeps the file from now on for its days. */
  async finish(ref: MediaRef, { size, expiresMs: uploadEndMs }: MediaFile): Promise<MediaFile | undefined> {
    const { engine, settings, time, counters } = this.context;
    const sealed = await this.bytes.seal({ ...ref, size, ...this.timeout });
    if (sealed.outcome !== 'sealed') return undefined;
    // From that moment on the sweep removes it: it waits for its bytes, maybe.
    if (uploadEndMs <= time.wallMs()) return undefined;
    const expiresMs = Math.floor(time.wallMs() + settings.mediaKeepMs);
    const file = await engine.media.complete({ ...ref, sha256: sealed.sha256, expiresMs, ...this.timeout });
    if (file) counters.add('media_uploaded');
    return file;
  }

  /** A file that can be downloaded. */
  async open(ref: MediaRef): Promise<CompleteFile | undefined> {
    const file = await this.find(ref);
    return file?.sha256 === undefined ? undefined : { ...file, sha256: file.sha256 };
  }

  /** Bytes of a complete file; absent when it has gone meanwhile. Rejects with MediaDamaged when they are not what was uploaded. */
  read(ref: MediaRef, { sha256 }: CompleteFile, from: number, length: number): Promise<Uint8Array | undefined> {
    return this.bytes.read({ ...ref, sha256, from, length, ...this.timeout });
  }

  /** Removes a file; its bytes first, so that its room is not given away while they are there. */
  async remove(ref: MediaRef): Promise<void> {
    await this.bytes.remove({ ...ref, ...this.timeout });
    await this.context.engine.media.release({ ...ref, ...this.timeout });
  }

  /** Its owner does not want it any more, and does not ask twice: when the disk does not answer, it goes later. */
  async discard(ref: MediaRef, { expiresMs }: MediaFile): Promise<void> {
    this.owed.set(nameOf(ref), { ref, expiresMs });
    await this.remove(ref);
    this.owed.delete(nameOf(ref));
  }

  /** Removes what could not be removed when its owner wanted that. */
  async removeOwed(): Promise<void> {
    let failure: unknown;
    for (const [name, { ref, expiresMs }] of [...this.owed]) {
      try {
        // It has gone, or another one was made in its place.
        const isGone = (await this.find(ref))?.expiresMs !== expiresMs;
        if (!isGone && this.owed.has(name)) await this.remove(ref);
        this.owed.delete(name);
      } catch (error) {
        failure = error;
      }
    }
    if (failure !== undefined) throw failure;
  }

  /** Whether so many bytes more leave the disk the room that is not for files. */
  async hasRoom(bytes: number): Promise<boolean> {
    const { freeBytes } = await this.bytes.room(this.timeout);
    return freeBytes - bytes >= this.context.settings.mediaFreeBytes;
  }

  private async find(ref: MediaRef): Promise<MediaFile | undefined> {
    if (!isMediaId(ref.mediaId)) return undefined;
    const file = await this.context.engine.media.find({ ...ref, ...this.timeout });
    return file && file.expiresMs > this.context.time.wallMs() ? file : undefined;
  }

  private get timeout(): { readonly timeoutMs: number } {
    return { timeoutMs: this.context.settings.engineTimeoutMs };
  }
}

/** What names a file of any app. */
export const nameOf = ({ appId, mediaId }: MediaRef): string => `${appId}/${mediaId}`;

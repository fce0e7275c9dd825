import type { MediaFile } from '../../ports/media-index.js';
import type { NodeContext } from '../context.js';
import type { MediaUser } from './media-access.js';
import { type MediaFiles, nameOf, type UploadState } from './media-files.js';
import type { Transfers } from './transfers.js';

export type UploadRefusal =
  | { readonly refused: 'missing' | 'too-many' | 'disk-full' | 'taken-over' }
  | { readonly refused: 'wrong-offset'; readonly offset: number };

/** One request that brings bytes of an upload. `end` must be called, whatever happens. */
export class RunningUpload {
  /** Resolves with `end`. */
  readonly ended: Promise<void>;
  offset = 0;
  isTakenOver = false;
  private resolveEnded: () => void = () => undefined;

  constructor(
    private readonly files: MediaFiles,
    private readonly user: MediaUser,
    private readonly mediaId: string,
    private readonly stop: () => void,
  ) {
    this.ended = new Promise((resolve) => {
      this.resolveEnded = resolve;
    });
  }

  /** The owner goes on with the upload on another connection: this one brings no more. */
  takeOver(): void {
    this.isTakenOver = true;
    this.stop();
  }

  /** Adds bytes; not more than the file is still to get. */
  async write(bytes: Uint8Array, timeoutMs: number): Promise<UploadRefusal | undefined> {
    if (bytes.length === 0) return undefined;
    const { appId } = this.user;
    const result = await this.files.bytes.append({
      appId,
      mediaId: this.mediaId,
      offset: this.offset,
      bytes,
      timeoutMs,
    });
    switch (result.outcome) {
      case 'appended':
        this.offset = result.size;
        return undefined;
      case 'wrong-offset':
        return { refused: 'wrong-offset', offset: result.size };
      case 'missing':
        return { refused: 'missing' };
      case 'full':
        return { refused: 'disk-full' };
    }
  }

  /** When all bytes are there: the file can be downloaded when this resolves. */
  async finish(file: MediaFile): Promise<MediaFile | undefined> {
    if (file.sha256 !== undefined) return file;
    return this.files.finish({ appId: this.user.appId, mediaId: this.mediaId }, file);
  }

  end(): void {
    this.resolveEnded();
  }
}

/**
 * Uploads that are under way on this node. A client whose connection was cut comes back before the server knows of the cut,
 * so the newest request for an upload wins, and the older one keeps what it has.
 */
export class Uploads {
  private readonly running = new Map<string, RunningUpload>();

  constructor(
    private readonly context: NodeContext,
    private readonly files: MediaFiles,
    private readonly transfers: Transfers,
  ) {}

  get size(): number {
    return this.running.size;
  }

  /** How far an upload has come; what still brings bytes is stopped, so that the answer stays true. */
  async state(user: MediaUser, mediaId: string): Promise<UploadState | undefined> {
    const state = await this.files.state(user, mediaId);
    if (!state || !this.running.has(nameOf({ appId: user.appId, mediaId }))) return state;
    await this.stop(user, mediaId);
    return this.files.state(user, mediaId);
  }

  /** Takes bytes from `offset` on. `stop` ends the request when another one takes over. */
  async receive(
    user: MediaUser,
    mediaId: string,
    offset: number,
    stop: () => void,
  ): Promise<{ readonly upload: RunningUpload; readonly file: MediaFile } | UploadRefusal> {
    // Nobody stops an upload that is not his.
    if (!(await this.files.state(user, mediaId))) return { refused: 'missing' };
    const key = nameOf({ appId: user.appId, mediaId });
    // Others may have waited for the same end, and one of them has come first.
    while (this.running.has(key)) await this.stop(user, mediaId);
    const leave = this.transfers.enter(user);
    if (!leave) return { refused: 'too-many' };
    const upload = new RunningUpload(this.files, user, mediaId, stop);
    this.running.set(key, upload);
    void upload.ended.then(() => {
      leave();
      if (this.running.get(key) === upload) this.running.delete(key);
    });
    try {
      const refusal = await this.check(user, mediaId, offset, upload);
      if ('file' in refusal) return { upload, file: refusal.file };
      upload.end();
      return refusal;
    } catch (error) {
      upload.end();
      throw error;
    }
  }

  /** Removes an upload or file of this user. */
  async discard(user: MediaUser, mediaId: string): Promise<boolean> {
    const file = await this.files.of(user, mediaId);
    if (!file) return false;
    await this.stop(user, mediaId);
    await this.files.discard({ appId: user.appId, mediaId }, file);
    return true;
  }

  private async check(
    user: MediaUser,
    mediaId: string,
    offset: number,
    upload: RunningUpload,
  ): Promise<{ readonly file: MediaFile } | UploadRefusal> {
    const state = await this.files.state(user, mediaId);
    if (!state) return { refused: 'missing' };
    if (offset !== state.offset) return { refused: 'wrong-offset', offset: state.offset };
    if (!(await this.files.hasRoom(state.file.size - offset))) {
      this.context.counters.add('media_refused');
      return { refused: 'disk-full' };
    }
    if (upload.isTakenOver) return { refused: 'taken-over' };
    upload.offset = offset;
    return state;
  }

  /** Ends the request that brings bytes of an upload, if there is one, and waits until it has put away what it has. */
  private async stop(user: MediaUser, mediaId: string): Promise<void> {
    const key = nameOf({ appId: user.appId, mediaId });
    for (let older = this.running.get(key); older; older = this.running.get(key)) {
      older.takeOver();
      await older.ended;
      // Taken out behind the same promise, maybe after this.
      if (this.running.get(key) === older) this.running.delete(key);
    }
  }
}

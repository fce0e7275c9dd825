import type { MediaTransferHandler, RtmClient, RtmMessage } from 'ar-rtm-sdk';
import type { Picture } from './picture.js';
import type { Action, ChatKind, MessagePlace, SharedFile, Transfer } from './state.js';
import { TransferQueue } from './transfer-queue.js';

/**
 * The SDK takes nine. Browsers open six connections to a server that speaks HTTP/1.1, and a transfer that waits for one of
 * them looks stalled to the SDK; one is left for what else the page asks.
 */
const AT_A_TIME = 5;

interface Running {
  readonly place: MessagePlace;
  readonly controller: AbortController;
}

/** The uploads and downloads of one login. How they stand is shown with the messages, and never rejects. */
export class FileTransfers {
  private readonly queue = new TransferQueue(AT_A_TIME);
  /** Those that wait too, by message. */
  private readonly running = new Map<number, Running>();

  constructor(
    private readonly client: Pick<RtmClient, 'createMediaMessageByUploading' | 'downloadMedia'>,
    private readonly dispatch: (action: Action) => void,
    /** Absent for what is no image. */
    private readonly readPicture: (file: Blob) => Promise<Picture | undefined>,
  ) {}

  /** Resolves with the message to send, or with nothing if the file did not get there. */
  async upload(place: MessagePlace, file: File): Promise<RtmMessage | undefined> {
    const message = await this.run(place, 'up', file.size, async (handler) => {
      // A folder that was dropped, or a file that is gone, cannot be read; the SDK would take it for a bad network.
      await file.slice(0, 1).arrayBuffer();
      const picture = await this.readPicture(file);
      if (picture) this.change(place, { isImage: true, thumbnail: picture.thumbnail?.blob });
      return this.client.createMediaMessageByUploading(file, paramsOf(file, picture), handler);
    });
    if (message) this.change(place, { mediaId: message.mediaId, transfer: undefined });
    return message;
  }

  async download(place: MessagePlace, { mediaId, size }: SharedFile): Promise<void> {
    if (mediaId === undefined || this.running.has(place.messageId)) return;
    const content = await this.run(place, 'down', size, (handler) => this.client.downloadMedia(mediaId, handler));
    if (content) this.change(place, { content, transfer: undefined });
  }

  cancel(messageId: number): void {
    this.running.get(messageId)?.controller.abort();
  }

  /** Nobody sees those of this chat any more. */
  endOfChat(kind: ChatKind, id: string): void {
    for (const { place } of [...this.running.values()]) {
      if (place.kind === kind && place.id === id) this.cancel(place.messageId);
    }
  }

  /** The session is over. */
  end(): void {
    for (const messageId of [...this.running.keys()]) this.cancel(messageId);
  }

  private async run<T>(
    place: MessagePlace,
    direction: Transfer['direction'],
    totalBytes: number,
    job: (handler: MediaTransferHandler) => Promise<T>,
  ): Promise<T | undefined> {
    const controller = new AbortController();
    const { signal } = controller;
    const show = (state: Transfer['state'], more: Partial<Transfer> = {}) =>
      this.change(place, { transfer: { direction, state, bytes: 0, totalBytes, ...more } });
    this.running.set(place.messageId, { place, controller });
    show('waiting');
    try {
      return await this.queue.run(signal, () => {
        show('running');
        return job({
          cancelSignal: signal,
          onOperationProgress: (event) => show('running', { bytes: event.currentSize, totalBytes: event.totalSize }),
        });
      });
    } catch (error) {
      if (signal.aborted) show('canceled');
      else show('failed', { error });
      return undefined;
    } finally {
      this.running.delete(place.messageId);
    }
  }

  private change(place: MessagePlace, change: Partial<SharedFile>): void {
    this.dispatch({ type: 'file-changed', ...place, change });
  }
}

function paramsOf({ name: fileName }: File, picture: Picture | undefined) {
  if (!picture) return { fileName };
  const { width, height, thumbnail } = picture;
  return {
    fileName,
    messageType: 'IMAGE' as const,
    width,
    height,
    thumbnail: thumbnail?.blob,
    thumbnailWidth: thumbnail?.width,
    thumbnailHeight: thumbnail?.height,
  };
}

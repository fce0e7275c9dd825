import type {
  FileMessageParams,
  MediaOperationProgress,
  MediaTransferHandler,
  RTMException,
  RtmClient,
  RtmFileMessage,
} from 'ar-rtm-sdk';
import { asException } from './patience.js';
import { Store } from './store.js';

/** How the newest upload or download is going. */
export type RtmTransferStatus =
  /** Nothing was asked for, or it was canceled. */
  'IDLE' | 'RUNNING' | 'DONE' | 'FAILED';

interface TransferState {
  readonly status: RtmTransferStatus;
  readonly progress: MediaOperationProgress | undefined;
  readonly error: RTMException | undefined;
}

const IDLE: TransferState = { status: 'IDLE', progress: undefined, error: undefined };

/** Transfers of which the newest counts; it cancels the one before. */
export class Transfers {
  readonly store = new Store(IDLE);
  private current: AbortController | undefined;

  constructor(private readonly client: RtmClient) {}

  upload(file: Blob, params: FileMessageParams | undefined): Promise<RtmFileMessage> {
    return this.run((handler) => this.client.createMediaMessageByUploading(file, params, handler));
  }

  download(mediaId: string): Promise<Blob> {
    return this.run((handler) => this.client.downloadMedia(mediaId, handler));
  }

  private async run<T>(start: (handler: MediaTransferHandler) => Promise<T>): Promise<T> {
    this.cancel();
    const controller = new AbortController();
    const isCurrent = () => this.current === controller;
    this.current = controller;
    this.store.set({ ...IDLE, status: 'RUNNING' });
    const onOperationProgress = (progress: MediaOperationProgress) => {
      if (isCurrent()) this.store.change({ progress });
    };
    try {
      const result = await start({ cancelSignal: controller.signal, onOperationProgress });
      if (isCurrent()) this.store.change({ status: 'DONE' });
      return result;
    } catch (error) {
      if (isCurrent()) this.store.change({ status: 'FAILED', error: asException(error) });
      throw error;
    } finally {
      if (isCurrent()) this.current = undefined;
    }
  }

  cancel(): void {
    const { current } = this;
    if (!current) return;
    this.current = undefined;
    this.store.set(IDLE);
    current.abort();
  }
}

import type {
  FileMessageParams,
  ImageMessageParams,
  MediaOperationProgress,
  RTMException,
  RtmFileMessage,
  RtmImageMessage,
} from 'ar-rtm-sdk';
import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { type RtmTransferStatus, Transfers } from './model/transfers.js';
import { useModel } from './rtm-context.js';

/** One upload or download at a time, for one component. */
export interface RtmMediaMessage {
  readonly status: RtmTransferStatus;
  /** How far the running transfer is, or the last one was; `undefined` before its first report. */
  readonly progress: MediaOperationProgress | undefined;
  /** Why the last transfer failed. */
  readonly error: RTMException | undefined;
  /**
   * As `RtmClient.createMediaMessageByUploading`: resolves with a message to be sent. It takes the place of a transfer that
   * is running.
   */
  upload(file: Blob, params?: FileMessageParams): Promise<RtmFileMessage>;
  upload(file: Blob, params: ImageMessageParams): Promise<RtmImageMessage>;
  /** As `RtmClient.downloadMedia`. It takes the place of a transfer that is running. */
  download(mediaId: string): Promise<Blob>;
  /** Ends what is running, whose call rejects with code 6. */
  cancel(): void;
}

/** Uploads and downloads of one component, with progress. What runs is canceled when the component goes. */
export function useMediaMessage(): RtmMediaMessage {
  const { client } = useModel('useMediaMessage');
  const transfers = useMemo(() => new Transfers(client), [client]);
  useEffect(() => () => transfers.cancel(), [transfers]);
  const state = useSyncExternalStore(transfers.store.watch, transfers.store.get, transfers.store.get);
  return useMemo(
    () => ({
      ...state,
      // The overloads of the SDK.
      upload: ((file: Blob, params?: FileMessageParams) => transfers.upload(file, params)) as RtmMediaMessage['upload'],
      download: (mediaId) => transfers.download(mediaId),
      cancel: () => transfers.cancel(),
    }),
    [state, transfers],
  );
}

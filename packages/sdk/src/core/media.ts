import { isMediaId, isObject, LIMITS } from 'ar-rtm-protocol';
import { RtmErrorCode } from '../error-code.js';
import { type Bytes, isBlob, isSignal } from '../platform.js';
import type { Random } from '../ports.js';
import { download } from './download.js';
import { type Admit, type Codes, check, codeOf, tooMany } from './failures.js';
import { readMediaParams, sizesOf } from './media-params.js';
import type { TransferHandler } from './transfer.js';
import type { Transfers } from './transfers.js';
import { upload } from './upload.js';

/** Files and images: uploads and downloads of one client (api.md 5.5). */
export class Media {
  constructor(
    readonly transfers: Transfers,
    private readonly random: Random,
    private readonly admit: Admit,
  ) {}

  /** Resolves with the message. */
  upload(payload: unknown, params: unknown = {}, handler: unknown = {}): Promise<object> {
    const codes = RtmErrorCode.UploadMediaError;
    const read = readMediaParams(params);
    mustBe(isBlob(payload) && payload.size > 0, codes, 'payload');
    mustBe(read, codes, 'params');
    mustBe(isHandler(handler), codes, 'transHandler');
    this.admit(codes);
    const { size } = payload;
    if (size > LIMITS.MEDIA_BYTES) throw tooMany(codeOf(codes, 'SIZE_OVERFLOW') as number, LIMITS.MEDIA_BYTES);
    const { fileName, description, thumbnail, messageType } = read;
    return this.transfers.start(codes, handler, async (transfer) => {
      const sizes = messageType === 'IMAGE' && (await sizesOf(payload, read));
      const mediaId = await upload(transfer, this.random, payload, fileName);
      return { mediaId, fileName, description, thumbnail, size, ...sizes, messageType };
    });
  }

  download(mediaId: unknown, handler: unknown = {}): Promise<Bytes> {
    const codes = RtmErrorCode.DownloadMediaError;
    mustBe(isMediaId(mediaId), codes, 'mediaId');
    mustBe(isHandler(handler), codes, 'transHandler');
    this.admit(codes);
    return this.transfers.start(codes, handler, (transfer) => download(transfer, mediaId));
  }
}

function isHandler(value: unknown): value is TransferHandler {
  if (!isObject(value)) return false;
  const { cancelSignal, onOperationProgress } = value as Record<string, unknown>;
  return (
    (cancelSignal === undefined || isSignal(cancelSignal)) &&
    (onOperationProgress === undefined || typeof onOperationProgress === 'function')
  );
}

function mustBe(isValid: unknown, codes: Codes, what: string): asserts isValid {
  check(isValid, codeOf(codes, 'INVALID_ARGUMENT') as number, what);
}

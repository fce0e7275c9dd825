/** Entry for mini-programs of WeChat: the same as index.ts, with sockets, requests and files of `wx`. */
import { type WechatEnvironment, wechatEnvironment } from './adapters/wechat.js';
import { type Wechat, wechat } from './adapters/wechat-api.js';
import { blobOfFile, type MiniProgramFile, writeFile } from './adapters/wechat-file.js';
import { BaseClient } from './client.js';
import { CREATE_CODE, codeOf, invalid } from './core/failures.js';
import { RtmErrorCode } from './error-code.js';
import { RtmUnknownError } from './errors.js';
import { createNamespace } from './namespace.js';
import { type Bytes, isBlob } from './platform.js';
import type {
  FileMessageParams,
  ImageMessageParams,
  LoginOptions,
  MediaTransferHandler,
  RtmFileMessage,
  RtmImageMessage,
  RtmParameters,
} from './public-types.js';

export { WechatAbortController as AbortController } from './adapters/wechat-abort.js';
export type { MiniProgramFile } from './adapters/wechat-file.js';
export * from './shared-exports.js';

/** What goes into the message besides the file; the thumbnail may be a file as well. */
export type MiniProgramFileParams = Omit<FileMessageParams, 'thumbnail'> & {
  thumbnail?: MiniProgramFile | Blob | undefined;
};

/** As {@link MiniProgramFileParams}, with sizes in pixels. */
export type MiniProgramImageParams = Omit<ImageMessageParams, 'thumbnail'> & {
  thumbnail?: MiniProgramFile | Blob | undefined;
};

let shared: { readonly wx: Wechat; readonly environment: WechatEnvironment } | undefined;

/** Made for the first client, so that loading the SDK does nothing. */
function environmentOf(wx: Wechat): WechatEnvironment {
  if (shared?.wx !== wx) shared = { wx, environment: wechatEnvironment(wx) };
  return shared.environment;
}

/** A client of one app; `new RtmClient(...)` does what `ArRTM.createInstance(...)` does. */
export class RtmClient extends BaseClient {
  private readonly environment: WechatEnvironment;

  constructor(appId: string, params?: RtmParameters) {
    const environment = environmentOf(wechat());
    super(environment, appId, params);
    this.environment = environment;
    // What the login needs takes a turn; failures are told there.
    void environment.random.ready().catch(() => undefined);
  }

  /** As in browsers; rejects with 1 ({@link RtmErrorCode.LoginError}) when the device gives no random bytes, too. */
  override async login(options: LoginOptions): Promise<void> {
    try {
      await this.environment.random.ready();
    } catch (error) {
      throw new RtmUnknownError(RtmErrorCode.LoginError.LOGIN_ERR_UNKNOWN, `${error}`);
    }
    return super.login(options);
  }

  /**
   * As in browsers, of a file by its path or its bytes, or of a `Blob` from `downloadMedia`. Rejects with 2
   * ({@link RtmErrorCode.UploadMediaError}) when there is no such file, too.
   */
  override createMediaMessageByUploading(
    payload: MiniProgramFile | Blob,
    params?: MiniProgramFileParams,
    transHandler?: MediaTransferHandler,
  ): Promise<RtmFileMessage>;
  override createMediaMessageByUploading(
    payload: MiniProgramFile | Blob,
    params?: MiniProgramImageParams,
    transHandler?: MediaTransferHandler,
  ): Promise<RtmImageMessage>;
  override async createMediaMessageByUploading(
    payload: MiniProgramFile | Blob,
    params: MiniProgramFileParams | MiniProgramImageParams = {},
    transHandler?: MediaTransferHandler,
  ): Promise<RtmFileMessage | RtmImageMessage> {
    const { thumbnail, ...more } = params ?? {};
    const [content, picture] = [await asBlob(payload, 'payload'), thumbnail && (await asBlob(thumbnail, 'thumbnail'))];
    const { name } = payload as { readonly name?: string };
    const said = { ...(name !== undefined && { fileName: name }), ...more, ...(picture && { thumbnail: picture }) };
    return super.createMediaMessageByUploading(content, said as FileMessageParams, transHandler);
  }
}

export const ArRTM = createNamespace(RtmClient);

export default ArRTM;

/**
 * Writes a downloaded file, or a thumbnail, where a mini-program can show it: `<image src>`, `wx.openDocument`. A name
 * without a directory is a file of the user's data (`wx.env.USER_DATA_PATH`, 200 MB in all). Resolves with the whole path,
 * rejects with what the device says.
 */
export async function saveFile(content: Blob, name: string): Promise<string> {
  if (!isBlob(content) || typeof name !== 'string' || name === '') throw invalid(CREATE_CODE.INVALID_ARGUMENT, 'file');
  return writeFile(wechat(), content, name);
}

async function asBlob(file: MiniProgramFile | Blob, what: string): Promise<Blob> {
  let blob: Bytes | undefined;
  try {
    blob = isBlob(file) ? file : await blobOfFile(wechat(), file);
  } catch {
    // There is no such file.
  }
  if (!blob) throw invalid(codeOf(RtmErrorCode.UploadMediaError, 'INVALID_ARGUMENT') as number, what);
  return blob as Blob;
}

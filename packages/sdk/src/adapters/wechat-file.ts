import type { Bytes } from '../platform.js';
import type { Wechat } from './wechat-api.js';
import { WechatBlob } from './wechat-blob.js';

/**
 * A file, as mini-programs have them: a path, such as `tempFilePath` of `wx.chooseMedia`, or bytes, which are not to be
 * changed before the upload has ended.
 */
export type MiniProgramFile = (
  | { readonly path: string; readonly data?: undefined }
  | { readonly data: ArrayBuffer | Uint8Array; readonly path?: undefined }
) & {
  /** For the message, where it names no other. Default `""`. */
  readonly name?: string | undefined;
  /** Media type. Default `""`. */
  readonly type?: string | undefined;
};

/** Bytes of a file; its size is asked for now, the bytes when they are needed. `undefined` for anything else. */
export async function blobOfFile(wx: Wechat, file: unknown): Promise<Bytes | undefined> {
  if (typeof file !== 'object' || file === null) return undefined;
  const { path, data, type = '' } = file as { path?: unknown; data?: unknown; type?: unknown };
  if (typeof type !== 'string') return undefined;
  if (typeof path === 'string') return new WechatBlob([await fileSource(wx, path)], { type });
  const bytes = isArrayBuffer(data) ? new Uint8Array(data) : data;
  // Also those of another realm.
  return ArrayBuffer.isView(bytes) ? new WechatBlob([bytes as Uint8Array], { type }) : undefined;
}

/** Writes bytes to a file; without a directory in its name, to that of the user's data. Resolves with the whole path. */
export async function writeFile(wx: Wechat, content: Bytes, name: string): Promise<string> {
  const filePath = name.includes('/') ? name : `${wx.env.USER_DATA_PATH}/${name}`;
  const data = await content.arrayBuffer();
  await new Promise((success, fail) => {
    wx.getFileSystemManager().writeFile({ filePath, data, success, fail: (error) => fail(failure(error)) });
  });
  return filePath;
}

async function fileSource(wx: Wechat, filePath: string) {
  const files = wx.getFileSystemManager();
  const { size } = await new Promise<{ readonly size: number }>((success, fail) => {
    files.getFileInfo({ filePath, success, fail: (error) => fail(failure(error)) });
  });
  let failed: Error | undefined;
  const read = (from: number, to: number) =>
    new Promise<Uint8Array>((done, fail) => {
      // As a `File` whose file has changed, of which no part can be read any more.
      const giveUp = (error: Error) => {
        failed ??= error;
        fail(failed);
      };
      if (failed) giveUp(failed);
      else {
        files.readFile({
          filePath,
          position: from,
          length: to - from,
          success({ data }) {
            if (data.byteLength === to - from) done(new Uint8Array(data));
            else giveUp(new Error(`${filePath} has changed`));
          },
          fail: (error) => giveUp(failure(error)),
        });
      }
    });
  return { size, read };
}

function isArrayBuffer(value: unknown): value is ArrayBuffer {
  return Object.prototype.toString.call(value) === '[object ArrayBuffer]';
}

function failure({ errMsg }: { readonly errMsg?: string }): Error {
  return new Error(errMsg ?? 'The file system failed');
}

/** The part of the API of WeChat mini-programs that the SDK uses. All of it exists since base library 2.15.0. */

/** How most functions answer: one of the two is called, once, in a later turn. */
interface Callbacks<Result = unknown> {
  success?(result: Result): void;
  fail?(error: { readonly errMsg?: string }): void;
}

/** One WebSocket (`SocketTask`). */
export interface WechatSocket {
  send(options: { readonly data: string } & Callbacks): void;
  close(options: { readonly code?: number }): void;
  onOpen(listener: () => void): void;
  onMessage(listener: (message: { readonly data: unknown }) => void): void;
  onClose(listener: () => void): void;
  onError(listener: () => void): void;
}

export interface WechatRequest
  extends Callbacks<{
    readonly data: unknown;
    readonly statusCode: number;
    /** Names are written as the server writes them, or in small letters, as the device likes. */
    readonly header: { readonly [name: string]: unknown };
  }> {
  readonly url: string;
  /** `PATCH` is not among them. */
  readonly method: string;
  readonly header: { readonly [name: string]: string };
  readonly data?: string | ArrayBuffer;
  /** Anything but `json` leaves the answer as it is. */
  readonly dataType: 'text';
  readonly responseType: 'text' | 'arraybuffer';
}

export interface WechatFiles {
  getFileInfo(options: { readonly filePath: string } & Callbacks<{ readonly size: number }>): void;
  /** Without an encoding, bytes. `position` and `length` must lie in the file. */
  readFile(
    options: { readonly filePath: string; readonly position: number; readonly length: number } & Callbacks<{
      readonly data: ArrayBuffer;
    }>,
  ): void;
  writeFile(options: { readonly filePath: string; readonly data: ArrayBuffer } & Callbacks): void;
}

export interface Wechat {
  /** `undefined` on some devices when there are too many (5). */
  connectSocket(options: { readonly url: string } & Callbacks): WechatSocket | undefined;
  request(options: WechatRequest): { abort(): void } | undefined;
  getRandomValues(options: { readonly length: number } & Callbacks<{ readonly randomValues: ArrayBuffer }>): void;
  getFileSystemManager(): WechatFiles;
  onNetworkStatusChange(listener: (status: { readonly isConnected: boolean }) => void): void;
  offNetworkStatusChange(listener: (status: { readonly isConnected: boolean }) => void): void;
  onAppShow(listener: () => void): void;
  offAppShow(listener: () => void): void;
  readonly env: { readonly USER_DATA_PATH: string };
}

declare const wx: Wechat | undefined;

/** @throws Error when there is none: this entry of the SDK is for mini-programs only */
export function wechat(): Wechat {
  if (typeof wx === 'undefined') throw new Error('There is no wx: ar-rtm-sdk/miniprogram is for mini-programs');
  return wx;
}

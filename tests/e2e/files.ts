/** Files for transfers: their bytes, and who takes them up and down. */
import { createHash } from 'node:crypto';
import type { Tab } from './browsers/tab.js';
import { ArRTM } from './built-sdk.js';
import { APP } from './user.js';

export const MB = 1024 * 1024;

type Listening = { readonly port: number };
export type Client = ReturnType<typeof ArRTM.createInstance>;

/** Bytes that differ from place to place, so that a part in the wrong place is seen. */
export const bytesOf = (size: number): Buffer<ArrayBuffer> => {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at < size; at++) bytes[at] = (at ^ (at >> 8) ^ (at >> 16)) & 255;
  return bytes;
};
export const nameOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
export const hashOf = async (blob: Blob): Promise<string> => nameOf(new Uint8Array(await blob.arrayBuffer()));

/** A user of the built SDK in this process. */
export async function inNode(uid: string, { port }: Listening): Promise<Client> {
  const confPriCloudAddr = { ServerAdd: '127.0.0.1', Port: port, Wss: false };
  const client = ArRTM.createInstance(APP, { confPriCloudAddr, logFilter: ArRTM.LOG_FILTER_OFF });
  await client.login({ uid });
  return client;
}

/** A user in a page, behind functions that are called by name. */
export async function inPage(uid: string, page: Tab, { port }: Listening) {
  await page.evaluate(
    async ([appId, port, uid]) => {
      const sdk = window.ArRTM as unknown as typeof ArRTM;
      const confPriCloudAddr = { ServerAdd: '127.0.0.1', Port: port, Wss: false };
      const client = sdk.createInstance(appId, { confPriCloudAddr, logFilter: 4 });
      const bytesOf = (size: number) => {
        const bytes = new Uint8Array(size);
        for (let at = 0; at < size; at++) bytes[at] = (at ^ (at >> 8) ^ (at >> 16)) & 255;
        return bytes;
      };
      const hex = (bytes: ArrayBuffer) =>
        Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
      const reports: { currentSize: number; totalSize: number }[] = [];
      const onOperationProgress = (report: (typeof reports)[number]) => reports.push(report);
      await client.login({ uid });
      Object.assign(window, {
        transfers: {
          upload: async (size: number) => {
            reports.length = 0;
            const blob = new Blob([bytesOf(size)], { type: 'text/x-of-page' });
            const message = await client.createMediaMessageByUploading(
              blob,
              { fileName: 'page' },
              { onOperationProgress },
            );
            return { mediaId: message.mediaId, reports };
          },
          download: async (mediaId: string) => {
            reports.length = 0;
            const blob = await client.downloadMedia(mediaId, { onOperationProgress });
            const hash = hex(await crypto.subtle.digest('SHA-256', await blob.arrayBuffer()));
            return { hash, type: blob.type, reports };
          },
          cancel: async (size: number) => {
            const controller = new AbortController();
            const blob = new Blob([bytesOf(size)]);
            const call = client.createMediaMessageByUploading(
              blob,
              {},
              { cancelSignal: controller.signal, onOperationProgress: () => controller.abort() },
            );
            return call.then(
              () => 'done',
              ({ name, code }: { name: string; code: number }) => `${name} ${code}`,
            );
          },
          /** Nine uploads, and another login in the same page beside them. */
          crowd: async (size: number) => {
            const blob = new Blob([bytesOf(size)]);
            const uploads = Array.from({ length: 9 }, () => client.createMediaMessageByUploading(blob));
            const began = performance.now();
            const other = sdk.createInstance(appId, { confPriCloudAddr, logFilter: 4 });
            await other.login({ uid: 'beside' });
            const loginMs = performance.now() - began;
            const sizes = (await Promise.all(uploads)).map((message) => message.size);
            await other.logout();
            return { loginMs, sizes };
          },
          /** Sends an image drawn here, and answers what the other side says of it. */
          image: async (peerId: string) => {
            const canvas = document.createElement('canvas');
            canvas.width = 320;
            canvas.height = 200;
            const pngOf = () => new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
            const image = (await pngOf()) as Blob;
            canvas.width = 32;
            canvas.height = 20;
            const thumbnail = (await pngOf()) as Blob;
            const said = new Promise((resolve) => client.on('MessageFromPeer', ({ text }) => resolve(text)));
            const message = await client.createMediaMessageByUploading(image, { messageType: 'IMAGE', thumbnail });
            await client.sendMessageToPeer(message, peerId);
            return said;
          },
        },
      });
    },
    [APP, port, uid] as const,
  );
  type Reports = readonly { readonly currentSize: number; readonly totalSize: number }[];
  const call = <T>(name: string, argument: unknown): Promise<T> =>
    page.evaluate(
      ([name, argument]) =>
        (window as unknown as { transfers: Record<string, (argument: unknown) => unknown> }).transfers[name]?.(
          argument,
        ) as never,
      [name, argument] as const,
    );
  return {
    upload: (size: number) => call<{ mediaId: string; reports: Reports }>('upload', size),
    download: (mediaId: string) => call<{ hash: string; type: string; reports: Reports }>('download', mediaId),
    cancel: (size: number) => call<string>('cancel', size),
    image: (peerId: string) => call<string>('image', peerId),
    crowd: (size: number) => call<{ loginMs: number; sizes: number[] }>('crowd', size),
  };
}

import { expect, test } from 'vitest';
import { act, openStage, waitFor } from '../test/stage.js';
import { useMediaMessage, useRtm } from './index.js';

const stage = openStage();

const file = new Blob(['x'.repeat(100_000)], { type: 'text/plain' });

async function loader() {
  const hook = stage.hookAs('ann', () => ({ rtm: useRtm(), media: useMediaMessage() }));
  await waitFor(() => expect(hook.result.current.rtm.isLoggedIn).toBe(true));
  return hook;
}

test('upload, send, download', async () => {
  const { result } = await loader();
  expect(result.current.media.status).toBe('IDLE');
  const message = await act(() => result.current.media.upload(file, { fileName: 'x.txt' }));
  expect(message).toMatchObject({ messageType: 'FILE', fileName: 'x.txt', size: 100_000 });
  expect(result.current.media).toMatchObject({
    status: 'DONE',
    progress: { currentSize: 100_000, totalSize: 100_000 },
  });
  const blob = await act(() => result.current.media.download(message.mediaId));
  expect(await blob.text()).toBe(await file.text());
  await act(() => expect(result.current.media.download('0'.repeat(32))).rejects.toMatchObject({ code: 4 }));
  expect(result.current.media).toMatchObject({ status: 'FAILED', error: { code: 4 } });
});

test('canceled: by hand, by the next one, and by the end of the component', async () => {
  const { result, unmount } = await loader();
  let first: Promise<unknown> = Promise.resolve();
  let second: Promise<unknown> = Promise.resolve();
  act(() => {
    first = result.current.media.upload(file);
  });
  expect(result.current.media.status).toBe('RUNNING');
  act(() => {
    void first.catch(() => undefined);
    second = result.current.media.upload(file);
  });
  await expect(first).rejects.toMatchObject({ code: 6 });
  act(() => {
    void second.catch(() => undefined);
    result.current.media.cancel();
  });
  await expect(second).rejects.toMatchObject({ code: 6 });
  expect(result.current.media.status).toBe('IDLE');
  const third = result.current.media.upload(file);
  void third.catch(() => undefined);
  unmount();
  await expect(third).rejects.toMatchObject({ code: 6 });
});

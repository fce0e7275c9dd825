/** Files and images on the console page: picked, dropped, pasted; on their way through a slow network; of senders one cannot trust. */
import { readFile, writeFile } from 'node:fs/promises';
import { join as pathOf } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { ArRTM } from './built-sdk.js';
import { complaintsOf, connection, join, logIn, message, openPeer, screenshotsInBothSchemes } from './console-tab.js';
import { useStage } from './harness.js';
import { APP } from './user.js';

const MB = 1024 * 1024;
/** Of the slow network: some seconds for the files here. */
const RATE = 4 * MB;

const stage = useStage();

interface Named {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

/** Bytes that differ from place to place. */
function bytesOf(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at < size; at++) bytes[at] = (at ^ (at >> 8) ^ (at >> 16)) & 255;
  return bytes;
}

function textNamed(name: string): Named {
  return { name, mimeType: 'text/plain', buffer: Buffer.from(`This is ${name}`) };
}

/** A picture with colours that differ from place to place. */
async function drawing(page: Page, name: string, width: number, height: number): Promise<Named> {
  const mimeType = name.endsWith('.png') ? 'image/png' : 'image/jpeg';
  const url = await page.evaluate(
    ([width, height, mimeType]) => {
      const canvas = Object.assign(document.createElement('canvas'), { width, height });
      const context = canvas.getContext('2d') as CanvasRenderingContext2D;
      for (let x = 0; x < width; x += 4) {
        for (let y = 0; y < height; y += 4) {
          context.fillStyle = `hsl(${(x * y) / 300} 70% ${40 + ((x ^ y) % 40)}%)`;
          context.fillRect(x, y, 4, 4);
        }
      }
      return canvas.toDataURL(mimeType);
    },
    [width, height, mimeType] as const,
  );
  return { name, mimeType, buffer: Buffer.from(url.split(',')[1] ?? '', 'base64') };
}

/** By the button, as a person does. */
async function pick(page: Page, to: string, files: string | Named | Named[]): Promise<void> {
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: `Send files to ${to}`, exact: true }).click(),
  ]);
  expect(chooser.isMultiple()).toBe(true);
  await chooser.setFiles(files as string);
}

/** Tells the element of an event that brings files, as dragging or pasting does. */
async function bring(target: Locator, event: 'dragenter' | 'dragover' | 'drop' | 'paste', files: readonly Named[]) {
  const plain = files.map(({ name, mimeType, buffer }) => ({ name, mimeType, content: buffer.toString('base64') }));
  await target.evaluate(
    (element, [event, files]) => {
      const data = new DataTransfer();
      for (const { name, mimeType, content } of files) {
        const bytes = Uint8Array.from(atob(content), (character) => character.charCodeAt(0));
        data.items.add(new File([bytes], name, { type: mimeType }));
      }
      const how = { bubbles: true, cancelable: true };
      element.dispatchEvent(
        event === 'paste'
          ? new ClipboardEvent(event, { ...how, clipboardData: data })
          : new DragEvent(event, { ...how, dataTransfer: data }),
      );
    },
    [event, plain] as const,
  );
}

/** The chat, where files are dropped. */
function chatIn(page: Page, region: 'Peers' | 'Channels'): Locator {
  return page.getByRole('tabpanel', { name: region }).locator('.chat');
}

function progress(page: Page, label: string): Locator {
  return page.getByRole('progressbar', { name: label, exact: true });
}

/** Once some of it is through, and not all. */
async function isUnderWay(page: Page, label: string): Promise<void> {
  const bar = progress(page, label);
  await bar.waitFor();
  await expect.poll(() => bar.evaluate((element) => (element as HTMLProgressElement).position)).toBeGreaterThan(0);
  expect(await bar.evaluate((element) => (element as HTMLProgressElement).position)).toBeLessThan(1);
}

/** What a click on the link saves: under which name, and the bytes. */
async function saved(page: Page, name: string) {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: `Save ${name}`, exact: true }).click(),
  ]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

/** Its size in pixels, once it is loaded. */
async function pixels(image: Locator): Promise<readonly [width: number, height: number]> {
  await image.waitFor();
  return image.evaluate(async (element: HTMLImageElement) => {
    await element.decode();
    return [element.naturalWidth, element.naturalHeight];
  });
}

/** Counts the object URLs that are in use; to be called before the page is loaded. */
async function countObjectUrls(page: Page): Promise<() => Promise<number>> {
  await page.addInitScript(() => {
    const urls = new Set<string>();
    const { createObjectURL, revokeObjectURL } = URL;
    URL.createObjectURL = (of) => {
      const url = createObjectURL.call(URL, of);
      urls.add(url);
      return url;
    };
    URL.revokeObjectURL = (url) => {
      urls.delete(url);
      revokeObjectURL.call(URL, url);
    };
    Object.assign(window, { urls });
  });
  return () => page.evaluate(() => (window as unknown as { urls: Set<string> }).urls.size);
}

/** Users in tabs of one window. */
async function tabs(url: string, ...uids: readonly string[]) {
  const context = await stage.context();
  const complaints: string[][] = [];
  const pages: Page[] = [];
  for (const uid of uids) {
    const page = await stage.window(context);
    complaints.push(complaintsOf(page));
    await page.goto(url);
    await logIn(page, uid);
    pages.push(page);
  }
  return { pages, complaints: () => complaints.flat() };
}

test('a file goes from tab to tab through a slow network, with progress and cancel, byte for byte', async () => {
  const server = await stage.server();
  const proxy = await stage.proxy(server, RATE);
  const { pages, complaints } = await tabs(`http://127.0.0.1:${proxy.port}/`, 'amy', 'ben');
  const [amy, ben] = pages as [Page, Page];
  const bytes = bytesOf(24 * MB);
  const path = pathOf(await stage.tempDir(), 'measured values.bin');
  await writeFile(path, bytes);

  await openPeer(amy, 'ben');
  await pick(amy, 'ben', path);
  await isUnderWay(amy, 'Upload of measured values.bin');
  await amy.getByRole('button', { name: 'Cancel measured values.bin' }).click();
  await message(amy, 'Messages with ben', 'measured values.bin').getByText('canceled, not sent').waitFor();

  await pick(amy, 'ben', path);
  await isUnderWay(amy, 'Upload of measured values.bin');
  await screenshotsInBothSchemes(amy, 'media-upload');
  const sent = message(amy, 'Messages with ben', 'measured values.bin').last();
  await sent.getByText('received', { exact: true }).waitFor();

  const came = message(ben, 'Messages with amy', 'measured values.bin');
  await came.getByText('24.0 MB').waitFor();
  expect(await came.count()).toBe(1);
  const download = came.getByRole('button', { name: 'Download measured values.bin' });
  await download.click();
  await isUnderWay(ben, 'Download of measured values.bin');
  await came.getByRole('button', { name: 'Cancel measured values.bin' }).click();
  await came.getByText('download canceled').waitFor();
  // By the keyboard as well.
  await download.press('Enter');
  await came.getByRole('link', { name: 'Save measured values.bin' }).waitFor();
  const file = await saved(ben, 'measured values.bin');
  expect([file.name, file.bytes.equals(bytes)]).toEqual(['measured values.bin', true]);
  expect(complaints()).toEqual([]);
});

test('an image shows small on both sides, and whole once it is downloaded', async () => {
  const server = await stage.server();
  const { pages, complaints } = await tabs(server.url, 'amy', 'ben');
  const [amy, ben] = pages as [Page, Page];
  const urlsOfBen = await countObjectUrls(ben);
  await ben.reload();
  await logIn(ben, 'ben');
  const [roses, tulips] = [await drawing(amy, 'roses.png', 640, 400), await drawing(amy, 'tulips.jpg', 300, 600)];

  await openPeer(amy, 'ben');
  await pick(amy, 'ben', [roses, tulips, textNamed('notes.txt')]);
  for (const name of ['roses.png', 'tulips.jpg', 'notes.txt']) {
    await message(amy, 'Messages with ben', name).getByText('received', { exact: true }).waitFor();
  }
  expect(await pixels(amy.getByRole('img', { name: 'Thumbnail of roses.png' }))).toEqual([160, 100]);
  expect(await pixels(ben.getByRole('img', { name: 'Thumbnail of roses.png' }))).toEqual([160, 100]);
  expect(await pixels(ben.getByRole('img', { name: 'Thumbnail of tulips.jpg' }))).toEqual([80, 160]);
  const came = message(ben, 'Messages with amy', 'notes.txt');
  expect(await came.getByRole('img').count()).toBe(0);
  // The log stays at its end, also behind images that are loaded later.
  const isAtEnd = (list: Element) => list.scrollTop + list.clientHeight >= list.scrollHeight - 1;
  await expect.poll(() => ben.getByRole('log', { name: 'Messages with amy' }).evaluate(isAtEnd)).toBe(true);
  const events = ben.getByRole('log', { name: 'Events' });
  await events
    .getByText(/"thumbnail": "Blob\(\d+ bytes, image\/(png|jpeg)\)"/)
    .first()
    .waitFor();
  await screenshotsInBothSchemes(amy, 'media-sent');

  for (const file of [roses, tulips]) {
    await ben.getByRole('button', { name: `Download ${file.name}` }).click();
    const whole = ben.getByRole('img', { name: `Image ${file.name}` });
    expect(await pixels(whole)).toEqual(file === roses ? [640, 400] : [300, 600]);
    expect(await ben.getByRole('img', { name: `Thumbnail of ${file.name}` }).count()).toBe(0);
    const { name, bytes } = await saved(ben, file.name);
    expect([name, bytes.equals(file.buffer)]).toEqual([file.name, true]);
  }
  await screenshotsInBothSchemes(ben, 'media-received');

  // Two images and two links; nothing is left of them when nobody sees them.
  expect(await urlsOfBen()).toBe(4);
  await openPeer(ben, 'cat');
  await ben.getByText('No messages yet.').waitFor();
  expect(await urlsOfBen()).toBe(0);
  await ben.getByRole('button', { name: 'amy', exact: true }).click();
  expect(await pixels(ben.getByRole('img', { name: 'Image roses.png' }))).toEqual([640, 400]);
  expect(complaints()).toEqual([]);
});

test('files are dropped on a chat, and images pasted into the text field', async () => {
  const server = await stage.server();
  const { pages, complaints } = await tabs(server.url, 'amy', 'ben');
  const [amy, ben] = pages as [Page, Page];
  for (const page of pages) await join(page, 'garden');
  const chat = chatIn(amy, 'Channels');
  const files = [textNamed('first.txt'), textNamed('second.txt')];

  await bring(chat, 'dragenter', files);
  await bring(chat, 'dragover', files);
  await amy.getByText('Drop to send to garden').waitFor();
  await screenshotsInBothSchemes(amy, 'media-drop');
  await bring(chat, 'drop', files);
  await amy.getByText('Drop to send to garden').waitFor({ state: 'detached' });
  for (const { name } of files) {
    await message(amy, 'Messages in garden', name).getByText('accepted').waitFor();
    await message(ben, 'Messages in garden', name).waitFor();
  }

  const field = amy.getByRole('textbox', { name: 'Message to garden' });
  await bring(field, 'paste', [await drawing(amy, 'image.png', 200, 100)]);
  await message(amy, 'Messages in garden', 'image.png').getByText('accepted').waitFor();
  expect(await pixels(ben.getByRole('img', { name: 'Thumbnail of image.png' }))).toEqual([160, 80]);

  // Office programs put an image beside the text: the text is what is meant.
  const isTaken = await field.evaluate((element) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', 'cells');
    clipboardData.setData('text/html', '<table></table>');
    clipboardData.items.add(new File(['x'], 'cells.png', { type: 'image/png' }));
    return !element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  });
  expect(isTaken).toBe(false);

  // Elsewhere a drop changes nothing: the browser would open the file.
  const refused = await amy.evaluate(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(['x'], 'x.txt'));
    return !document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
  });
  expect(refused).toBe(true);
  expect(complaints()).toEqual([]);
});

test('a file waits for a peer who is away', async () => {
  const server = await stage.server();
  const { pages } = await tabs(server.url, 'amy');
  const [amy] = pages as [Page];
  await openPeer(amy, 'cat');
  await pick(amy, 'cat', textNamed('lost.txt'));
  await message(amy, 'Messages with cat', 'lost.txt').getByText('not received', { exact: true }).waitFor();
  await amy.getByLabel('Store while the peer is offline').check();
  await pick(amy, 'cat', textNamed('kept.txt'));
  await message(amy, 'Messages with cat', 'kept.txt').getByText('not received', { exact: true }).waitFor();
  const { pages: others } = await tabs(server.url, 'cat');
  const came = message(others[0] as Page, 'Messages with amy', '.txt');
  await came.getByText('offline message').waitFor();
  expect(await came.getByText('kept.txt', { exact: true }).count()).toBe(1);
});

test('of many files some wait; all arrive but those that are canceled while they wait', async () => {
  const server = await stage.server();
  const proxy = await stage.proxy(server, MB);
  const { pages, complaints } = await tabs(`http://127.0.0.1:${proxy.port}/`, 'amy', 'ben');
  const [amy, ben] = pages as [Page, Page];
  await openPeer(amy, 'ben');
  const files = Array.from({ length: 12 }, (_, at) => ({
    ...textNamed(`file ${at + 1}.txt`),
    buffer: bytesOf(MB + at),
  }));
  await pick(amy, 'ben', files);
  for (const name of ['file 11.txt', 'file 12.txt']) {
    const line = message(amy, 'Messages with ben', name);
    await line.getByText('waiting').waitFor();
    await line.getByRole('button', { name: `Cancel ${name}` }).click();
    await line.getByText('canceled, not sent').waitFor();
  }
  await screenshotsInBothSchemes(amy, 'media-waiting');
  for (const { name } of files.slice(0, 10)) {
    await message(amy, 'Messages with ben', name).last().getByText('received', { exact: true }).waitFor();
  }
  const names = await ben.getByRole('log', { name: 'Messages with amy' }).locator('.name').allTextContents();
  expect(new Set(names)).toEqual(new Set(files.slice(0, 10).map(({ name }) => name)));

  // As many downloads at a time.
  for (const { name } of files.slice(0, 10)) {
    await ben.getByRole('button', { name: `Download ${name}`, exact: true }).click();
  }
  for (const { name, buffer } of files.slice(0, 10)) {
    expect((await saved(ben, name)).bytes.equals(buffer), name).toBe(true);
  }
  expect(complaints()).toEqual([]);
});

test('leaving a channel and logging out end what is under way', async () => {
  const server = await stage.server();
  const proxy = await stage.proxy(server, MB);
  const { pages, complaints } = await tabs(`http://127.0.0.1:${proxy.port}/`, 'amy', 'ben');
  const [amy, ben] = pages as [Page, Page];
  for (const page of pages) await join(page, 'garden');
  // By its path: the browser would get 20 MB as text otherwise, which takes a busy machine many seconds.
  const large = pathOf(await stage.tempDir(), 'large.bin');
  await writeFile(large, bytesOf(20 * MB));

  await pick(amy, 'garden', large);
  await isUnderWay(amy, 'Upload of large.bin');
  await amy.getByRole('button', { name: 'Leave garden' }).click();
  await progress(amy, 'Upload of large.bin').waitFor({ state: 'detached' });
  const bytesThen = proxy.bytesUp;
  await join(amy, 'garden');
  await pick(amy, 'garden', { ...textNamed('next.bin'), buffer: bytesOf(2 * MB) });
  await message(ben, 'Messages in garden', 'next.bin').waitFor();
  // In the time of that one, as much again would have gone up on the other connection.
  expect(proxy.bytesUp - bytesThen).toBeLessThan(3 * MB);

  await pick(amy, 'garden', large);
  await isUnderWay(amy, 'Upload of large.bin');
  await amy.getByRole('button', { name: 'Log out' }).click();
  await connection(amy, 'DISCONNECTED LOGOUT').waitFor();
  await amy.getByRole('button', { name: 'Log in' }).click();
  await connection(amy, 'CONNECTED LOGIN_SUCCESS').waitFor();
  await join(amy, 'garden');
  expect(await amy.getByRole('log', { name: 'Messages in garden' }).getByRole('article').count()).toBe(0);
  await pick(amy, 'garden', textNamed('after.txt'));
  await message(ben, 'Messages in garden', 'after.txt').waitFor();
  expect(await message(ben, 'Messages in garden', 'large.bin').count()).toBe(0);
  expect(complaints()).toEqual([]);
});

test('what could not be sent or fetched says so in words, with the code', async () => {
  const server = await stage.server();
  const { pages, complaints } = await tabs(server.url, 'amy');
  const [amy] = pages as [Page];
  await openPeer(amy, 'ben');
  const path = pathOf(await stage.tempDir(), 'huge.bin');
  await writeFile(path, Buffer.alloc(32 * MB + 1));
  await pick(amy, 'ben', path);
  await message(amy, 'Messages with ben', 'huge.bin')
    .getByText(/^not sent: .*too large.*code 4\b/)
    .waitFor();
  await pick(amy, 'ben', { ...textNamed('empty.txt'), buffer: Buffer.alloc(0) });
  await message(amy, 'Messages with ben', 'empty.txt')
    .getByText(/^not sent: .*empty.*code 2\b/)
    .waitFor();
  expect(complaints()).toEqual([]);

  const fay = ArRTM.createInstance(APP, {
    confPriCloudAddr: { ServerAdd: '127.0.0.1', Port: server.port, Wss: false },
    logFilter: ArRTM.LOG_FILTER_OFF,
  });
  await fay.login({ uid: 'fay' });
  const gone = { mediaId: '0'.repeat(32), fileName: 'gone.txt', description: '', thumbnail: undefined, size: 9 };
  await fay.sendMessageToPeer({ ...gone, messageType: 'FILE' }, 'amy');
  await amy.getByRole('button', { name: /^fay/ }).click();
  await amy.getByRole('button', { name: 'Download gone.txt' }).click();
  await message(amy, 'Messages with fay', 'gone.txt')
    .getByText(/^not downloaded: .*code 4\b/)
    .waitFor();
  await screenshotsInBothSchemes(amy, 'media-failed');
  await fay.logout();
});

test('pages and SVG of others do not run, and names cannot mislead', async () => {
  const server = await stage.server();
  const { pages, complaints } = await tabs(server.url, 'amy');
  const [amy] = pages as [Page];
  const eve = ArRTM.createInstance(APP, {
    confPriCloudAddr: { ServerAdd: '127.0.0.1', Port: server.port, Wss: false },
    logFilter: ArRTM.LOG_FILTER_OFF,
  });
  await eve.login({ uid: 'eve' });
  const html = new Blob(['<!doctype html><script>document.title = "ran"; opener.ran = true</script>'], {
    type: 'text/html',
  });
  const script = 'parent.ran = window.ran = true';
  const text = `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" onload="${script}"><script>${script}</script></svg>`;
  const svg = new Blob([text], { type: 'image/svg+xml' });
  const upload = async (blob: Blob, fileName: string, more: object) =>
    eve.sendMessageToPeer(await eve.createMediaMessageByUploading(blob, { fileName, ...more }), 'amy');
  await upload(html, 'page.html', {});
  // Images by their message only, small ones too.
  await upload(html, 'picture.html', { messageType: 'IMAGE', thumbnail: html });
  await upload(svg, 'drawing.svg', { messageType: 'IMAGE', thumbnail: svg });
  await upload(svg, 'false.png', { messageType: 'IMAGE', thumbnail: new Blob([text], { type: 'image/png' }) });
  await upload(new Blob(['MZ']), 'photo\u202egnp.exe', { description: '<b>not bold</b>' });

  await upload(new Blob(['x']), `${'long'.repeat(500)}.exe`, {});

  const list = amy.getByRole('log', { name: 'Messages with eve' });
  await list.getByText(/^long.*….*long\.exe$/).waitFor();
  await list.getByText('photo\ufffdgnp.exe').waitFor();
  await list.getByText('<b>not bold</b>').waitFor();
  await list.getByText('This is no image that can be shown.').waitFor();
  for (const name of ['page.html', 'picture.html', 'drawing.svg', 'false.png', 'photo\ufffdgnp.exe']) {
    await list.getByRole('button', { name: `Download ${name}` }).click();
    await list.getByRole('link', { name: `Save ${name}` }).waitFor();
  }
  expect(await list.getByRole('img').count()).toBe(0);
  await screenshotsInBothSchemes(amy, 'media-hostile');
  expect(await list.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0);
  const { name, bytes } = await saved(amy, 'page.html');
  expect([name, bytes.toString()]).toEqual(['page.html', await html.text()]);

  // Opened in a tab of its own, as a click with the middle button does, it is saved and not shown.
  for (const name of ['page.html', 'drawing.svg']) {
    const link = list.getByRole('link', { name: `Save ${name}` });
    const popup = amy.waitForEvent('popup');
    await link.evaluate((element: HTMLAnchorElement) => void open(element.href));
    const opened = await popup;
    await expect.poll(() => opened.isClosed() || opened.url() === 'about:blank' || opened.url() === '').toBe(true);
    await opened.close();
  }
  expect(await amy.evaluate(() => [document.title, 'ran' in window])).toEqual(['ArRTM console', false]);
  expect(complaints()).toEqual([]);
  await eve.logout();
});

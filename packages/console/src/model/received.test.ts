import { expect, test } from 'vitest';
import { contentOf } from './received.js';

test('texts are texts, raw messages are bytes with a description', () => {
  expect(contentOf({ text: 'hello', messageType: 'TEXT' })).toEqual({ text: 'hello' });
  const raw = { rawMessage: new Uint8Array(3), description: 'of mine', messageType: 'RAW' } as const;
  expect(contentOf(raw)).toEqual({ text: 'of mine', bytes: new Uint8Array(3) });
});

test('files and images have what is known of the file; an empty thumbnail is none', () => {
  const said = { mediaId: 'id', fileName: 'a.png', description: 'roses', size: 9 };
  const shown = { mediaId: 'id', name: 'a.png', description: 'roses', size: 9 };
  const file = { ...said, thumbnail: new Blob(), messageType: 'FILE' } as const;
  expect(contentOf(file)).toEqual({ text: '', file: { ...shown, isImage: false, thumbnail: undefined } });

  const thumbnail = new Blob(['x'], { type: 'image/png' });
  const sizes = { width: 1, height: 1, thumbnailWidth: 1, thumbnailHeight: 1 };
  const image = { ...said, ...sizes, thumbnail, messageType: 'IMAGE' } as const;
  expect(contentOf(image)).toEqual({ text: '', file: { ...shown, isImage: true, thumbnail } });
});

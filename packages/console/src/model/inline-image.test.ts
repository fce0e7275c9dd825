import { expect, test } from 'vitest';
import { isShownInline } from './inline-image.js';

test('pixels are shown, documents never', () => {
  const of = (type: string) => isShownInline(new Blob([], { type }));
  expect(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/bmp', 'IMAGE/PNG'].every(of)).toBe(true);
  expect(['image/svg+xml', 'text/html', 'image/png; x', 'image/', ''].some(of)).toBe(false);
});

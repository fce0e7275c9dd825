const SHOWN: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/bmp']);

/** Whether it may be shown in the page: pixels only. SVG is a document, whose sender could put anything into it. */
export function isShownInline({ type }: Blob): boolean {
  return SHOWN.has(type);
}

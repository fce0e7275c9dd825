/** The two ways to count a text (api.md 5.3). */

/** Length of the UTF-8 encoding, without encoding it. A lone surrogate counts 3, as its replacement character does. */
export function utf8Bytes(text: string): number {
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.codePointAt(i) as number;
    // A pair of surrogates is one character.
    if (code > 0xffff) i++;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code > 0xffff ? 4 : 3;
  }
  return bytes;
}

/** The count of the published 1.0.15: every UTF-16 unit is 1, those in U+4E00..U+9FA5 are 2 (wire-protocol.md 9.3). */
export function legacyTextSize(text: string): number {
  let size = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0x4e00 && unit <= 0x9fa5) size++;
  }
  return size;
}

/** Whether a text is not above `limit` by either count, so that nothing that worked before fails now. */
export function textFits(text: string, limit: number): boolean {
  // Three bytes per unit is the most UTF-8 can need: short texts need no counting.
  return text.length * 3 <= limit || utf8Bytes(text) <= limit || legacyTextSize(text) <= limit;
}

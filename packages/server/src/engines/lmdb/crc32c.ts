/** CRC-32C (Castagnoli), eight bytes a step. Node 20 has only CRC-32 (zlib.crc32), whose polynomial is another. */
const POLYNOMIAL = 0x82f63b78;

function makeTables(): readonly Uint32Array[] {
  const first = new Uint32Array(256);
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    first[byte] = crc >>> 0;
  }
  const tables = [first];
  for (let slice = 1; slice < 8; slice += 1) {
    const before = tables[slice - 1] as Uint32Array;
    tables.push(Uint32Array.from(before, (crc) => (crc >>> 8) ^ (first[crc & 0xff] as number)));
  }
  return tables;
}

const [T0, T1, T2, T3, T4, T5, T6, T7] = makeTables() as [
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
];

/** The checksum of `bytes`; give the result for earlier bytes as `before` to go on from there. Unsigned 32 bits. */
export function crc32c(bytes: Uint8Array, before = 0): number {
  let crc = ~before;
  let at = 0;
  const whole = bytes.length - (bytes.length % 8);
  // The indexes are in range, so no value is undefined; `| 0` says so to the compiler at no cost.
  const b = bytes as { readonly [index: number]: number };
  const t = (table: Uint32Array, index: number): number => (table as { readonly [index: number]: number })[index] ?? 0;
  while (at < whole) {
    crc ^= (b[at] ?? 0) | ((b[at + 1] ?? 0) << 8) | ((b[at + 2] ?? 0) << 16) | ((b[at + 3] ?? 0) << 24);
    crc =
      t(T7, crc & 0xff) ^
      t(T6, (crc >>> 8) & 0xff) ^
      t(T5, (crc >>> 16) & 0xff) ^
      t(T4, crc >>> 24) ^
      t(T3, b[at + 4] ?? 0) ^
      t(T2, b[at + 5] ?? 0) ^
      t(T1, b[at + 6] ?? 0) ^
      t(T0, b[at + 7] ?? 0);
    at += 8;
  }
  for (; at < bytes.length; at += 1) crc = (crc >>> 8) ^ t(T0, (crc ^ (b[at] ?? 0)) & 0xff);
  return ~crc >>> 0;
}

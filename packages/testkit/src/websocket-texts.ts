/** Text frames of what a server wrote, with their size on the wire; pings are left out. */
export function textsOf(frames: Uint8Array): { readonly text: string; readonly bytes: number }[] {
  const buffer = Buffer.from(frames.buffer, frames.byteOffset, frames.byteLength);
  const texts: { text: string; bytes: number }[] = [];
  for (let at = 0; at < buffer.length; ) {
    const start = at;
    const opcode = buffer.readUInt8(at) & 0x0f;
    let length = buffer.readUInt8(at + 1);
    at += 2;
    if (length === 126) {
      length = buffer.readUInt16BE(at);
      at += 2;
    } else if (length === 127) {
      length = Number(buffer.readBigUInt64BE(at));
      at += 8;
    }
    if (opcode === 1) texts.push({ text: buffer.toString('utf8', at, at + length), bytes: at + length - start });
    at += length;
  }
  return texts;
}

/** Entries of zip files that are stored as they are, which is how `.keras` files are written. */

const localHeader = 0x04034b50;

/** The bytes of an entry. Throws where there is none of that name before the first that is compressed. */
export function entryOf(archive: Uint8Array, name: string): Uint8Array {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  let at = 0;
  while (view.getUint32(at, true) === localHeader) {
    const [method, size] = [view.getUint16(at + 8, true), view.getUint32(at + 18, true)];
    const [nameLength, extraLength] = [view.getUint16(at + 26, true), view.getUint16(at + 28, true)];
    const start = at + 30 + nameLength + extraLength;
    if (method !== 0) break;
    const found = new TextDecoder().decode(archive.subarray(at + 30, at + 30 + nameLength));
    if (found === name) return archive.subarray(start, start + size);
    at = start + size;
  }
  throw new Error(`there is no stored entry ${name} in the archive`);
}

// zstd-frames.ts: whether bytes are whole zstd frames (RFC 8878), because the decompressor takes a cut-off one for empty.

/** Walks the headers of frames and blocks; nothing is decompressed. */
export function zstdIsWhole(bytes: Uint8Array): boolean {
  if (bytes.byteLength === 0) return false
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  while (at < bytes.byteLength) {
    const end = frameEnd(view, at)
    if (end < 0 || end > bytes.byteLength) return false
    at = end
  }
  return true
}

/** Where the frame at `at` ends; -1 when it is cut off or none. The end itself may lie beyond the bytes. */
function frameEnd(view: DataView, at: number): number {
  if (at + 5 > view.byteLength) return -1
  const magic = view.getUint32(at, true)
  if (magic >= 0x184d2a50 && magic <= 0x184d2a5f) {
    return at + 8 > view.byteLength ? -1 : at + 8 + view.getUint32(at + 4, true)
  }
  if (magic !== 0xfd2fb528) return -1
  const descriptor = view.getUint8(at + 4)
  const singleSegment = (descriptor & 0x20) !== 0
  const windowBytes = singleSegment ? 0 : 1
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3]!
  const sizeBytes = [singleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6]!
  const checksumBytes = (descriptor & 4) === 0 ? 0 : 4
  let block = at + 5 + windowBytes + dictionaryBytes + sizeBytes
  for (;;) {
    if (block + 3 > view.byteLength) return -1
    const header = view.getUint16(block, true) | (view.getUint8(block + 2) << 16)
    const type = (header >> 1) & 3
    if (type === 3) return -1
    // A run-length block is one byte, whatever its size.
    block += 3 + (type === 1 ? 1 : header >> 3)
    if ((header & 1) === 1) return block + checksumBytes
  }
}

// inflated-size.ts: how large a compressed body says it will be, so that room is asked for before it is made.

/** What a body of a kind that says nothing is taken for: telemetry compresses about so much. */
const usualRatio = 8

/**
 * The bytes of a body once decompressed, by its own word: gzip ends with it. It may lie, so that this is a forecast, and the
 * decompressor's bound is what protects us.
 *
 * @param encoding the Content-Encoding, `null` when there is none.
 */
export function forecastBytes(encoding: string | null, body: Uint8Array, bytesMax: number): number {
  const name = (encoding ?? '').trim().toLowerCase()
  if (name === '' || name === 'identity') return body.byteLength
  if (!/^(x-)?gzip$/.test(name) || body.byteLength < 18) return Math.min(bytesMax, body.byteLength * usualRatio)
  const said = new DataView(body.buffer, body.byteOffset, body.byteLength).getUint32(body.byteLength - 4, true)
  return Math.min(bytesMax, said)
}

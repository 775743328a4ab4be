// http-body.ts: the body of an HTTP request, bounded while it comes.
import { BusyError, type Place } from './admission.ts'
import { TooLargeError } from './decompress.ts'

/** The client went away or cut the body off; there is nobody to answer. */
export class AbortedError extends Error {
  override name = 'AbortedError'
}

/** Bodies up to this size are taken in one piece, as they come in one or two packets; larger ones are counted as they come. */
const onePieceBytesMax = 256 * 1024

/** The size that a request says its body has; `undefined` when it comes in chunks. */
export function announcedBytes(request: Request): number | undefined {
  const header = request.headers.get('content-length')
  return header === null ? undefined : Number(header)
}

/**
 * Reads a body of at most `bytesMax` bytes. Its place holds what has come: what a slow client has sent waits in memory,
 * what it has only announced does not.
 *
 * @throws TooLargeError, BusyError, AbortedError
 */
export async function readBody(request: Request, bytesMax: number, place: Place): Promise<Uint8Array> {
  const announced = announcedBytes(request) ?? Number.NaN
  if (announced > bytesMax) throw tooLarge(bytesMax)
  if (!(announced <= onePieceBytesMax)) return readChunks(request, bytesMax, place)
  let body: Uint8Array
  try {
    body = new Uint8Array(await request.arrayBuffer())
  } catch {
    throw new AbortedError('the body ended before it was whole')
  }
  await place.hold(body.byteLength)
  return body
}

async function readChunks(request: Request, bytesMax: number, place: Place): Promise<Uint8Array> {
  const reader = request.body?.getReader()
  if (!reader) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let bytes = 0
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      bytes += value.byteLength
      if (bytes > bytesMax) throw tooLarge(bytesMax)
      await place.hold(bytes)
      chunks.push(value)
    }
  } catch (error) {
    reader.cancel().catch(() => {})
    if (error instanceof TooLargeError || error instanceof BusyError) throw error
    throw new AbortedError('the body ended before it was whole')
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, bytes)
}

/** 413: no body of this size is taken, now or later. */
export function tooLarge(bytesMax: number): TooLargeError {
  return new TooLargeError(`the body is larger than ${bytesMax} bytes (--max-body)`)
}

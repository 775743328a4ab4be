// http-body.ts: the body of an HTTP request, bounded while it comes.
import { TooLargeError } from './decompress.ts'

/** Too much is being received at once: 503. */
export class BusyError extends Error {
  override name = 'BusyError'
}

/** The client went away or cut the body off; there is nobody to answer. */
export class AbortedError extends Error {
  override name = 'AbortedError'
}

/** Bodies up to this size are taken in one piece, as they come in one or two packets; larger ones are counted as they come. */
const onePieceBytesMax = 256 * 1024

/**
 * Reads bodies of at most `bytesMax` bytes, and of at most `allBytesMax` at one time: what a slow client has sent waits
 * in memory, what it has only announced does not.
 */
export type BodyReader = {
  read(request: Request): Promise<Uint8Array>
  /** Gives back the memory of a body that was read. */
  release(body: Uint8Array): void
}

export function createBodyReader(bytesMax: number, allBytesMax: number): BodyReader {
  let held = 0

  function hold(bytes: number): void {
    if (held + bytes > allBytesMax) throw new BusyError('too many bytes are being received at once')
    held += bytes
  }

  async function readChunks(request: Request): Promise<Uint8Array> {
    const reader = request.body?.getReader()
    if (!reader) return new Uint8Array()
    const chunks: Uint8Array[] = []
    let bytes = 0
    try {
      for (;;) {
        const { done, value } = await reader.read()
        if (done) break
        if (bytes + value.byteLength > bytesMax) throw tooLarge(bytesMax)
        hold(value.byteLength)
        bytes += value.byteLength
        chunks.push(value)
      }
    } catch (error) {
      held -= bytes
      reader.cancel().catch(() => {})
      if (error instanceof TooLargeError || error instanceof BusyError) throw error
      throw new AbortedError('the body ended before it was whole')
    }
    return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, bytes)
  }

  return {
    async read(request) {
      const announced = Number(request.headers.get('content-length') ?? Number.NaN)
      if (announced > bytesMax) throw tooLarge(bytesMax)
      if (!(announced <= onePieceBytesMax)) return readChunks(request)
      let body: Uint8Array
      try {
        body = new Uint8Array(await request.arrayBuffer())
      } catch {
        throw new AbortedError('the body ended before it was whole')
      }
      hold(body.byteLength)
      return body
    },
    release(body) {
      held -= body.byteLength
    },
  }
}

function tooLarge(bytesMax: number): TooLargeError {
  return new TooLargeError(`the body is larger than ${bytesMax} bytes (--max-body)`)
}

// decompress.ts: the content encodings of OTLP, bounded: a few bytes may claim to be gigabytes.
import { promisify } from 'node:util'
import {
  gunzip,
  gunzipSync,
  inflate,
  inflateRaw,
  inflateRawSync,
  inflateSync,
  type ZlibOptions,
  zstdDecompress,
} from 'node:zlib'
import { zstdIsWhole } from './zstd-frames.ts'

/** The body is larger than allowed once decompressed: 413. */
export class TooLargeError extends Error {
  override name = 'TooLargeError'
}

/** The body is not what its Content-Encoding says, or is cut off: 400. */
export class CorruptError extends Error {
  override name = 'CorruptError'
}

/** We do not know the Content-Encoding: 415. */
export class UnknownEncodingError extends Error {
  override name = 'UnknownEncodingError'
}

type Codec = {
  sync?: (bytes: Uint8Array, options: ZlibOptions) => Buffer
  async: (bytes: Uint8Array, options: ZlibOptions) => Promise<Buffer>
  /** How many times larger than its input the output can be. */
  ratioMax: number
  /** Finds what the decompressor overlooks. */
  check?: (bytes: Uint8Array) => void
}

const deflateRatioMax = 1032
const gzip: Codec = { sync: gunzipSync, async: promisify(gunzip), ratioMax: deflateRatioMax }
const zlib: Codec = { sync: inflateSync, async: promisify(inflate), ratioMax: deflateRatioMax }
const raw: Codec = { sync: inflateRawSync, async: promisify(inflateRaw), ratioMax: deflateRatioMax }
const zstd: Codec = {
  async: promisify(zstdDecompress) as Codec['async'],
  ratioMax: Number.POSITIVE_INFINITY,
  check: (bytes) => {
    if (!zstdIsWhole(bytes)) throw new CorruptError('the zstd body is cut off or not zstd')
  },
}

/** From this much garbage on, collecting it at once is worth its 20 to 50 ms. */
const garbageBytesMin = 16 * 1024 * 1024

/** Below this even the worst input is done in about 10 ms, and going to another thread costs more than the work. */
const syncBytesMax = 8 * 1024

/**
 * Whether we know a Content-Encoding. Lists such as `gzip, gzip` are none that an exporter sends.
 *
 * @param encoding the header, `null` when there is none.
 */
export function knowsEncoding(encoding: string | null): boolean {
  return /^(|identity|gzip|x-gzip|deflate|zstd)$/i.test((encoding ?? '').trim())
}

/** Decompresses one body. */
export type Decompress = (encoding: string | null, body: Uint8Array) => Promise<Uint8Array>

/**
 * A decompressor whose results have at most `bytesMax` bytes, and which is never busy with more than twice that at one
 * time: twenty bombs at once take turns instead of memory.
 */
export function createDecompressor(bytesMax: number): Decompress {
  const memory = new Turns(2 * bytesMax)
  return async (encoding, body) => {
    const name = (encoding ?? '').trim().toLowerCase()
    if (name === '' || name === 'identity') {
      if (body.byteLength > bytesMax) throw new TooLargeError(tooLarge(bytesMax))
      return body
    }
    const codec = codecOf(name, body)
    codec.check?.(body)
    // Few large pieces for a large body: twice as fast as zlib's own 16 KiB.
    const chunkSize = Math.min(256 * 1024, Math.max(16 * 1024, 8 * body.byteLength))
    const options = { maxOutputLength: bytesMax, chunkSize }
    const claim = Math.min(bytesMax, body.byteLength * codec.ratioMax)
    try {
      if (codec.sync && body.byteLength <= syncBytesMax) return codec.sync(body, options)
      return await memory.with(claim, () => codec.async(body, options))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
        // What the bomb had already made is garbage of up to `bytesMax`, which the collector would let pile up: twenty
        // bombs took 600 MB more without this, 230 MB with it.
        if (claim >= garbageBytesMin) Bun.gc(true)
        throw new TooLargeError(tooLarge(bytesMax))
      }
      throw new CorruptError(`the body is not valid ${name}: ${(error as Error).message}`)
    }
  }
}

function tooLarge(bytesMax: number): string {
  return `the decompressed body is larger than ${bytesMax} bytes (--max-body)`
}

function codecOf(name: string, body: Uint8Array): Codec {
  if (name === 'gzip' || name === 'x-gzip') return gzip
  if (name === 'zstd') return zstd
  // RFC 9110 means zlib by "deflate", but many clients send the bare stream.
  if (name === 'deflate') return isZlib(body) ? zlib : raw
  throw new UnknownEncodingError(`Content-Encoding ${name.slice(0, 40)} is not known; use gzip, deflate, zstd or none`)
}

function isZlib(body: Uint8Array): boolean {
  const [method = 0, flags = 0] = body
  return (method & 0x0f) === 8 && method >> 4 <= 7 && ((method << 8) | flags) % 31 === 0
}

/** Lets work begin in order while the sum of its claims stays within a limit. */
class Turns {
  private claimed = 0
  private readonly waiting: { claim: number; begin: () => void }[] = []

  constructor(private readonly limit: number) {}

  async with<T>(claim: number, work: () => Promise<T>): Promise<T> {
    await new Promise<void>((begin) => {
      this.waiting.push({ claim, begin })
      this.next()
    })
    try {
      return await work()
    } finally {
      this.claimed -= claim
      this.next()
    }
  }

  private next(): void {
    for (let first = this.waiting[0]; first; first = this.waiting[0]) {
      if (this.claimed > 0 && this.claimed + first.claim > this.limit) return
      this.waiting.shift()
      this.claimed += first.claim
      first.begin()
    }
  }
}

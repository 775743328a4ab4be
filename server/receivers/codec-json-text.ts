// codec-json-text.ts: the bytes of a JSON body → its values, with every long integer exact and no nesting that could hurt.
import { DecodeError } from './codec-batch.ts'
import { TooManyError } from './codec-budget.ts'

/** JSON values; objects come from JSON.parse, so that `__proto__` is an own key like any other. */
export type Json = null | boolean | number | string | Json[] | JsonObject
export type JsonObject = { [key: string]: Json | undefined }

/**
 * Brackets may nest this deep. A value nested to the limit of {@link valueDepthMax} takes four brackets a level; more
 * can only be meant to exhaust a stack.
 */
export const bracketDepthMax = 500

/** Objects and lists of one text; 64 MiB of attributes without anything else have 3.7 million. */
const bracketsMax = 5_000_000

/** A `number` holds every integer of 15 digits. */
const exactDigits = 15

/**
 * Parses a body. Integers of 16 and more digits come back as strings of those digits (the protobuf JSON mapping allows
 * either for 64-bit fields), because a `number` would round nanoseconds; finding and quoting them costs a few percent,
 * where a reviver with source texts doubles the time. Bytes that are not UTF-8 become U+FFFD; a byte order mark is
 * allowed.
 *
 * @throws DecodeError for anything that is not one JSON text.
 */
export function parseJson(body: Uint8Array): Json {
  const start = body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? 3 : 0
  const bytes = Buffer.from(body.buffer, body.byteOffset + start, body.byteLength - start)
  const text = quoteLongIntegers(bytes).toString('utf8')
  try {
    return JSON.parse(text) as Json
  } catch (error) {
    // The engine quotes what it stumbled over; nothing of what was sent goes into an answer or a log.
    throw new DecodeError(`the body is not JSON: ${(error as Error).message.replace(/['"].*['"]/s, '…').slice(0, 200)}`)
  }
}

const quote = 0x22
const backslash = 0x5c

/** The same JSON with quotes around long numbers; checks the nesting on the way. */
function quoteLongIntegers(bytes: Buffer): Buffer {
  const cuts = findLongIntegers(bytes)
  if (cuts.length === 0) return bytes
  const out = Buffer.allocUnsafe(bytes.length + cuts.length)
  let from = 0
  let to = 0
  for (const cut of cuts) {
    to += bytes.copy(out, to, from, cut)
    out[to++] = quote
    from = cut
  }
  bytes.copy(out, to, from)
  return out
}

/** Where quotes must go in: before and after each long number, in order. */
function findLongIntegers(bytes: Buffer): number[] {
  const cuts: number[] = []
  const length = bytes.length
  let depth = 0
  let brackets = 0
  let i = 0
  while (i < length) {
    const byte = bytes[i]!
    i++
    if (byte === quote) {
      for (;;) {
        const inside = bytes[i]
        if (inside === quote || inside === undefined) break
        i += inside === backslash ? 2 : 1
      }
      i++
    } else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > bracketDepthMax) throw new DecodeError(`brackets nest deeper than ${bracketDepthMax}`)
      if (++brackets > bracketsMax)
        throw new TooManyError('the JSON has too many objects and lists; send smaller batches')
    } else if (byte === 0x7d || byte === 0x5d) depth--
    else if (byte >= 0x30 && byte <= 0x39) {
      const begin = i - 1
      while (isNumeric(bytes[i])) i++
      if (i - begin > exactDigits) cut(bytes, begin, i, cuts)
    }
  }
  return cuts
}

function cut(bytes: Buffer, begin: number, end: number, cuts: number[]): void {
  const start = bytes[begin - 1] === 0x2d ? begin - 1 : begin
  const token = bytes.toString('latin1', start, end)
  // Anything else stays as it is, for JSON.parse to refuse.
  if (/^-?[1-9]\d{15,}(\.\d+)?([eE][+-]?\d+)?$/.test(token) && !isKey(bytes, end)) cuts.push(start, end)
}

/** Quoting must not make a key of a number: `{1234567890123456: 1}` is not JSON. */
function isKey(bytes: Buffer, end: number): boolean {
  let i = end
  while (bytes[i] === 0x20 || bytes[i] === 0x0a || bytes[i] === 0x0d || bytes[i] === 0x09) i++
  return bytes[i] === 0x3a
}

/** Digits, and what else a number has: `.`, `e`, `E`, `+`, `-`. */
function isNumeric(byte: number | undefined): boolean {
  if (byte === undefined) return false
  if (byte >= 0x30 && byte <= 0x39) return true
  return byte === 0x2e || byte === 0x65 || byte === 0x45 || byte === 0x2b || byte === 0x2d
}

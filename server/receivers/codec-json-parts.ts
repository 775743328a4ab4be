// codec-json-parts.ts: a large JSON request in parts, so that no one part keeps everybody else waiting.
//
// 62 MiB of JSON block the event loop for a second and more when they are parsed at once. So the lists of records are cut
// out first: what is left is small, and the records are parsed a few hundred kilobytes at a time. Each part is a piece of
// the body as it was sent, with brackets around it: the parts are JSON exactly when the whole is.
import { DecodeError } from './codec-batch.ts'
import { type Json, type JsonObject, parseJson } from './codec-json-text.ts'
import { isObject } from './codec-json-values.ts'

/** A body smaller than this is parsed at once: it takes some 10 ms. */
export const partsFromBytes = 1024 * 1024

/** A part of a list of records: about as much as is parsed in 5 ms. */
const usualPartBytes = 256 * 1024
/** Bytes looked at in one step while the cuts are sought. */
const stepBytes = 1024 * 1024

/** Where lists of records stand: under these three names, in this order. */
const names: readonly (readonly string[])[] = [
  ['resourceSpans', 'resourceMetrics', 'resourceLogs'],
  ['scopeSpans', 'scopeMetrics', 'scopeLogs'],
  ['spans', 'metrics', 'logRecords'],
]

/** A list of records that was cut out: where each of its parts begins and ends. */
type Cut = { begin: number; end: number; parts: [begin: number, end: number][]; isRead: boolean }

export type Parts = {
  /** The request without the records that were cut out. */
  request: JsonObject
  /** The records of a list of the request, part by part. @throws DecodeError when a part is not JSON. */
  records(list: Json[]): Generator<Json[]>
  /** Parses the parts that nobody asked for: a request is refused for them, too. @throws DecodeError */
  rest(): Generator<void>
}

/**
 * Cuts a body; yields now and then, so that others get their turn.
 *
 * @param partBytes what a part has at least.
 * @throws DecodeError when what is left is not a JSON object.
 */
export function* partsOf(body: Uint8Array, partBytes = usualPartBytes): Generator<void, Parts> {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const cuts = yield* findLists(bytes, partBytes)
  // Nothing that is sent can be taken for one of these.
  const mark = crypto.randomUUID()
  const pieces: Uint8Array[] = []
  let from = 0
  cuts.forEach((cut, index) => {
    pieces.push(bytes.subarray(from, cut.begin), Buffer.from(`"${mark} ${index}"`))
    from = cut.end
  })
  pieces.push(bytes.subarray(from))
  const request = parseJson(Buffer.concat(pieces))
  if (!isObject(request)) throw new DecodeError('the request is not a JSON object')
  const byMark = new Map(cuts.map((cut, index) => [`${mark} ${index}`, cut]))

  function* records(list: Json[]): Generator<Json[]> {
    const cut = list.length === 1 && typeof list[0] === 'string' ? byMark.get(list[0]) : undefined
    if (!cut) return yield list
    cut.isRead = true
    yield* parsed(cut)
  }

  function* rest(): Generator<void> {
    for (const cut of cuts.filter(({ isRead }) => !isRead)) for (const _ of parsed(cut)) yield
  }

  function* parsed({ parts }: Cut): Generator<Json[]> {
    for (const [begin, end] of parts) {
      const list = parseJson(Buffer.concat([open, bytes.subarray(begin, end), close])) as Json[]
      // A list is cut at its commas, and nothing stands on one side of this one.
      if (list.length === 0 && parts.length > 1) throw new DecodeError('the body is not JSON: a comma too many')
      yield list
    }
  }
  return { request, records, rest }
}

const quote = 0x22
const backslash = 0x5c
const comma = 0x2c
const openObject = 0x7b
const closeObject = 0x7d
const openList = 0x5b
const closeList = 0x5d
const open = Buffer.from('[')
const close = Buffer.from(']')

/** Brackets open at the place where a record begins: request, resources, resource, scopes, scope, records. */
const recordDepth = 6

/**
 * Finds the long lists of records. It only counts brackets and skips texts: whether all is well formed is said by whoever
 * parses the parts and the rest.
 */
function* findLists(bytes: Buffer, partBytes: number): Generator<void, Cut[]> {
  const cuts: Cut[] = []
  /** Whether each open bracket is one of those on the way to a list of records. */
  const onTheWay: boolean[] = []
  let depth = 0
  let cut: Cut | undefined
  let partBegin = 0
  /** The text that was read last, where it may be a key. */
  let keyBegin = 0
  let keyEnd = 0
  let nextStep = stepBytes
  for (let i = 0; i < bytes.length; i++) {
    if (i >= nextStep) {
      nextStep = i + stepBytes
      yield
    }
    const byte = bytes[i]!
    if (byte === quote) {
      keyBegin = i + 1
      for (i++; i < bytes.length && bytes[i] !== quote; i++) if (bytes[i] === backslash) i++
      keyEnd = i
    } else if (byte === openObject || byte === openList) {
      const isNext = depth === 0 ? byte === openObject : onTheWay[depth - 1] === true && fits(depth, byte)
      onTheWay[depth++] = isNext
      if (isNext && depth === recordDepth) {
        cut = { begin: i + 1, end: i + 1, parts: [], isRead: false }
        partBegin = i + 1
      }
    } else if (byte === closeObject || byte === closeList) {
      if (cut && depth === recordDepth) {
        // Short lists, and those of which nothing is known, stay where they are.
        if (i - cut.begin > partBytes) {
          cut.parts.push([partBegin, i])
          cuts.push({ ...cut, end: i })
        }
        cut = undefined
      }
      depth = Math.max(0, depth - 1)
    } else if (byte === comma && cut && depth === recordDepth && i - partBegin >= partBytes) {
      cut.parts.push([partBegin, i])
      partBegin = i + 1
    }
  }
  return cuts

  /** Lists stand at odd depths, under the name of their level; what they hold are objects. */
  function fits(at: number, byte: number): boolean {
    if (at % 2 === 0) return byte === openObject
    if (byte !== openList) return false
    const key = bytes.toString('latin1', keyBegin, Math.min(keyEnd, keyBegin + 20))
    return names[(at - 1) / 2]?.includes(key) ?? false
  }
}

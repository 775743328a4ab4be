// codec-json-parts.ts: a large JSON request in parts, so that no one part keeps everybody else waiting.
//
// 62 MiB of JSON block the event loop for a second and more when they are parsed at once. So every long list is cut out first,
// wherever it stands: resources, records, points, attributes. What is left is small, and the lists are parsed a few hundred
// kilobytes at a time. Each part is a piece of the body as it was sent, with brackets around it: the parts are JSON exactly when
// the whole is.
import { DecodeError } from './codec-batch.ts'
import { bracketDepthMax, type Json, type JsonObject, parseJson } from './codec-json-text.ts'
import { isObject } from './codec-json-values.ts'

/** A body smaller than this is parsed at once: it takes some 10 ms. */
export const partsFromBytes = 1024 * 1024

/** A part of a list: about as much as is parsed in 5 ms. */
const usualPartBytes = 256 * 1024
/** Bytes looked at in one step while the cuts are sought. */
const stepBytes = 1024 * 1024

/** A part of a list, and the lists that were cut out of it in turn. */
type Part = { begin: number; end: number; inner: Cut[] }
/** A list that was cut out, without its brackets. */
type Cut = { begin: number; end: number; parts: Part[]; isRead: boolean }

/** What holds for a list because of what is around it: lists were cut out of that, its names are in snake case. */
export type Around = { isCut: boolean; isSnakeCase: boolean }
/** Entries of a list of the request. `isCut`: lists were cut out of them, too: see {@link Parts.filled}. */
export type Entries = { values: Json[]; isCut: boolean }

export type Parts = {
  /** The request without the lists that were cut out. */
  request: JsonObject
  around: Around
  /** The entries of a list of the request, part by part, in camel case. @throws DecodeError when a part is not JSON. */
  entries(list: Json[], around: Around): Generator<Entries>
  /** Puts the lists that were cut out of a value back, part by part. */
  filled(value: Json | undefined, around: Around): Generator<void>
  /** Parses the parts that nobody asked for: a request is refused for them, too. @throws DecodeError */
  rest(): Generator<void>
}

/** A request that was parsed at once. */
export function whole(request: JsonObject): Parts {
  return {
    request: isSnakeCase(request) ? (camelCase(request) as JsonObject) : request,
    around: { isCut: false, isSnakeCase: false },
    *entries(values) {
      yield { values, isCut: false }
    },
    *filled() {},
    *rest() {},
  }
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
  const byMark = new Map<string, Cut>()
  const left = parseJson(textOf({ begin: 0, end: bytes.length, inner: cuts }))
  if (!isObject(left)) throw new DecodeError('the request is not a JSON object')
  const isSnake = isSnakeCase(left)

  /** The text of a part, with marks in the place of what was cut out. */
  function textOf({ begin, end, inner }: Part, before = nothing, behind = nothing): Uint8Array {
    const pieces: Uint8Array[] = [before]
    let from = begin
    for (const cut of inner) {
      const own = `${mark} ${byMark.size}`
      byMark.set(own, cut)
      pieces.push(bytes.subarray(from, cut.begin), Buffer.from(`"${own}"`))
      from = cut.end
    }
    return Buffer.concat([...pieces, bytes.subarray(from, end), behind])
  }

  function cutOf(list: Json[]): Cut | undefined {
    return list.length === 1 && typeof list[0] === 'string' ? byMark.get(list[0]) : undefined
  }

  function* parsed(cut: Cut, isSnake: boolean): Generator<Entries> {
    cut.isRead = true
    for (const part of cut.parts) {
      const values = parseJson(textOf(part, open, close)) as Json[]
      // A list is cut at its commas, and nothing stands on one side of this one.
      if (values.length === 0 && cut.parts.length > 1) throw new DecodeError('the body is not JSON: a comma too many')
      yield { values: isSnake ? (camelCase(values) as Json[]) : values, isCut: part.inner.length > 0 }
    }
  }

  function* unread(cuts: readonly Cut[]): Generator<void> {
    for (const cut of cuts) {
      if (!cut.isRead) for (const _ of parsed(cut, false)) yield
      for (const { inner } of cut.parts) yield* unread(inner)
    }
  }

  return {
    request: isSnake ? (camelCase(left) as JsonObject) : left,
    around: { isCut: cuts.length > 0, isSnakeCase: isSnake },
    *entries(list, around) {
      const cut = cutOf(list)
      if (cut) yield* parsed(cut, around.isSnakeCase)
      else yield { values: list, isCut: around.isCut }
    },
    *filled(value, around) {
      const unfilled = [value]
      for (let one = unfilled.pop(); one !== undefined; one = unfilled.pop()) {
        if (typeof one !== 'object' || one === null) continue
        const cut = Array.isArray(one) ? cutOf(one) : undefined
        if (!cut) {
          for (const inner of Object.values(one)) if (typeof inner === 'object' && inner !== null) unfilled.push(inner)
          continue
        }
        const list = one as Json[]
        list.length = 0
        for (const { values, isCut } of parsed(cut, around.isSnakeCase)) {
          if (isCut) unfilled.push(values)
          for (const entry of values) list.push(entry)
          yield
        }
      }
    },
    *rest() {
      yield* unread(cuts)
    },
  }
}

/** Some senders write the field names of the .proto files; ignoring them as unknown would acknowledge and lose their data. */
function isSnakeCase(request: JsonObject): boolean {
  return ['resource_spans', 'resource_metrics', 'resource_logs'].some((name) => request[name] !== undefined)
}

/** The same with every key in camel case; the depth was checked before. All keys in OTLP/JSON are names of fields. */
export function camelCase(value: Json): Json {
  if (Array.isArray(value)) return value.map(camelCase)
  if (!isObject(value)) return value
  const out: JsonObject = Object.create(null)
  for (const key in value) {
    const camel = key.replace(/(?!^)_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
    if (camel === key || !Object.hasOwn(value, camel)) out[camel] = camelCase(value[key] ?? null)
  }
  return out
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
const nothing = new Uint8Array()

/**
 * Finds the long lists. It only counts brackets and skips texts: whether all is well formed is said by whoever parses the parts
 * and what is left.
 */
function* findLists(bytes: Buffer, partBytes: number): Generator<void, Cut[]> {
  /** Those that lie in none that is found already, in order. */
  const cuts: Cut[] = []
  /** Bytes that they took out of what is around them. */
  let cutBytes = 0
  // What is open, by depth: where a list and its present part begin (-1: an object), and what was cut out before them.
  const begins: number[] = []
  const partBegins: number[] = []
  const cutBefore: number[] = []
  const cutBeforePart: number[] = []
  const parts: (Part[] | undefined)[] = []
  let top = -1
  let nextStep = stepBytes

  /** The cuts that lie behind a place become a part's own. */
  function partTo(end: number): Part {
    const begin = partBegins[top] as number
    let first = cuts.length
    while (first > 0 && (cuts[first - 1] as Cut).begin >= begin) first--
    return { begin, end, inner: cuts.slice(first) }
  }

  function ownBytes(end: number): number {
    return end - (begins[top] as number) - (cutBytes - (cutBefore[top] as number))
  }

  for (let i = 0; i < bytes.length; i++) {
    if (i >= nextStep) {
      nextStep = i + stepBytes
      yield
    }
    const byte = bytes[i]!
    if (byte === quote) {
      for (i++; i < bytes.length && bytes[i] !== quote; i++) if (bytes[i] === backslash) i++
    } else if (byte === openList || byte === openObject) {
      if (++top >= bracketDepthMax) throw new DecodeError(`brackets nest deeper than ${bracketDepthMax}`)
      begins[top] = byte === openList ? i + 1 : -1
      partBegins[top] = i + 1
      cutBefore[top] = cutBytes
      cutBeforePart[top] = cutBytes
      parts[top] = undefined
    } else if (byte === closeList || byte === closeObject) {
      // Short lists stay where they are.
      if (top >= 0 && begins[top] !== -1 && ownBytes(i) > partBytes) {
        const own = [...(parts[top] ?? []), partTo(i)]
        const begin = begins[top] as number
        while (cuts.length > 0 && (cuts.at(-1) as Cut).begin >= begin) cuts.pop()
        cuts.push({ begin, end: i, parts: own, isRead: false })
        cutBytes = (cutBefore[top] as number) + i - begin
      }
      top = Math.max(-1, top - 1)
    } else if (byte === comma && top >= 0 && begins[top] !== -1) {
      const own = i - (partBegins[top] as number) - (cutBytes - (cutBeforePart[top] as number))
      if (own < partBytes) continue
      const done = parts[top] ?? []
      done.push(partTo(i))
      parts[top] = done
      partBegins[top] = i + 1
      cutBeforePart[top] = cutBytes
    }
  }
  return cuts
}

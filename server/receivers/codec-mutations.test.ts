// The recorded requests of the agents, damaged at random: a decoder gives records that can be stored, or a DecodeError, and nothing
// else. FUZZ_SECONDS makes it run for so long; SEED repeats a run.
import { describe, expect, test } from 'bun:test'
import { type Attributes, jsonAttributes, jsonValue } from '#proto/attributes.ts'
import type { Telemetry } from '#proto/telemetry.ts'
import { decode, type Encoding, type Signal } from './codec.ts'
import { timeMaxUnixNano } from './codec-batch.ts'
import { decodeJsonInSteps } from './codec-json.ts'
import { framesOf } from './grpc-frames.ts'
import { guessSignal } from './guess-signal.ts'
import { recordings } from './testing.ts'
import { zstdIsWhole } from './zstd-frames.ts'

const seconds = Number(process.env.FUZZ_SECONDS ?? 0)
const seed = Number(process.env.SEED ?? (seconds > 0 ? Date.now() % 2 ** 31 : 7))
const casesWithoutTime = 1500

let state = seed
/** An integer from 0 to `below` - 1 (mulberry32). */
function draw(below: number): number {
  state = (state + 0x6d2b79f5) | 0
  let t = Math.imul(state ^ (state >>> 15), 1 | state)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * below)
}
const pick = <T>(list: readonly T[]): T => list[draw(list.length)] as T

const oddBytes = [0x00, 0x01, 0x0a, 0x22, 0x5c, 0x7b, 0x7d, 0x7f, 0x80, 0xc0, 0xed, 0xfe, 0xff]
const oddJson = [
  ...['null', 'true', '[]', '{}', '""', '-0', '1.5', '1e400', '1e3', '18446744073709551616', '-9223372036854775809'],
  ...['"18446744073709551615"', '"-1"', '"NaN"', '"Infinity"', '" 1"', '"\\ud800"', '"__proto__"', '[[[[[[]]]]]]'],
  ...['"AAAA"', '{"stringValue":1}', '{"intValue":"x"}', '{"arrayValue":{"values":null}}', '{"kvlistValue":[]}'],
]

/** One damage to bytes of any kind. */
function damaged(bytes: Uint8Array, others: readonly Uint8Array[]): Uint8Array {
  const at = draw(bytes.length + 1)
  const length = 1 + draw(pick([1, 4, 16, 200]))
  const splice = (from: number, to: number, inner: Uint8Array) =>
    Buffer.concat([bytes.subarray(0, from), inner, bytes.subarray(to)])
  switch (draw(7)) {
    case 0: {
      const changed = Buffer.from(bytes)
      if (changed.length > 0) changed[at % changed.length]! ^= 1 << draw(8)
      return changed
    }
    case 1: {
      const changed = Buffer.from(bytes)
      if (changed.length > 0) changed[at % changed.length] = pick(oddBytes)
      return changed
    }
    case 2:
      return bytes.subarray(0, at)
    case 3:
      return splice(at, at + length, new Uint8Array())
    case 4:
      return splice(at, at, bytes.subarray(at, at + length))
    case 5:
      return splice(
        at,
        at,
        Uint8Array.from({ length }, () => (draw(2) === 0 ? pick(oddBytes) : draw(256))),
      )
    default: {
      const other = pick(others)
      const from = draw(other.length + 1)
      return splice(at, at + draw(length), other.subarray(from, from + length * 4))
    }
  }
}

/** A value somewhere in a JSON text replaced by another. */
function oddValue(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes).toString()
  const from = text.indexOf(':', draw(text.length))
  if (from < 0) return bytes
  const value = /^\s*(?:"(?:[^"\\]|\\.)*"|-?[\d.eE+-]+|true|false|null|\[[^[\]{}]*\]|\{[^[\]{}]*\})/.exec(
    text.slice(from + 1),
  )
  if (!value) return Buffer.from(`${text.slice(0, from + 1)}${pick(oddJson)},"x":${text.slice(from + 1)}`)
  return Buffer.from(text.slice(0, from + 1) + pick(oddJson) + text.slice(from + 1 + value[0].length))
}

/** Every record can be written down: ids, times, numbers and attributes are what their types say. */
function check({ spans, logs, points }: Telemetry): void {
  const wrong = (what: string, value: unknown) => {
    throw new Error(`${what}: ${Bun.inspect(value).slice(0, 500)}`)
  }
  const time = (value: bigint) => {
    if (typeof value !== 'bigint' || value < 0n || value > timeMaxUnixNano) wrong('a time', value)
  }
  const id = (value: string, digits: number, mayBeEmpty = false) => {
    if (mayBeEmpty && value === '') return
    if (!new RegExp(`^[0-9a-f]{${digits}}$`).test(value) || /^0+$/.test(value)) wrong('an id', value)
  }
  const word = (value: string) => {
    if (typeof value !== 'string') wrong('a text', value)
  }
  const whole = (value: number) => {
    if (!Number.isSafeInteger(value)) wrong('a whole number', value)
  }
  const attributes = (map: Attributes) => {
    if (Object.getPrototypeOf(map) !== null) wrong('attributes with a prototype', map)
    JSON.parse(jsonAttributes(map))
  }
  for (const { resource, scope, attributes: own } of [...spans, ...logs, ...points]) {
    for (const map of [resource.attributes, scope.attributes, own]) attributes(map)
    for (const value of [resource.serviceName, scope.name, scope.version]) word(value)
  }
  for (const span of spans) {
    id(span.traceId, 32)
    id(span.spanId, 16)
    id(span.parentSpanId, 16, true)
    for (const value of [span.startTimeUnixNano, span.endTimeUnixNano]) time(value)
    for (const value of [span.kind, span.statusCode, span.flags, span.droppedEventsCount]) whole(value)
    for (const value of [span.name, span.statusMessage, span.traceState]) word(value)
    for (const event of span.events) {
      time(event.timeUnixNano)
      attributes(event.attributes)
    }
    for (const link of span.links) {
      // A link that leaves out an id points to a whole trace, or nowhere; its span is kept.
      id(link.traceId, 32, true)
      id(link.spanId, 16, true)
    }
  }
  for (const log of logs) {
    id(log.traceId, 32, true)
    id(log.spanId, 16, true)
    time(log.timeUnixNano)
    time(log.observedTimeUnixNano)
    whole(log.severityNumber)
    for (const value of [log.severityText, log.eventName]) word(value)
    JSON.parse(jsonValue(log.body))
  }
  for (const point of points) {
    time(point.timeUnixNano)
    time(point.startTimeUnixNano)
    for (const value of [point.name, point.description, point.unit]) word(value)
    for (const count of [point.count, point.zeroCount, ...(point.bucketCounts ?? [])])
      if (count !== undefined && (count < 0n || count > 2n ** 64n - 1n)) wrong('a count', count)
  }
}

/** What decoding in small parts comes to: how many records it rejects, or the error. */
function inSteps(signal: Signal, bytes: Uint8Array): number | string {
  const steps = decodeJsonInSteps(signal, bytes, 77n, 100)
  try {
    for (;;) {
      const { done, value } = steps.next()
      if (done) return value.rejected
    }
  } catch (error) {
    return (error as Error).name
  }
}

describe(`recorded requests that are damaged at random (seed ${seed})`, () => {
  const all = recordings().filter(({ body }) => body.length > 0 && body.length < 20_000)
  for (const encoding of ['protobuf', 'json'] satisfies Encoding[]) {
    for (const signal of ['traces', 'metrics', 'logs'] satisfies Signal[]) {
      test(`${signal} as ${encoding} become records that can be stored, or a DecodeError`, () => {
        const corpus = all.filter((one) => one.signal === signal && one.encoding === encoding && !one.grpc)
        const bodies = corpus.map(({ body }) => body as Uint8Array)
        expect(bodies.length).toBeGreaterThan(0)
        let kept = 0
        let refused = 0
        let slowestMs = 0
        const until = performance.now() + seconds * 1000
        let cases = 0
        for (; seconds > 0 ? performance.now() < until : cases < casesWithoutTime; cases++) {
          let bytes = pick(bodies)
          for (let damages = 1 + draw(3); damages > 0; damages--)
            bytes = encoding === 'json' && draw(2) === 0 ? oddValue(bytes) : damaged(bytes, bodies)
          const began = performance.now()
          try {
            const { telemetry, rejected, message } = decode(signal, encoding, bytes, 77n)
            check(telemetry)
            if (encoding === 'json') expect(inSteps(signal, bytes)).toBe(rejected)
            expect(rejected > 0).toBe(message !== '')
            kept++
          } catch (error) {
            if ((error as Error).name !== 'DecodeError' && (error as Error).name !== 'TooManyError') {
              throw new Error(`${Buffer.from(bytes).toString('base64')}\n${(error as Error).stack}`)
            }
            if (encoding === 'json') expect(inSteps(signal, bytes)).toBe((error as Error).name)
            refused++
          }
          slowestMs = Math.max(slowestMs, performance.now() - began)
        }
        expect(kept).toBeGreaterThan(0)
        expect(refused).toBeGreaterThan(0)
        expect(Object.keys(Object.prototype)).toEqual([])
        if (seconds > 0)
          console.log(
            `${signal} ${encoding}: ${cases} cases, ${kept} kept, ${refused} refused, slowest ${slowestMs.toFixed(1)} ms`,
          )
      })
    }
  }

  test('whatever reads only frames and first bytes does not throw at any', () => {
    const bodies = all.map(({ bytes }) => bytes as Uint8Array)
    const until = performance.now() + (seconds * 1000) / 4
    for (let cases = 0; seconds > 0 ? performance.now() < until : cases < casesWithoutTime; cases++) {
      const bytes = damaged(damaged(pick(bodies), bodies), bodies)
      framesOf(bytes)
      zstdIsWhole(bytes)
      let signal: string | undefined
      try {
        signal = guessSignal(bytes)
      } catch {
        // It may say that this is not protobuf; its caller then lets the decoder say where.
      }
      if (signal !== undefined) expect(['traces', 'metrics', 'logs']).toContain(signal)
    }
  })
})

import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type protobuf from 'protobufjs'
import { type AttributeValue, doubleValue, intValue, noAttributes } from '#proto/attributes.ts'
import { loadSchema, requestType } from '#proto/schema.ts'
import { atOnce } from '#proto/steps.ts'
import type { Decoded, Signal } from './codec.ts'
import { entriesMax } from './codec-budget.ts'
import { decodeJson, decodeJsonInSteps } from './codec-json.ts'
import { decodeProtobuf, decodeProtobufInSteps } from './codec-protobuf.ts'
import { plain, received } from './testing.ts'

// One request, made up from the schema itself and written twice: as protobuf by protobufjs, and as OTLP/JSON by the
// few lines below. Both decoders must make the same records of it. Every field of every message is in it, because the
// arbitrary is built from the .proto files.

const schema = loadSchema()

type Message = Record<string, unknown>

const bounded = fc.string({ unit: 'grapheme', maxLength: 12 })
const bigUint = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
const bigInt = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })

/** Ids are mostly good, so that most records are kept. */
const idOf = (bytes: number) =>
  fc.oneof(
    { weight: 12, arbitrary: fc.uint8Array({ minLength: bytes, maxLength: bytes }) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 20 }) },
    { weight: 1, arbitrary: fc.constant(new Uint8Array(bytes)) },
  )

const timeOf = fc.oneof(
  { weight: 12, arbitrary: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }) },
  { weight: 1, arbitrary: bigUint },
)

function scalar(field: protobuf.Field): fc.Arbitrary<unknown> {
  if (field.name === 'traceId') return idOf(16)
  if (field.name === 'spanId') return idOf(8)
  if (field.name === 'parentSpanId') return fc.oneof(idOf(8), fc.constant(new Uint8Array()))
  if (/UnixNano$/.test(field.name)) return timeOf
  switch (field.type) {
    case 'string':
      return bounded
    case 'bool':
      return fc.boolean()
    case 'double':
      return fc.double()
    case 'bytes':
      return fc.uint8Array({ maxLength: 8 })
    case 'uint32':
    case 'fixed32':
      return fc.integer({ min: 0, max: 2 ** 32 - 1 })
    case 'int32':
    case 'sint32':
      return fc.integer()
    case 'uint64':
    case 'fixed64':
      return bigUint
    case 'int64':
    case 'sfixed64':
      return bigInt
    default:
      return fc.integer({ min: 0, max: 99 }) // an enum, known or not
  }
}

/** Any message of a type: some of its fields, and one member of each oneof. */
function messageOf(type: protobuf.Type, depth = 0): fc.Arbitrary<Message> {
  const fields = type.fieldsArray.filter(({ name }) => !/Strindex$/.test(name) && !/^(entityRefs|metadata)$/.test(name))
  const entries: Record<string, fc.Arbitrary<unknown>> = {}
  const groups = new Map<string, protobuf.Field[]>()
  for (const field of fields) {
    const group = field.partOf && !field.partOf.name.startsWith('_') ? field.partOf.name : undefined
    if (group) groups.set(group, [...(groups.get(group) ?? []), field])
    else entries[field.name] = valueOfField(field, depth)
  }
  const members = [...groups.values()].map((group) =>
    fc.oneof(...group.map((field) => valueOfField(field, depth).map((value) => ({ [field.name]: value })))),
  )
  return fc
    .tuple(
      fc.record(entries, { requiredKeys: Object.keys(entries).filter((key) => /Id$|^key$/.test(key)) }),
      ...members,
    )
    .map((parts) => Object.assign({}, ...parts) as Message)
}

function valueOfField(field: protobuf.Field, depth: number): fc.Arbitrary<unknown> {
  const type = field.resolvedType && 'fieldsArray' in field.resolvedType ? field.resolvedType : undefined
  // Values nest without an end; below a few levels only scalars are made.
  const deep = depth > 7 && /^(arrayValue|kvlistValue)$/.test(field.name)
  const one = type
    ? deep
      ? fc.constant({})
      : fc.memo((d) => messageOf(type as protobuf.Type, d))(depth + 1)
    : scalar(field)
  return field.repeated ? fc.array(one, { maxLength: depth < 2 ? 2 : 3 }) : one
}

/** OTLP/JSON: ids in hex, 64-bit integers as strings or (as here, by turns) as numbers, bytes in base64. */
function jsonOf(value: unknown, name: string, bare: boolean): string {
  if (value instanceof Uint8Array) {
    return JSON.stringify(Buffer.from(value).toString(/[iI]d$/.test(name) ? 'hex' : 'base64'))
  }
  if (typeof value === 'bigint') return bare ? String(value) : `"${value}"`
  if (typeof value === 'number' && !Number.isFinite(value)) return `"${value}"`
  if (Object.is(value, -0)) return '-0.0'
  if (Array.isArray(value)) return `[${value.map((entry) => jsonOf(entry, name, bare)).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(
      ([key, content]) => `${JSON.stringify(key)}:${jsonOf(content, key, bare)}`,
    )
    return `{${members.join(',')}}`
  }
  return JSON.stringify(value)
}

/** protobufjs wants its own Longs. */
function forProtobufjs(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(forProtobufjs)
  return Object.fromEntries(Object.entries(value).map(([key, content]) => [key, forProtobufjs(content)]))
}

describe('both decoders', () => {
  for (const signal of ['traces', 'metrics', 'logs'] satisfies Signal[]) {
    test(`make the same records of the same ${signal}, whatever they are`, () => {
      const type = requestType(schema, signal)
      let kept = 0
      let rejected = 0
      fc.assert(
        fc.property(messageOf(type), fc.boolean(), fc.constantFrom(1, 30, 300), (message, bare, partBytes) => {
          const bytes = type.encode(type.fromObject(forProtobufjs(message) as object)).finish()
          const json = new TextEncoder().encode(jsonOf(message, '', bare))
          const fromProtobuf = decodeProtobuf(signal, bytes, 77n)
          const fromJson = decodeJson(signal, json, 77n)
          expect(received(fromJson.telemetry)).toEqual(received(fromProtobuf.telemetry))
          const inParts = atOnce(decodeJsonInSteps(signal, json, 77n, partBytes))
          expect(received(inParts.telemetry)).toEqual(received(fromJson.telemetry))
          expect([inParts.rejected, inParts.message]).toEqual([fromJson.rejected, fromJson.message])
          // Of a record with several flaws each names the one it met first, so only the counts are compared.
          expect(fromJson.rejected).toBe(fromProtobuf.rejected)
          const { spans, logs, points } = fromJson.telemetry
          kept += spans.length + logs.length + points.length
          rejected += fromJson.rejected
        }),
        { numRuns: 300, seed: 11 },
      )
      // The property is empty unless both happened.
      expect(kept).toBeGreaterThan(100)
      expect(rejected).toBeGreaterThan(10)
    })
  }

  test('keep attribute values with the types they were sent with', () => {
    type Sent = { message: Message; expected: AttributeValue }
    const leaf: fc.Arbitrary<Sent> = fc.oneof(
      fc.string().map((s) => ({ message: { stringValue: s }, expected: s as AttributeValue })),
      fc.boolean().map((b) => ({ message: { boolValue: b }, expected: b })),
      bigInt.map((n) => ({ message: { intValue: n }, expected: intValue(n) })),
      fc.double().map((n) => ({ message: { doubleValue: n }, expected: doubleValue(n) })),
      fc.uint8Array({ maxLength: 6 }).map((b) => ({ message: { bytesValue: b }, expected: b })),
      fc.constant({ message: {}, expected: null }),
    )
    const { value } = fc.letrec<{ value: Sent }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.array(tie('value'), { maxLength: 3 }).map((values) => ({
          message: { arrayValue: { values: values.map((one) => one.message) } },
          expected: values.map((one) => one.expected),
        })),
        fc.array(fc.tuple(fc.string({ minLength: 1 }), tie('value')), { maxLength: 3 }).map((pairs) => ({
          message: { kvlistValue: { values: pairs.map(([key, one]) => ({ key, value: one.message })) } },
          expected: Object.assign(noAttributes(), Object.fromEntries(pairs.map(([key, one]) => [key, one.expected]))),
        })),
      ),
    }))
    const type = requestType(schema, 'logs')
    fc.assert(
      fc.property(value, ({ message, expected }) => {
        const request = { resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: message }] }] }] }
        const bytes = type.encode(type.fromObject(forProtobufjs(request) as object)).finish()
        const json = new TextEncoder().encode(jsonOf(request, '', false))
        expect(plain(decodeProtobuf('logs', bytes, 1n).telemetry.logs[0]!.body)).toEqual(plain(expected))
        expect(plain(decodeJson('logs', json, 1n).telemetry.logs[0]!.body)).toEqual(plain(expected))
      }),
      { numRuns: 300, seed: 12 },
    )
  })

  test('keep of a record that has too much as much as it may have, and say what they left out', () => {
    const attributes = Array.from({ length: entriesMax + 5 }, (_, i) => ({ key: `k${i}`, value: { intValue: '1' } }))
    const values = attributes.slice(0, entriesMax).map(({ value }) => value)
    const time = '1782938400000000000'
    const few = attributes.slice(0, 3)
    const record = { body: { arrayValue: { values } }, attributes: few, droppedAttributesCount: 7 }
    const span = { traceId: '0123456789abcdef'.repeat(2), spanId: '0123456789abcdef', name: 'n' }
    const events = [{ name: 'e', attributes: attributes.slice(0, entriesMax) }, { name: 'f' }]
    const counts = [
      { timeUnixNano: time, bucketCounts: attributes.map(() => '1') },
      { timeUnixNano: time, attributes: few },
    ]
    const requests: [Signal, Message, string][] = [
      [
        'logs',
        { resourceLogs: [{ resource: { attributes }, scopeLogs: [{ logRecords: [record, {}] }] }] },
        '8 attributes',
      ],
      ['traces', { resourceSpans: [{ scopeSpans: [{ spans: [{ ...span, events }, span] }] }] }, '2 attributes'],
      [
        'metrics',
        { resourceMetrics: [{ scopeMetrics: [{ metrics: [{ histogram: { dataPoints: counts } }] }] }] },
        '1 of 2',
      ],
    ]
    for (const [signal, message, said] of requests) {
      const type = requestType(schema, signal)
      const ids = (key: string, value: unknown) =>
        /^(trace|span)Id$/.test(key) ? Buffer.from(String(value), 'hex').toString('base64') : value
      const bytes = type.encode(type.fromObject(JSON.parse(JSON.stringify(message, ids)))).finish()
      const fromProtobuf = decodeProtobuf(signal, bytes, 77n)
      const fromJson = decodeJson(signal, new TextEncoder().encode(JSON.stringify(message)), 77n)
      expect(Bun.deepEquals(received(fromJson.telemetry), received(fromProtobuf.telemetry))).toBe(true)
      expect(fromJson.message).toStartWith(said)
      expect([fromProtobuf.rejected, fromProtobuf.message]).toEqual([fromJson.rejected, fromJson.message])
      const { spans, logs, points } = fromJson.telemetry
      for (const { resource, attributes, droppedAttributesCount, body } of logs.slice(0, 1)) {
        expect([Object.keys(resource.attributes).length, resource.droppedAttributesCount]).toEqual([entriesMax, 5])
        const kept = (body as AttributeValue[]).length + Object.keys(attributes).length
        expect([kept, droppedAttributesCount]).toEqual([entriesMax, 7 + 3])
      }
      for (const { events, droppedAttributesCount } of spans.slice(0, 1))
        expect([events.length, droppedAttributesCount]).toEqual([1, 2])
      expect([logs.length + spans.length, points.length]).toEqual(signal === 'metrics' ? [0, 1] : [2, 0])
    }
  })

  test('answer bytes that are cut or changed with records or a DecodeError, and with nothing else', () => {
    for (const signal of ['traces', 'metrics', 'logs'] satisfies Signal[]) {
      const type = requestType(schema, signal)
      fc.assert(
        fc.property(messageOf(type), fc.nat(), fc.nat(255), fc.boolean(), (message, where, byte, cut) => {
          const protobuf = type.encode(type.fromObject(forProtobufjs(message) as object)).finish()
          const json = new TextEncoder().encode(jsonOf(message, '', true))
          for (const [decode, whole] of [
            [decodeProtobuf, protobuf],
            [decodeJson, json],
          ] as const) {
            const bytes = cut ? whole.slice(0, where % (whole.length + 1)) : whole.slice()
            if (!cut && bytes.length > 0) bytes[where % bytes.length] = byte
            try {
              decode(signal, bytes, 1n)
            } catch (error) {
              expect((error as Error).name).toBe('DecodeError')
            }
          }
        }),
        { numRuns: 300, seed: 13 },
      )
    }
  })
})

/** What a decoder makes of bytes, or what it says is wrong with them. */
function outcome(decoded: () => Decoded): unknown {
  try {
    const { telemetry, rejected, message } = decoded()
    return { records: received(telemetry), rejected, message }
  } catch (error) {
    return (error as Error).message
  }
}

test('protobuf read in steps is what it is at once, damaged or not, with another request read between the steps', () => {
  let steps = 0
  let refused = 0
  for (const signal of ['traces', 'metrics', 'logs'] satisfies Signal[]) {
    const type = requestType(schema, signal)
    const bytesOf = (message: Message) => type.encode(type.fromObject(forProtobufjs(message) as object)).finish()
    fc.assert(
      fc.property(
        messageOf(type).map(bytesOf),
        messageOf(type).map(bytesOf),
        fc.integer({ min: 1, max: 60 }),
        fc.option(fc.tuple(fc.nat(), fc.nat(255))),
        (bytes, other, stepBytes, damage) => {
          if (damage && bytes.length > 0) bytes[damage[0] % bytes.length] = damage[1]
          const atOnce = outcome(() => decodeProtobuf(signal, bytes, 77n))
          const inSteps = outcome(() => {
            const reading = decodeProtobufInSteps(signal, bytes, 77n, stepBytes)
            for (;;) {
              const { done, value } = reading.next()
              if (done) return value
              steps++
              decodeProtobuf(signal, other, 77n)
            }
          })
          expect(inSteps).toEqual(atOnce)
          if (typeof atOnce === 'string') refused++
        },
      ),
      { numRuns: 300, seed: 14 },
    )
  }
  expect(steps).toBeGreaterThan(1000)
  expect(refused).toBeGreaterThan(30)
})

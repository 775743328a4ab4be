import { describe, expect, test } from 'bun:test'
import { loadSchema, requestType } from '#proto/schema.ts'
import { decode, type Signal } from './codec.ts'
import { decodeProtobuf } from './codec-protobuf.ts'
import { guessSignal } from './guess-signal.ts'
import { type Recording, received, recordings } from './testing.ts'

// An independent reading of every recorded request: protobufjs' message tree from our .proto files, or JSON.parse.
const schema = loadSchema()

type Tree = any

function treeOf({ signal, encoding, body }: Recording): Tree {
  if (encoding === 'json') return JSON.parse(body.toString('utf8'))
  const type = requestType(schema, signal)
  return type.toObject(type.decode(body), { longs: String, enums: Number, arrays: true })
}

function recordsIn(tree: Tree, signal: Signal): Tree[] {
  const [resources, scopes, records] = {
    traces: ['resourceSpans', 'scopeSpans', 'spans'],
    metrics: ['resourceMetrics', 'scopeMetrics', 'metrics'],
    logs: ['resourceLogs', 'scopeLogs', 'logRecords'],
  }[signal] as [string, string, string]
  const each = (list: Tree[] | undefined, key: string) => (list ?? []).flatMap((entry) => entry[key] ?? [])
  const found = each(each(tree[resources], scopes), records)
  if (signal !== 'metrics') return found
  return found.flatMap((metric) =>
    ['gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary'].flatMap((kind) => metric[kind]?.dataPoints ?? []),
  )
}

const hexOf = (id: Tree) => (typeof id === 'string' ? id.toLowerCase() : Buffer.from(id ?? []).toString('hex'))
const time = (value: Tree) => BigInt(value ?? 0)

describe('every recorded request', () => {
  const all = recordings()

  test('there are recordings of five agents in both encodings', () => {
    expect(new Set(all.map(({ name }) => name.split('/')[0])).size).toBe(5)
    expect(all.length).toBeGreaterThan(250)
    expect(new Set(all.map(({ encoding }) => encoding))).toEqual(new Set(['json', 'protobuf']))
  })

  for (const signal of ['traces', 'metrics', 'logs'] as const) {
    test(`has all its ${signal}, with the ids and times of an independent reading`, () => {
      let seen = 0
      for (const recording of all.filter((one) => one.signal === signal)) {
        const expected = recordsIn(treeOf(recording), signal)
        const { telemetry, rejected, message } = decode(signal, recording.encoding, recording.body, 1n)
        expect([recording.name, rejected, message]).toEqual([recording.name, 0, ''])
        const records = { traces: telemetry.spans, metrics: telemetry.points, logs: telemetry.logs }[signal]
        expect([recording.name, records.length]).toEqual([recording.name, expected.length])
        records.forEach((record, index) => {
          const sent = expected[index]
          expect(Object.keys(record.attributes)).toEqual([
            ...new Set<string>((sent.attributes ?? []).map((attribute: Tree) => attribute.key)),
          ])
          if ('endTimeUnixNano' in record) {
            expect([record.traceId, record.spanId]).toEqual([hexOf(sent.traceId), hexOf(sent.spanId)])
            expect([record.startTimeUnixNano, record.endTimeUnixNano]).toEqual([
              time(sent.startTimeUnixNano),
              time(sent.endTimeUnixNano),
            ])
            expect(record.events.length).toBe(sent.events?.length ?? 0)
          } else if ('type' in record) {
            expect(record.timeUnixNano).toBe(time(sent.timeUnixNano))
            if (sent.asInt !== undefined)
              expect([record.isInt, BigInt(record.value!)]).toEqual([true, BigInt(sent.asInt)])
            if (sent.asDouble !== undefined) expect([record.isInt, record.value]).toEqual([false, sent.asDouble])
            if (sent.bucketCounts) expect(record.bucketCounts).toEqual(sent.bucketCounts.map(time))
          } else {
            expect(record.timeUnixNano).toBe(time(sent.timeUnixNano) || time(sent.observedTimeUnixNano))
            expect(record.traceId).toBe(hexOf(sent.traceId))
          }
        })
        seen += records.length
      }
      expect(seen).toBeGreaterThan(1000)
    })
  }

  test('is read the same when an independent reading of it is written again as protobuf', () => {
    // Only protobuf: JSON would need the hex ids translated. JSON is held to it by the property test.
    for (const { name, signal, body } of all.filter((one) => one.encoding === 'protobuf')) {
      const type = requestType(schema, signal)
      const again = type.encode(type.decode(body)).finish()
      const first = received(decodeProtobuf(signal, body, 1n).telemetry)
      expect([name, Bun.hash(JSON.stringify(received(decodeProtobuf(signal, again, 1n).telemetry)))]).toEqual([
        name,
        Bun.hash(JSON.stringify(first)),
      ])
    }
  })

  test('names its signal by its content alone', () => {
    for (const { name, signal, body } of all.filter((one) => one.encoding === 'protobuf')) {
      expect([name, guessSignal(body)]).toEqual([name, signal])
    }
  })
})

import { describe, expect, test } from 'bun:test'
import { Writer } from 'protobufjs/minimal'
import { DecodeError, type Signal } from './codec-batch.ts'
import { decodeProtobuf } from './codec-protobuf.ts'
import { plain } from './testing.ts'

// Requests written by hand, field by field, so that they can be what no encoder writes.

type Part = (w: Writer) => void
const field = (number: number, wireType: number) => (number << 3) | wireType
const message =
  (number: number, ...parts: Part[]): Part =>
  (w) => {
    w.uint32(field(number, 2)).fork()
    for (const part of parts) part(w)
    w.ldelim()
  }
const string =
  (number: number, value: string): Part =>
  (w) =>
    w.uint32(field(number, 2)).string(value)
const bytes =
  (number: number, ...value: number[]): Part =>
  (w) =>
    w.uint32(field(number, 2)).bytes(Uint8Array.from(value))
const varint =
  (number: number, value: number): Part =>
  (w) =>
    w.uint32(field(number, 0)).uint32(value)
const fixed64 =
  (number: number, value: string): Part =>
  (w) =>
    w.uint32(field(number, 1)).fixed64(value)
const double =
  (number: number, value: number): Part =>
  (w) =>
    w.uint32(field(number, 1)).double(value)
const raw =
  (...value: number[]): Part =>
  (w) =>
    w.raw(Uint8Array.from(value))

function build(...parts: Part[]): Uint8Array {
  const w = Writer.create()
  for (const part of parts) part(w)
  return w.finish()
}
const attribute = (number: number, key: string, ...value: Part[]) =>
  message(number, string(1, key), message(2, ...value))
const traceId = bytes(1, ...Array(16).fill(0xab))
const spanId = bytes(2, ...Array(8).fill(0xcd))
const request = (...record: Part[]) => build(message(1, message(2, message(2, ...record))))
const decode = (signal: Signal, body: Uint8Array) => decodeProtobuf(signal, body, 99n)
const log = (...parts: Part[]) => decode('logs', request(...parts)).telemetry.logs[0]!
const span = (...parts: Part[]) => decode('traces', request(traceId, spanId, ...parts)).telemetry.spans[0]!

describe('the protobuf wire', () => {
  test('has no records in nothing, in an empty envelope and in an empty scope', () => {
    for (const body of [build(), build(message(1)), build(message(1, message(2))), build(message(1, message(1)))]) {
      expect(decode('logs', body)).toEqual({
        telemetry: expect.objectContaining({ logs: [] }),
        rejected: 0,
        message: '',
      })
    }
  })

  test('may have a resource and a scope after the records that belong to them', () => {
    const body = build(
      message(
        1,
        message(2, message(2, string(3, 'INFO')), message(1, string(1, 'late')), string(3, 'scope-url')),
        string(3, 'resource-url'),
        message(1, attribute(1, 'service.name', string(1, 'shop'))),
      ),
    )
    const { resource, scope } = decode('logs', body).telemetry.logs[0]!
    expect([resource.serviceName, resource.schemaUrl]).toEqual(['shop', 'resource-url'])
    expect([scope.name, scope.schemaUrl]).toEqual(['late', 'scope-url'])
  })

  test('may have a message in two parts, which are one', () => {
    const body = build(
      message(
        1,
        message(1, attribute(1, 'a', string(1, 'x'))),
        message(1, attribute(1, 'b', string(1, 'y')), varint(2, 3)),
        message(2, message(1, string(1, 'one')), message(1, string(2, '2')), message(2)),
      ),
    )
    const { resource, scope } = decode('logs', body).telemetry.logs[0]!
    expect(plain(resource.attributes)).toEqual([
      ['a', 'x'],
      ['b', 'y'],
    ])
    expect([resource.droppedAttributesCount, scope.name, scope.version]).toEqual([3, 'one', '2'])
    expect(span(message(15, varint(3, 2)), message(15, string(2, 'broken')))).toMatchObject({
      statusCode: 2,
      statusMessage: 'broken',
    })
  })

  test('goes on with a list whose value comes in two parts', () => {
    const list = (text: string) => message(2, message(5, message(1, string(1, text))))
    expect(log(message(6, string(1, 'k'), list('a'), list('b'))).attributes.k).toEqual(['a', 'b'])
    const map = (key: string) => message(2, message(6, message(1, string(1, key), message(2, string(1, key)))))
    expect(plain(log(message(6, string(1, 'k'), map('a'), map('b'))).attributes.k)).toEqual([
      ['a', 'a'],
      ['b', 'b'],
    ])
  })

  test('keeps the last member of a oneof, and the last value of a key', () => {
    expect(log(message(5, string(1, 'text'), varint(3, 7))).body).toBe(7)
    expect(log(message(5, varint(3, 7), string(1, 'text'))).body).toBe('text')
    expect(plain(log(attribute(6, 'k', varint(3, 1)), attribute(6, 'k', varint(3, 2))).attributes)).toEqual([['k', 2]])
    const gaugeThenSum = request(
      string(1, 'm'),
      message(5, message(1, double(4, 1))),
      message(7, message(1, double(4, 2)), message(1, double(4, 3)), varint(2, 2), varint(3, 1)),
    )
    const { points } = decode('metrics', gaugeThenSum).telemetry
    expect(points.map(({ type, value, temporality, monotonic }) => [type, value, temporality, monotonic])).toEqual([
      ['sum', 2, 2, true],
      ['sum', 3, 2, true],
    ])
  })

  test('may have a metric’s name and kind after its points', () => {
    const body = request(message(7, message(1, double(4, 1)), varint(2, 1)), string(1, 'late'), string(3, 's'))
    expect(decode('metrics', body).telemetry.points[0]).toMatchObject({ name: 'late', unit: 's', temporality: 1 })
  })

  test('may have repeated numbers packed, one by one, or both', () => {
    const histogram = (...parts: Part[]) =>
      decode('metrics', request(string(1, 'h'), message(9, message(1, ...parts)))).telemetry.points[0]!
    const packed: Part = (w) => w.uint32(field(6, 2)).fork().fixed64('1').fixed64('18446744073709551615').ldelim()
    expect(histogram(packed, fixed64(6, '3')).bucketCounts).toEqual([1n, 18446744073709551615n, 3n])
    const bounds: Part = (w) => w.uint32(field(7, 2)).fork().double(0.5).ldelim()
    expect(histogram(double(7, 0.25), bounds).explicitBounds).toEqual([0.25, 0.5])
    const exponential = (...parts: Part[]) =>
      decode('metrics', request(string(1, 'e'), message(10, message(1, message(8, ...parts))))).telemetry.points[0]!
    const counts: Part = (w) => w.uint32(field(2, 2)).fork().uint64('5').uint64('18446744073709551615').ldelim()
    expect(exponential(varint(2, 4), counts).positiveBucketCounts).toEqual([4n, 5n, 18446744073709551615n])
  })

  test('may have fields, groups and wire types that we do not know', () => {
    const group: Part = (w) => w.uint32(field(99, 3)).uint32(field(1, 0)).uint32(5).uint32(field(99, 4))
    const overlong = raw(0x90, 0x03, ...Array(9).fill(0x80), 0x00) // field 50, 0 in ten bytes
    const known = span(group, overlong, string(77, 'x'), fixed64(78, '1'), fixed64(5, '1'), string(5, 'name'))
    expect(known.name).toBe('name')
  })

  test('keeps text that is not UTF-8, with U+FFFD', () => {
    expect(log(bytes(3, 0x61, 0xff, 0x62)).severityText).toBe('a\ufffdb')
    expect(plain(log(message(6, bytes(1, 0xc3), message(2, bytes(1, 0xe2, 0x82)))).attributes)).toEqual([
      ['\ufffd', '\ufffd'],
    ])
    expect(log(string(3, 'a\u0000😀')).severityText).toBe('a\u0000😀')
  })

  test('keeps keys that are names of JavaScript', () => {
    const keys = ['__proto__', 'constructor', 'hasOwnProperty', '', 'x'.repeat(1_000_000)]
    const { attributes } = log(...keys.map((key) => attribute(6, key, string(1, 'v'))))
    expect(Object.keys(attributes)).toEqual(keys)
    expect(Object.getPrototypeOf(attributes)).toBe(null)
    expect(({} as Record<string, unknown>).v).toBeUndefined()
  })

  test('keeps 64-bit numbers exactly', () => {
    const int = (value: string) => log(message(5, (w) => w.uint32(field(3, 0)).int64(value))).body
    expect(['0', '127', '128', '-1', '9007199254740991'].map(int)).toEqual([0, 127, 128, -1, 9007199254740991])
    expect(['9007199254740993', '-9223372036854775808'].map(int)).toEqual([9007199254740993n, -9223372036854775808n])
    expect(span(fixed64(7, '1782938400123456789')).startTimeUnixNano).toBe(1782938400123456789n)
    expect(span(fixed64(8, '9223372036854775807')).endTimeUnixNano).toBe(9223372036854775807n)
  })

  test('keeps enums and kinds that nobody knows yet', () => {
    expect([span(varint(6, 99)).kind, log(varint(2, 99)).severityNumber]).toEqual([99, 99])
  })
})

describe('a record that cannot be read', () => {
  const records = (signal: Signal, ...each: Part[][]) =>
    decode(signal, build(message(1, message(2, ...each.map((parts) => message(2, ...parts))))))

  test('is rejected alone, and its neighbours are kept', () => {
    const good = [traceId, spanId, string(5, 'good')]
    const {
      telemetry,
      rejected,
      message: why,
    } = records(
      'traces',
      good,
      [bytes(1, 1, 2, 3), spanId],
      [traceId],
      [traceId, bytes(2, ...Array(8).fill(0))],
      [...good, fixed64(8, '9223372036854775808')],
      [...good, bytes(4, 1)],
      good,
    )
    expect(telemetry.spans.map(({ name }) => name)).toEqual(['good', 'good'])
    expect(rejected).toBe(5)
    expect(why).toContain('5 of 7 spans were rejected')
    expect(why).toContain('(2)')
  })

  test('is a log record with a wrong id, but not one without', () => {
    const { telemetry, rejected } = records('logs', [bytes(9, 1, 2)], [bytes(9)], [bytes(9, ...Array(16).fill(0))], [])
    expect([telemetry.logs.length, rejected]).toEqual([3, 1])
    expect(telemetry.logs.map((record) => record.traceId)).toEqual(['', '', ''])
  })

  test('is counted by points where it is a metric', () => {
    const point = (...parts: Part[]) => message(1, ...parts)
    const {
      telemetry,
      rejected,
      message: why,
    } = records(
      'metrics',
      [
        string(1, 'm'),
        message(
          5,
          point(double(4, 1)),
          point(),
          point(varint(8, 1)),
          point(double(4, 1), fixed64(3, '18446744073709551615')),
        ),
      ],
      [string(1, 'future'), message(13, point(double(4, 1)), point(double(4, 2)))],
      [string(1, 'nothing')],
    )
    expect(telemetry.points.map(({ value, flags }) => [value, flags])).toEqual([
      [1, 0],
      [undefined, 1],
    ])
    expect([rejected, why]).toEqual([4, expect.stringContaining('4 of 6 data points were rejected')])
  })

  test('never makes an answer long', () => {
    const body = build(message(1, message(2, ...Array.from({ length: 100_000 }, () => message(2)))))
    const { rejected, message: why } = decode('traces', body)
    expect(rejected).toBe(100_000)
    expect(why.length).toBeLessThan(500)
  })
})

describe('a log record’s time', () => {
  test('is its own, else the observed one, else that of its arrival', () => {
    const times = (...parts: Part[]) => [log(...parts).timeUnixNano, log(...parts).observedTimeUnixNano]
    expect(times(fixed64(1, '5'), fixed64(11, '6'))).toEqual([5n, 6n])
    expect(times(fixed64(1, '0'), fixed64(11, '6'))).toEqual([6n, 6n])
    expect(times()).toEqual([99n, 0n])
  })
})

describe('a body that is not protobuf', () => {
  const nested = (depth: number) => {
    let value = build(string(1, 'x'))
    for (let i = 0; i < depth; i++) value = build(message(5, bytes(1, ...value)))
    return request(bytes(5, ...value))
  }

  test('is a DecodeError wherever it breaks', () => {
    const bad: Record<string, Uint8Array> = {
      'cut off': request(string(3, 'INFO')).slice(0, -1),
      'a length beyond the end': Uint8Array.from([0x0a, 0x7f, 0x00]),
      'a length beyond the message that holds it': build(message(1, raw(0x12, 0x7f)), string(9, 'x'.repeat(200))),
      'a length of 2^31': Uint8Array.from([0x0a, 0x80, 0x80, 0x80, 0x80, 0x08]),
      'a length of 2^32-1': Uint8Array.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f]),
      'field 0': Uint8Array.from([0x02, 0x00]),
      'wire type 6': Uint8Array.from([0x0e]),
      'wire type 7': Uint8Array.from([0x0f]),
      'a group that only ends': Uint8Array.from([0x0c]),
      'a group that ends as another': Uint8Array.from([0x1b, 0x24]),
      'a varint of eleven bytes': Uint8Array.from([0x18, ...Array(10).fill(0xff), 0x01]),
      'groups 10,000 deep': Uint8Array.from(Array(10_000).fill(0x1b)),
      'values 101 deep': nested(100),
      JSON: new TextEncoder().encode('{"resourceLogs":[]}'),
    }
    for (const [what, body] of Object.entries(bad)) {
      expect(() => decode('logs', body), what).toThrow(DecodeError)
    }
    expect(decode('logs', nested(99)).telemetry.logs.length).toBe(1)
  })
})

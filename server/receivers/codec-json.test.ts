import { describe, expect, test } from 'bun:test'
import { Double } from '#proto/attributes.ts'
import { DecodeError, type Signal } from './codec-batch.ts'
import { decodeJson } from './codec-json.ts'
import { plain } from './testing.ts'

const decode = (signal: Signal, body: string | Uint8Array) =>
  decodeJson(signal, typeof body === 'string' ? new TextEncoder().encode(body) : body, 99n)
const ids = '"traceId":"000000000000000000000000000000AB","spanId":"00000000000000Cd"'
const spans = (...each: string[]) => decode('traces', `{"resourceSpans":[{"scopeSpans":[{"spans":[${each.join()}]}]}]}`)
const logs = (...each: string[]) => decode('logs', `{"resourceLogs":[{"scopeLogs":[{"logRecords":[${each.join()}]}]}]}`)
const metrics = (...each: string[]) =>
  decode('metrics', `{"resourceMetrics":[{"scopeMetrics":[{"metrics":[${each.join()}]}]}]}`)
const gauge = (...points: string[]) => metrics(`{"name":"m","gauge":{"dataPoints":[${points.join()}]}}`)
const body = (value: string) => logs(`{"body":${value}}`).telemetry.logs[0]?.body

describe('ids', () => {
  test('are hex in either case, and stored in lower case', () => {
    const { spans: kept } = spans(
      `{${ids}}`,
      `{${ids.toLowerCase().replaceAll('traceid', 'traceId').replaceAll('spanid', 'spanId')}}`,
    ).telemetry
    expect(new Set(kept.map(({ traceId, spanId }) => `${traceId} ${spanId}`))).toEqual(
      new Set(['000000000000000000000000000000ab 00000000000000cd']),
    )
  })

  test('that are no ids reject their span and are never stored as others', () => {
    const bad = ['AAAAAAAAAAAAAAAAAAAAqw==', 'abc', 'z'.repeat(32), 'a'.repeat(31), 'a'.repeat(33), '0'.repeat(32), '']
    const { telemetry, rejected } = spans(
      ...bad.map((id) => `{"traceId":"${id}","spanId":"${'b'.repeat(16)}"}`),
      `{${ids}}`,
    )
    expect([telemetry.spans.length, rejected]).toEqual([1, bad.length])
  })
})

describe('numbers', () => {
  test('of 64 bits are exact as strings and as numbers', () => {
    for (const time of ['"1782938400123456789"', '1782938400123456789', '1782938400123456789.0']) {
      expect(logs(`{"timeUnixNano": ${time} }`).telemetry.logs[0]!.timeUnixNano).toBe(1782938400123456789n)
    }
    for (const int of ['9007199254740993', '-9223372036854775808']) {
      expect([body(`{"intValue":${int}}`), body(`{"intValue":"${int}"}`)]).toEqual([BigInt(int), BigInt(int)])
    }
    expect(body('{"arrayValue":{"values":[{"intValue":9007199254740993},{"intValue":1}]}}')).toEqual([
      9007199254740993n,
      1,
    ])
  })

  test('that are long are found only outside of texts', () => {
    expect(body('{"stringValue":"[1234567890123456789, \\"9007199254740993\\\\"}')).toBe(
      '[1234567890123456789, "9007199254740993\\',
    )
    expect(body('{"doubleValue":0.12345678901234567}')).toBe(Number('0.12345678901234567'))
    expect(body('{"doubleValue":12345678901234567890}')).toEqual(new Double(Number('12345678901234567890')))
  })

  test('may be written 1.0 and 1e3, but not as anything else', () => {
    expect(['1.0', '1e3', '"1.0"', '"1e3"', '"10E-1"', '-0'].map((n) => body(`{"intValue":${n}}`))).toEqual([
      1, 1000, 1, 1000, 1, 0,
    ])
    for (const bad of ['1.5', '" 1"', '"abc"', '"0x10"', '""', 'true', '{}', '9223372036854775808', '"1e999"']) {
      expect([bad, logs(`{"body":{"intValue":${bad}}}`).rejected]).toEqual([bad, 1])
    }
  })

  test('that are unsigned are exact to 2^64-1 and never negative', () => {
    const histogram = (count: string) =>
      metrics(`{"name":"h","histogram":{"dataPoints":[{"count":${count},"bucketCounts":[${count}]}]}}`)
    for (const count of ['18446744073709551615', '"18446744073709551615"']) {
      const point = histogram(count).telemetry.points[0]!
      expect([point.count, point.bucketCounts]).toEqual([18446744073709551615n, [18446744073709551615n]])
    }
    for (const bad of ['-1', '"-1"', '18446744073709551616']) expect(histogram(bad).rejected).toBe(1)
  })

  test('may be no finite doubles', () => {
    const { points } = gauge(
      ...['"NaN"', '"Infinity"', '"-Infinity"', '1e308', '-0.0', '"1.5"'].map((n) => `{"asDouble":${n}}`),
    ).telemetry
    expect(points.map(({ value }) => value)).toEqual([
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      1e308,
      -0,
      1.5,
    ])
    expect(gauge('{"asDouble":"nan"}').rejected).toBe(1)
  })
})

describe('a data point', () => {
  test('that cannot be read is rejected and counted as a point', () => {
    const { telemetry, rejected, message } = gauge(
      '{"asInt":1}',
      '{"asInt":"2"}',
      '{"asDouble":3}',
      '{"asInt":1,"startTimeUnixNano":"NaN"}',
      '{"asString":"x"}',
    )
    expect([telemetry.points.length, rejected]).toEqual([3, 2])
    expect(message).toContain('2 of 5 data points were rejected')
  })

  test('without a value is kept when it says that there is none', () => {
    expect(gauge('{"flags":1}', '{"asDouble":null}', '{}')).toMatchObject({
      rejected: 2,
      telemetry: { points: [{ flags: 1 }] },
    })
  })

  test('of a kind that nobody knows is counted, but unknown fields are not', () => {
    expect(metrics('{"name":"x","future":{"dataPoints":[{},{},{}]}}', '{"name":"y","hint":{"a":1}}').rejected).toBe(3)
  })
})

describe('shapes', () => {
  test('may have null for what is missing', () => {
    const { telemetry, rejected } = spans(
      `{${ids},"attributes":null,"events":null,"links":null,"status":null,"name":null,"parentSpanId":null,"kind":null}`,
    )
    expect(rejected).toBe(0)
    expect(telemetry.spans[0]).toMatchObject({ name: '', events: [], links: [], statusCode: 0, kind: 0 })
    expect(
      plain(
        logs(
          '{"attributes":[{"key":"a"},{"key":"b","value":{}},{"key":"c","value":null},{"key":"d","value":{"stringValue":null}}]}',
        ).telemetry.logs[0]!.attributes,
      ),
    ).toEqual([
      ['a', null],
      ['b', null],
      ['c', null],
      ['d', null],
    ])
    for (const empty of [
      '{}',
      '{"resourceLogs":[]}',
      '{"resourceLogs":null}',
      '{"resourceLogs":[null,{},{"scopeLogs":[{}]}]}',
    ]) {
      expect(decode('logs', empty)).toMatchObject({ rejected: 0, message: '' })
    }
  })

  test('ignore what they do not know, at every level and however deep', () => {
    const deep = `${'{"x":'.repeat(60)}[1,{"y":2}]${'}'.repeat(60)}`
    const { telemetry } = decode(
      'logs',
      `{"new":${deep},"resourceLogs":[{"new":${deep},"resource":{"new":1},"scopeLogs":[{"new":[],"scope":{"new":2},"logRecords":[{"new":${deep},"body":{"new":1,"stringValue":"kept"}}]}]}]}`,
    )
    expect(telemetry.logs[0]!.body).toBe('kept')
  })

  test('may have enums as numbers, known or not, and as names', () => {
    const kinds = spans(
      `{${ids},"kind":99}`,
      `{${ids},"kind":"SPAN_KIND_SERVER"}`,
      `{${ids},"kind":"SPAN_KIND_NOPE"}`,
      `{${ids},"kind":"toString"}`,
    )
    expect([kinds.telemetry.spans.map(({ kind }) => kind), kinds.rejected]).toEqual([[99, 2], 2])
    expect(logs('{"severityNumber":"SEVERITY_NUMBER_FATAL4"}').telemetry.logs[0]!.severityNumber).toBe(24)
  })

  test('may have the field names of the .proto files', () => {
    const text = `{"resource_logs":[{"resource":{"attributes":[{"key":"service.name","value":{"string_value":"shop"}}]},"scope_logs":[{"log_records":[{"time_unix_nano":"5","severity_text":"INFO","attributes":[{"key":"snake_key","value":{"int_value":1782938400123456789}}]}]}]}]}`
    const record = decode('logs', text).telemetry.logs[0]!
    expect([record.resource.serviceName, record.timeUnixNano, record.severityText]).toEqual(['shop', 5n, 'INFO'])
    expect(plain(record.attributes)).toEqual([['snake_key', '1782938400123456789n']])
  })

  test('of records that are wrong reject the record, and those of lists of records the request', () => {
    expect(
      logs('1', '"x"', '{}', '{"attributes":{"a":1}}', '{"attributes":[1]}', '{"body":"text"}', '{"severityText":5}'),
    ).toMatchObject({ rejected: 6 })
    for (const bad of [
      '{"resourceLogs":{}}',
      '{"resourceLogs":[1]}',
      '{"resourceLogs":[{"scopeLogs":1}]}',
      '{"resourceLogs":[{"scopeLogs":[{"logRecords":{}}]}]}',
    ]) {
      expect(() => decode('logs', bad), bad).toThrow(DecodeError)
    }
  })

  test('of a resource that are wrong reject its records, and no others', () => {
    const one = (resource: string, body: string) =>
      `{"resource":${resource},"scopeLogs":[{"logRecords":[{"severityText":"${body}"},{}]}]}`
    const text = `{"resourceLogs":[${one('{}', 'a')},${one('{"attributes":[{"key":"n","value":{"intValue":"x"}}]}', 'b')},${one('{}', 'c')}]}`
    const { telemetry, rejected } = decode('logs', text)
    expect([telemetry.logs.map(({ severityText }) => severityText), rejected]).toEqual([['a', '', 'c', ''], 2])
  })
})

describe('values', () => {
  test('of bytes are base64 of either alphabet, with or without padding', () => {
    for (const text of ['+/8=', '+/8', '-_8=', '-_8'])
      expect(plain(body(`{"bytesValue":"${text}"}`))).toEqual({ bytes: 'fbff' })
    for (const bad of ['"*"', '"a"', '5']) expect(logs(`{"body":{"bytesValue":${bad}}}`).rejected).toBe(1)
  })

  test('may nest', () => {
    let nested = '{"stringValue":"bottom"}'
    for (let i = 0; i < 8; i++)
      nested = `{"arrayValue":{"values":[{"kvlistValue":{"values":[{"key":"k","value":${nested}},{"key":"n","value":{"intValue":${i}}}]}}]}}`
    let value = body(nested) as never
    for (let i = 7; i >= 0; i--) {
      expect((value[0] as { n: number }).n).toBe(i)
      value = (value[0] as { k: never }).k
    }
    expect(value as unknown).toBe('bottom')
  })

  test('of the same key are the last one’s, also for keys of JSON itself', () => {
    const attributes = '"attributes":[{"key":"k","value":{"intValue":1}},{"key":"k","value":{"intValue":2}}]'
    expect(plain(logs(`{${attributes}}`).telemetry.logs[0]!.attributes)).toEqual([['k', 2]])
    expect(logs('{"severityText":"a","severityText":"b"}').telemetry.logs[0]!.severityText).toBe('b')
    expect(body('{"stringValue":"a","intValue":2}')).toBe(2)
  })

  test('may stand under keys that are names of JavaScript', () => {
    const keys = ['__proto__', 'constructor', 'hasOwnProperty', '', 'k'.repeat(1_000_000)]
    const { attributes } = logs(
      `{"__proto__":{"polluted":1},"attributes":[${keys.map((key) => `{"key":"${key}","value":{"boolValue":true}}`)}]}`,
    ).telemetry.logs[0]!
    expect(Object.keys(attributes)).toEqual(keys)
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })

  test('may be any text', () => {
    expect(body('{"stringValue":"a\\u0000\\ud800😀שלום"}')).toBe('a\u0000\ud800😀שלום')
  })
})

describe('a body', () => {
  test('may begin with a byte order mark, and have bytes that are not UTF-8', () => {
    const text = Buffer.from('\ufeff{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"severityText":"a?b"}]}]}]}')
    text[text.indexOf('?')] = 0xff
    expect(decode('logs', text).telemetry.logs[0]!.severityText).toBe('a\ufffdb')
  })

  test('that is not one JSON object is a DecodeError', () => {
    const bad = [
      '',
      '  \n',
      '{',
      '{}x',
      '{}{}',
      '[]',
      '1',
      'null',
      '"x"',
      '{"a":01234567890123456}',
      '{"a":-12345678901234567-1}',
      '{1234567890123456789:1}',
      '{"a":1,1234567890123456789 :1}',
      '\u0000',
    ]
    for (const text of bad) expect(() => decode('logs', text), text).toThrow(DecodeError)
  })

  test('of 100,000 brackets is refused before anything walks it', () => {
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
      ['{"resourceLogs":[', ']}'],
    ] as const) {
      expect(() => decode('logs', `{"resourceLogs":${open.repeat(100_000)}1${close.repeat(100_000)}}`)).toThrow(
        DecodeError,
      )
    }
    let value = '{"boolValue":true}'
    for (let i = 0; i < 101; i++) value = `{"arrayValue":{"values":[${value}]}}`
    expect(() => logs(`{"body":${value}}`)).toThrow(DecodeError)
  })

  test('never shows up in the message about it', () => {
    expect(() => decode('logs', '{"a": sk-secret "sk-secret"')).toThrow(/^(?!.*sk-secret)/)
  })
})

describe('times', () => {
  test('may be anything from 0 to the year 2262, and in any order', () => {
    const { telemetry, rejected } = spans(
      `{${ids},"startTimeUnixNano":"0"}`,
      `{${ids},"startTimeUnixNano":"9223372036854775807"}`,
      `{${ids},"startTimeUnixNano":"5","endTimeUnixNano":"3"}`,
      `{${ids},"startTimeUnixNano":"-1"}`,
      `{${ids},"startTimeUnixNano":"9223372036854775808"}`,
      `{${ids},"startTimeUnixNano":1.5}`,
    )
    expect(telemetry.spans.map((span) => [span.startTimeUnixNano, span.endTimeUnixNano])).toEqual([
      [0n, 0n],
      [9223372036854775807n, 0n],
      [5n, 3n],
    ])
    expect(rejected).toBe(3)
  })

  test('of logs are their own, else the observed, else the arrival’s', () => {
    const { logs: kept } = logs(
      '{"timeUnixNano":"5","observedTimeUnixNano":"6"}',
      '{"timeUnixNano":0,"observedTimeUnixNano":"6"}',
      '{}',
    ).telemetry
    expect(kept.map((record) => record.timeUnixNano)).toEqual([5n, 6n, 99n])
  })
})

import { describe, expect, test } from 'bun:test'
import { decodeJson, decodeJsonInSteps } from './codec-json.ts'
import { received, recordings } from './testing.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text)

/** Runs to the end; gives how often others had their turn. */
function inSteps(signal: 'traces' | 'logs' | 'metrics', body: Uint8Array, partBytes?: number) {
  const steps = decodeJsonInSteps(signal, body, 7n, partBytes)
  for (let turns = 0; ; turns++) {
    const { done, value } = steps.next()
    if (done) return { decoded: value, turns }
  }
}

const record = (i: number) =>
  `{"timeUnixNano":${1790000000000000000n + BigInt(i)},"body":{"stringValue":"]},{\\"\\\\[${i}"},"attributes":[{"key":"a","value":{"arrayValue":{"values":[{"intValue":"${i}"}]}}}]}`
const list = (count: number, from = 0) => Array.from({ length: count }, (_, i) => record(from + i)).join(' ,\n')

describe('a request in parts', () => {
  const requests: Record<string, string> = {
    'with the resource behind its records': `{"resourceLogs":[{"scopeLogs":[{"logRecords":[${list(50)}],"scope":{"name":"s"}},{"logRecords":[${list(30, 100)}]}],"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"x"}}]}}]}`,
    'with a list that is overruled by a later one': `{"resourceLogs":[{"scopeLogs":[{"logRecords":[${list(9)}],"logRecords":[${list(40, 50)}]}]}]}`,
    'with records of another signal': `{"resourceSpans":[{"scopeSpans":[{"spans":[${list(40)}]}]}],"resourceLogs":[{"scopeLogs":[{"logRecords":[${list(40)}]}]}]}`,
    'with names in snake case': `{"resource_logs":[{"scope_logs":[{"log_records":[${list(40).replaceAll('timeUnixNano', 'time_unix_nano')}]}]}]}`,
    'with the same names where they mean nothing': `{"x":{"resourceLogs":[{"scopeLogs":[{"logRecords":[${list(40)}]}]}]},"resourceLogs":[{"scopeLogs":[{"logRecords":[${list(40)}]}],"logRecords":[${list(40)}]}]}`,
    'with records that are none': `{"resourceLogs":[{"scopeLogs":[{"logRecords":[1,${list(40)},"x",null,[${list(9)}]]}]}]}`,
    'with many resources and scopes': `{"resourceLogs":[${Array.from({ length: 40 }, (_, i) => `{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"s${i}"}}]},"scopeLogs":[{"scope":{"name":"a"},"logRecords":[${list(2, i)}]},{"scope":{"attributes":[{"key":"b","value":{"intValue":"1"}}]},"logRecords":[${record(i)}]}]}`)}]}`,
    'with resources of which some are in snake case': `{"resourceLogs":[${Array.from({ length: 9 }, (_, i) => `{"resource":{"dropped_attributes_count":${i}},"scope${i % 2 ? '_logs' : 'Logs'}":[{"log${i % 2 ? '_records' : 'Records'}":[${list(9, i).replaceAll('timeUnixNano', i % 2 ? 'time_unix_nano' : 'timeUnixNano')}]}]}`)}]}`,
    'with long lists in its records': `{"resourceLogs":[{"scopeLogs":[{"logRecords":[${list(40)},{"body":{"arrayValue":{"values":[${Array.from({ length: 50 }, (_, i) => `{"kvlistValue":{"values":[{"key":"k${i}","value":{"arrayValue":{"values":[{"boolValue":true},{"stringValue":"x"}]}}},{"key":"l"}]}}`)}]}},"attributes":[${Array.from({ length: 90 }, (_, i) => `{"key":"k${i % 80}","value":{"doubleValue":${i}}}`)}]}]}]}]}`,
    'with a byte order mark and blanks': `\ufeff { "resourceLogs" : [ { "scopeLogs" : [ { "logRecords" : [ ${list(40)} ] } ] } ] } `,
  }
  for (const [name, request] of Object.entries(requests)) {
    test(`${name} is what it is as a whole`, () => {
      const body = bytesOf(request)
      const whole = decodeJson('logs', body, 7n)
      expect(whole.telemetry.logs.length).toBeGreaterThan(30)
      for (const partBytes of [1, 100, 1000, 100_000]) {
        const { decoded } = inSteps('logs', body, partBytes)
        expect(received(decoded.telemetry)).toEqual(received(whole.telemetry))
        expect([decoded.rejected, decoded.message]).toEqual([whole.rejected, whole.message])
      }
    })
  }

  const broken: Record<string, string> = {
    'a comma too many at the end': `[${list(40)},]`,
    'two commas': `[${list(20)},,${list(20)}]`,
    'a bracket of the wrong kind inside': `[${list(20)},{"a":[1}},${list(20)}]`,
    'a bracket of the wrong kind at the end': `[${list(40)}}`,
    'no end': `[${list(40)}`,
    'a text without an end': `[${list(40)},"x]`,
    'no comma': `[${list(20)} ${list(20)}]`,
  }
  for (const [name, records] of Object.entries(broken)) {
    test(`that has ${name} is refused like the whole`, () => {
      for (const place of ['logRecords', 'spans']) {
        const lists = place === 'spans' ? ['Spans', 'Spans'] : ['Logs', 'Logs']
        const body = bytesOf(`{"resource${lists[0]}":[{"scope${lists[1]}":[{"${place}":${records}}]}]}`)
        expect(() => decodeJson('logs', body, 7n)).toThrow('not JSON')
        expect(() => inSteps('logs', body, 100)).toThrow('not JSON')
      }
    })
  }

  test('of every recording is what it is as a whole', () => {
    for (const { signal, encoding, body } of recordings()) {
      if (encoding !== 'json' || body.byteLength > 100_000) continue
      const { decoded } = inSteps(signal, body, 200)
      expect(received(decoded.telemetry)).toEqual(received(decodeJson(signal, body, 7n).telemetry))
    }
  })

  test('of spans and points is what it is as a whole', () => {
    const attributes = `[${Array.from({ length: 30 }, (_, i) => `{"key":"k${i}","value":{"intValue":"${i}"}}`)}]`
    const events = Array.from({ length: 30 }, (_, i) => `{"name":"e${i}","attributes":${attributes}}`)
    const span = (i: number) =>
      `{"traceId":"${'ab'.repeat(16)}","spanId":"${String(i).padStart(16, '1')}","events":[${events}],"links":[{"traceId":"","attributes":${attributes}}]}`
    const points = Array.from(
      { length: 1200 },
      (_, i) =>
        `{"asInt":"${i}","bucketCounts":["1","2"],"explicitBounds":[1],"attributes":${i % 99 ? '[]' : attributes}}`,
    )
    const kinds = ['gauge', 'sum', 'histogram', 'summary', 'unheardOf'].map(
      (kind) => `{"name":"${kind}","${kind}":{"dataPoints":[${points},1]}}`,
    )
    for (const [signal, body] of [
      ['traces', `{"resourceSpans":[{"scopeSpans":[{"spans":[${Array.from({ length: 9 }, (_, i) => span(i))}]}]}]}`],
      ['metrics', `{"resourceMetrics":[{"scopeMetrics":[{"metrics":[${kinds}]}]}]}`],
    ] as const) {
      const whole = decodeJson(signal, bytesOf(body), 7n)
      for (const partBytes of [1, 500, 20_000]) {
        const { decoded } = inSteps(signal, bytesOf(body), partBytes)
        expect(Bun.deepEquals(received(decoded.telemetry), received(whole.telemetry))).toBe(true)
        expect([decoded.rejected, decoded.message]).toEqual([whole.rejected, whole.message])
      }
    }
  })

  test('that nests too deep is refused like the whole', () => {
    const body = bytesOf(`{"resourceLogs":[${'['.repeat(600)}1,2${']'.repeat(600)}]}`)
    expect(() => decodeJson('logs', body, 7n)).toThrow('brackets nest')
    for (const partBytes of [1, 100, 10_000]) expect(() => inSteps('logs', body, partBytes)).toThrow('brackets nest')
  })

  test('lets others have their turn also where its resources, or the attributes of one record, are the many', () => {
    const resources = Array.from({ length: 20_000 }, (_, i) => `{"scopeLogs":[{"logRecords":[${record(i)}]}]}`)
    const attributes = Array.from({ length: 60_000 }, (_, i) => `{"key":"k${i}","value":{"stringValue":"v"}}`)
    for (const [request, records] of [
      [`{"resourceLogs":[${resources}]}`, 20_000],
      [`{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"attributes":[${attributes}]}]}]}]}`, 1],
    ] as const) {
      const body = bytesOf(request)
      const { decoded, turns } = inSteps('logs', body)
      expect(decoded.telemetry.logs).toHaveLength(records)
      expect(turns).toBeGreaterThan(body.byteLength / 512 / 1024)
    }
  })

  test('lets others have their turn once for each quarter of a megabyte', () => {
    const body = bytesOf(`{"resourceLogs":[{"scopeLogs":[{"logRecords":[${list(20_000)}]}]}]}`)
    const { decoded, turns } = inSteps('logs', body)
    expect(decoded.telemetry.logs).toHaveLength(20_000)
    expect(turns).toBeGreaterThan(body.byteLength / 512 / 1024)
  })
})

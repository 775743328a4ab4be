import { expect, test } from 'bun:test'
import { loadSchema, requestType } from '#proto/schema.ts'
import type { Signal } from './codec-batch.ts'
import { guessSignal } from './guess-signal.ts'

const schema = loadSchema()
const envelopes: Record<Signal, [string, string, string]> = {
  traces: ['resourceSpans', 'scopeSpans', 'spans'],
  metrics: ['resourceMetrics', 'scopeMetrics', 'metrics'],
  logs: ['resourceLogs', 'scopeLogs', 'logRecords'],
}

function guess(signal: Signal, record: object): Signal {
  const [resources, scopes, records] = envelopes[signal]
  const type = requestType(schema, signal)
  return guessSignal(type.encode(type.fromObject({ [resources]: [{ [scopes]: [{ [records]: [record] }] }] })).finish())
}

test('a record is recognised however little it says', () => {
  const traceId = Buffer.alloc(16, 0xab)
  const spanId = Buffer.alloc(8, 0xcd)
  const attributes = [{ key: 'k', value: { stringValue: 'v' } }]
  const dataPoints = [{ timeUnixNano: '5', asDouble: 1, attributes }]
  const records: Record<Signal, object[]> = {
    traces: [
      { traceId, spanId },
      { traceId, spanId, name: 'n' },
      { traceId, spanId, parentSpanId: spanId, name: 'n', attributes, status: { message: 'm' } },
      { traceId, spanId, name: 'n', startTimeUnixNano: '5' },
    ],
    metrics: [
      { name: 'm', gauge: { dataPoints } },
      { name: 'm', unit: 's', description: 'd', sum: { dataPoints, isMonotonic: true } },
      { name: 'm', histogram: { dataPoints: [{ count: '1', bucketCounts: ['1'], attributes }] } },
      { name: 'm', exponentialHistogram: { dataPoints: [{ scale: 1 }] } },
      { name: 'm', summary: { dataPoints: [{ count: '1' }] } },
    ],
    logs: [
      {},
      { body: { stringValue: 'a text' } },
      { body: { kvlistValue: { values: attributes } }, attributes },
      { attributes },
      { severityText: 'INFO', traceId, spanId },
      { eventName: 'e' },
      { observedTimeUnixNano: '5' },
    ],
  }
  for (const signal of Object.keys(records) as Signal[]) {
    for (const record of records[signal]) expect([record, guess(signal, record)]).toEqual([record, signal])
  }
})

test('a request without records is no signal in particular', () => {
  expect(guessSignal(new Uint8Array())).toBe('logs')
  expect(guessSignal(Uint8Array.from([0x0a, 0x02, 0x0a, 0x00]))).toBe('logs')
})

test('bytes that are not protobuf are told', () => {
  for (const bytes of [[0x0a, 0x7f], [0x0e], [0x00]]) expect(() => guessSignal(Uint8Array.from(bytes))).toThrow()
})

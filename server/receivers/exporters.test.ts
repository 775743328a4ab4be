import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import { OTLPLogExporter as LogsJson } from '@opentelemetry/exporter-logs-otlp-http'
import { OTLPLogExporter as LogsProtobuf } from '@opentelemetry/exporter-logs-otlp-proto'
import { OTLPMetricExporter as MetricsJson } from '@opentelemetry/exporter-metrics-otlp-http'
import { OTLPMetricExporter as MetricsProtobuf } from '@opentelemetry/exporter-metrics-otlp-proto'
import { OTLPTraceExporter as TracesJson } from '@opentelemetry/exporter-trace-otlp-http'
import { OTLPTraceExporter as TracesProtobuf } from '@opentelemetry/exporter-trace-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs'
import { AggregationType, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { noTelemetry, type Telemetry } from '#proto/telemetry.ts'
import { plain, startServer, type TestServer } from './testing.ts'

// The exporters of the OpenTelemetry SDK are the independent encoder: what they were given is what must arrive.

const arrived: Telemetry = noTelemetry()
let server: TestServer
beforeAll(async () => {
  server = await startServer()
  server.ingest.onCommit((telemetry) => {
    arrived.spans.push(...telemetry.spans)
    arrived.logs.push(...telemetry.logs)
    arrived.points.push(...telemetry.points.filter((point) => !point.derived))
  })
})
afterAll(() => server.close())

const kinds = [
  ['JSON', TracesJson, MetricsJson, LogsJson],
  ['protobuf', TracesProtobuf, MetricsProtobuf, LogsProtobuf],
] as const

for (const [name, Traces, Metrics, Logs] of kinds) {
  describe(`the SDK's ${name} exporter`, () => {
    const service = `sdk-${name}`
    const resource = resourceFromAttributes({ 'service.name': service, 'host.cpus': 8, ratio: 0.5 })
    const url = (path: string) => ({ url: `${server.url}/v1/${path}` })
    const attributes = {
      text: 'ünï\u0000',
      yes: true,
      int: 42,
      big: Number.MAX_SAFE_INTEGER,
      double: 1.5,
      list: ['a', 'b'],
      numbers: [1, 2.5],
    }
    const expected = [
      ['big', Number.MAX_SAFE_INTEGER],
      ['double', 1.5],
      ['int', 42],
      ['list', ['a', 'b']],
      ['numbers', [1, 2.5]],
      ['text', 'ünï\u0000'],
      ['yes', true],
    ]

    test('delivers spans with events, links and status', async () => {
      const provider = new BasicTracerProvider({
        resource,
        spanProcessors: [new BatchSpanProcessor(new Traces(url('traces')))],
      })
      const tracer = provider.getTracer('scope', '1.2.3')
      const other = tracer.startSpan('other')
      other.end([1782938401, 0])
      const span = tracer.startSpan('work', {
        kind: SpanKind.CLIENT,
        attributes,
        startTime: [1782938400, 123456789],
        links: [{ context: other.spanContext(), attributes: { why: 'link' } }],
      })
      span.addEvent('happened', { n: 1 }, [1782938400, 200000001])
      span.setStatus({ code: SpanStatusCode.ERROR, message: 'broke' })
      span.end([1782938400, 987654321])
      await provider.shutdown()
      const got = arrived.spans.find((one) => one.name === 'work' && one.resource.serviceName === service)!
      expect(got).toMatchObject({
        traceId: span.spanContext().traceId,
        spanId: span.spanContext().spanId,
        kind: 3,
        startTimeUnixNano: 1782938400123456789n,
        endTimeUnixNano: 1782938400987654321n,
        statusCode: 2,
        statusMessage: 'broke',
        scope: { name: 'scope', version: '1.2.3' },
        events: [{ name: 'happened', timeUnixNano: 1782938400200000001n }],
        links: [{ traceId: other.spanContext().traceId, spanId: other.spanContext().spanId }],
      })
      expect(plain(got.attributes)).toEqual(expected)
      expect(plain(got.resource.attributes)).toEqual([
        ['host.cpus', 8],
        ['ratio', 0.5],
        ['service.name', service],
      ])
    })

    test('delivers log records', async () => {
      const provider = new LoggerProvider({
        resource,
        processors: [new BatchLogRecordProcessor({ exporter: new Logs(url('logs')) })],
      })
      provider.getLogger('scope').emit({
        timestamp: [1782938400, 5],
        severityNumber: 17,
        severityText: 'ERROR',
        eventName: 'it.happened',
        body: { nested: ['x', 1] },
        attributes,
      })
      await provider.shutdown()
      const got = arrived.logs.find((one) => one.resource.serviceName === service)!
      expect(got).toMatchObject({
        timeUnixNano: 1782938400000000005n,
        severityNumber: 17,
        severityText: 'ERROR',
        eventName: 'it.happened',
      })
      expect(plain(got.body)).toEqual([['nested', ['x', 1]]])
      expect(plain(got.attributes)).toEqual(expected)
    })

    test('delivers counters, gauges and both histograms', async () => {
      const reader = new PeriodicExportingMetricReader({
        exporter: new Metrics(url('metrics')),
        exportIntervalMillis: 3_600_000,
      })
      const provider = new MeterProvider({
        resource,
        readers: [reader],
        views: [{ instrumentName: 'exponential', aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } }],
      })
      const meter = provider.getMeter('scope')
      meter.createCounter('counter', { unit: 'By', description: 'bytes' }).add(5, { a: 'b' })
      meter.createUpDownCounter('updown').add(-2)
      meter.createGauge('gauge').record(1.25)
      meter.createHistogram('histogram', { advice: { explicitBucketBoundaries: [1, 10] } }).record(5)
      for (const value of [1, 2, 4]) meter.createHistogram('exponential').record(value)
      await provider.forceFlush()
      await provider.shutdown()
      const point = (metric: string) =>
        arrived.points.find((one) => one.name === metric && one.resource.serviceName === service)!
      expect(point('counter')).toMatchObject({
        type: 'sum',
        value: 5,
        monotonic: true,
        temporality: 2,
        unit: 'By',
        description: 'bytes',
      })
      expect(plain(point('counter').attributes)).toEqual([['a', 'b']])
      expect(point('updown')).toMatchObject({ type: 'sum', value: -2, monotonic: false })
      expect(point('gauge')).toMatchObject({ type: 'gauge', value: 1.25, isInt: false })
      expect(point('histogram')).toMatchObject({
        type: 'histogram',
        count: 1n,
        sum: 5,
        min: 5,
        max: 5,
        bucketCounts: [0n, 1n, 0n],
        explicitBounds: [1, 10],
      })
      const exponential = point('exponential')
      expect(exponential).toMatchObject({ type: 'exponential_histogram', count: 3n, sum: 7, zeroCount: 0n })
      expect(exponential.positiveBucketCounts!.reduce((sum, count) => sum + count, 0n)).toBe(3n)
    })
  })
}

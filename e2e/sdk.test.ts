// sdk.test.ts: the OpenTelemetry JS SDK's own exporters send all three signals, and the API gives them back equal.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { context, SeverityNumber, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { OTLPLogExporter as LogsJson } from '@opentelemetry/exporter-logs-otlp-http'
import { OTLPLogExporter as LogsProto } from '@opentelemetry/exporter-logs-otlp-proto'
import { OTLPMetricExporter as MetricsJson } from '@opentelemetry/exporter-metrics-otlp-http'
import { OTLPMetricExporter as MetricsProto } from '@opentelemetry/exporter-metrics-otlp-proto'
import { OTLPTraceExporter as TracesJson } from '@opentelemetry/exporter-trace-otlp-http'
import { OTLPTraceExporter as TracesProto } from '@opentelemetry/exporter-trace-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs'
import { AggregationType, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { BasicTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { type Running, start } from './telltale.ts'

let server: Running
beforeAll(async () => {
  server = await start()
})
afterAll(() => server.dispose())

const encodings = [
  { name: 'http/json', Traces: TracesJson, Metrics: MetricsJson, Logs: LogsJson },
  { name: 'http/protobuf', Traces: TracesProto, Metrics: MetricsProto, Logs: LogsProto },
]

for (const { name, Traces, Metrics, Logs } of encodings) {
  for (const compression of ['none', 'gzip'] as const) {
    describe(`${name}, ${compression}`, () => {
      const service = `sdk-${name}-${compression}`.replace('/', '-')
      const resource = resourceFromAttributes({ 'service.name': service, 'service.version': '1.2.3' })
      const options = (signal: string) => ({
        url: new URL(`/v1/${signal}`, server.otlpUrl).href,
        compression: compression as never,
      })

      test('spans with kind, status, events, links and every attribute type', async () => {
        const provider = new BasicTracerProvider({
          resource,
          spanProcessors: [new SimpleSpanProcessor(new Traces(options('traces')))],
        })
        const tracer = provider.getTracer('scope', '9.9')
        const parent = tracer.startSpan('parent', { kind: SpanKind.SERVER })
        const inner = trace.setSpan(context.active(), parent)
        const child = tracer.startSpan(
          'child',
          { kind: SpanKind.CLIENT, links: [{ context: parent.spanContext(), attributes: { why: 'link' } }] },
          inner,
        )
        child.setAttributes({ text: 'täxt 🎈', int: 42, double: 0.5, flag: true, list: ['a', 'b'] })
        child.addEvent('happened', { step: 1 })
        child.recordException(new Error('broken'))
        child.setStatus({ code: SpanStatusCode.ERROR, message: 'went wrong' })
        child.end()
        parent.end()
        await provider.forceFlush()
        await provider.shutdown()
        const { traceId, spanId } = child.spanContext()
        const { spans } = await server.get(`/api/traces/${traceId}`)
        expect(spans).toHaveLength(2)
        const got = spans.find((span: any) => span.spanId === spanId)
        expect(got).toMatchObject({
          traceId,
          spanName: 'child',
          parentSpanId: parent.spanContext().spanId,
          serviceName: service,
          scopeName: 'scope',
          scopeVersion: '9.9',
          statusMessage: 'went wrong',
          spanAttributes: { text: 'täxt 🎈', int: 42, double: 0.5, flag: true, list: ['a', 'b'] },
          resourceAttributes: { 'service.version': '1.2.3' },
          links: [{ traceId, spanId: parent.spanContext().spanId, attributes: { why: 'link' } }],
        })
        expect(got.events.map((event: any) => event.name)).toEqual(['happened', 'exception'])
        expect(got.events[0].attributes).toEqual({ step: 1 })
      })

      test('counters, gauges, histograms of both kinds', async () => {
        const reader = new PeriodicExportingMetricReader({
          exporter: new Metrics(options('metrics')),
          exportIntervalMillis: 3_600_000,
        })
        const provider = new MeterProvider({
          resource,
          readers: [reader],
          views: [
            { instrumentName: 'latency.exponential', aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } },
          ],
        })
        const meter = provider.getMeter('scope')
        meter.createCounter('requests', { unit: '1', description: 'how many' }).add(5, { route: '/a' })
        meter.createGauge('temperature').record(21.5)
        for (const instrument of ['latency', 'latency.exponential']) {
          const histogram = meter.createHistogram(instrument, { unit: 'ms' })
          for (const value of [1, 20, 300]) histogram.record(value)
        }
        await provider.forceFlush()
        await provider.shutdown()
        const { metrics } = await server.get(`/api/metrics?service=${service}&limit=100`)
        const byName = (metric: string) => metrics.find((point: any) => point.metricName === metric)
        expect(byName('requests')).toMatchObject({
          metricType: 'sum',
          value: 5,
          isMonotonic: true,
          metricUnit: '1',
          metricDescription: 'how many',
          attributes: { route: '/a' },
        })
        expect(byName('temperature')).toMatchObject({ metricType: 'gauge', value: 21.5 })
        expect(byName('latency')).toMatchObject({ metricType: 'histogram', count: 3, sum: 321, min: 1, max: 300 })
        expect(byName('latency.exponential')).toMatchObject({ metricType: 'exponential_histogram', count: 3, sum: 321 })
        // The SDK exports once when asked and once more at its end: the counter grew by 5 in all.
        const grown = metrics.filter((point: any) => point.metricName === 'requests.delta')
        expect(grown.reduce((sum: number, point: any) => sum + point.value, 0)).toBe(5)
      })

      test('log records with severity, body, attributes and their trace', async () => {
        const provider = new LoggerProvider({
          resource,
          processors: [new SimpleLogRecordProcessor({ exporter: new Logs(options('logs')) })],
        })
        provider.getLogger('scope').emit({
          body: `hello from ${service}`,
          severityNumber: SeverityNumber.WARN,
          severityText: 'WARN',
          attributes: { count: 7, nested: { deep: ['x'] } },
        })
        await provider.forceFlush()
        await provider.shutdown()
        const { logs } = await server.get(`/api/logs?service=${service}`)
        expect(logs).toHaveLength(1)
        expect(logs[0]).toMatchObject({
          body: `hello from ${service}`,
          severityText: 'WARN',
          severityNumber: 13,
          logAttributes: { count: 7, nested: { deep: ['x'] } },
        })
      })
    })
  }
}

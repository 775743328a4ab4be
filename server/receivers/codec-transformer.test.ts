// codec-transformer.test.ts: requests written by OpenTelemetry's own serialisers, read by our two decoders.
import { describe, expect, test } from 'bun:test'
import { SpanStatusCode } from '@opentelemetry/api'
import {
  JsonLogsSerializer,
  JsonMetricsSerializer,
  JsonTraceSerializer,
  ProtobufLogsSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
} from '@opentelemetry/otlp-transformer'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { decode, type Signal } from './codec.ts'
import { plain } from './testing.ts'

const resource = resourceFromAttributes({ 'service.name': 'transformer', 'process.pid': 7 })
const attributes = { text: 'täxt 🎈', int: 42, double: 0.5, whole: 3, flag: false, list: ['a', 'b'] }

/** Decodes both encodings of one request; they must be the same records, and none rejected. */
async function both(signal: Signal, protobuf: Uint8Array | undefined, json: Uint8Array | undefined) {
  const [fromProtobuf, fromJson] = await Promise.all([
    decode(signal, 'protobuf', protobuf!, 1n),
    decode(signal, 'json', json!, 1n),
  ])
  expect([fromProtobuf.rejected, fromJson.rejected]).toEqual([0, 0])
  expect(plain(fromJson.telemetry)).toEqual(plain(fromProtobuf.telemetry))
  return fromProtobuf.telemetry
}

describe("OpenTelemetry's serialisers", () => {
  test('spans', async () => {
    const exporter = new InMemorySpanExporter()
    const tracer = new BasicTracerProvider({ resource, spanProcessors: [new SimpleSpanProcessor(exporter)] }).getTracer(
      't',
      '1',
    )
    const span = tracer.startSpan('work', { attributes, startTime: [1_795_319_687, 46_123_456] })
    span.addEvent('step', { n: 1 }, [1_795_319_687, 50_000_001])
    span.setStatus({ code: SpanStatusCode.ERROR, message: 'no' })
    span.end([1_795_319_688, 1])
    const spans = exporter.getFinishedSpans()
    const { spans: decoded } = await both(
      'traces',
      ProtobufTraceSerializer.serializeRequest(spans),
      JsonTraceSerializer.serializeRequest(spans),
    )
    expect(decoded).toHaveLength(1)
    expect(decoded[0]).toMatchObject({
      name: 'work',
      traceId: span.spanContext().traceId,
      spanId: span.spanContext().spanId,
      startTimeUnixNano: 1_795_319_687_046_123_456n,
      endTimeUnixNano: 1_795_319_688_000_000_001n,
      statusCode: 2,
      statusMessage: 'no',
    })
    expect(decoded[0]!.attributes.int).toBe(42)
    expect(decoded[0]!.attributes.list).toEqual(['a', 'b'])
    expect(decoded[0]!.events[0]!.timeUnixNano).toBe(1_795_319_687_050_000_001n)
    expect(decoded[0]!.resource.serviceName).toBe('transformer')
  })

  test('log records', async () => {
    const exporter = new InMemoryLogRecordExporter()
    const logger = new LoggerProvider({ resource, processors: [new SimpleLogRecordProcessor({ exporter })] }).getLogger(
      't',
    )
    logger.emit({ body: { nested: ['x', 1] }, severityNumber: 17, severityText: 'ERROR', attributes, eventName: 'e' })
    const records = exporter.getFinishedLogRecords()
    const { logs } = await both(
      'logs',
      ProtobufLogsSerializer.serializeRequest(records),
      JsonLogsSerializer.serializeRequest(records),
    )
    expect(logs).toHaveLength(1)
    expect(logs[0]).toMatchObject({ severityNumber: 17, severityText: 'ERROR', eventName: 'e' })
    expect(logs[0]!.attributes.text).toBe('täxt 🎈')
  })

  test('metric points', async () => {
    const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
    const meter = new MeterProvider({ resource, readers: [reader] }).getMeter('t')
    meter.createCounter('count', { unit: '1' }).add(3, attributes)
    meter.createHistogram('latency').record(12.5)
    await reader.forceFlush()
    const [metrics] = exporter.getMetrics()
    const { points } = await both(
      'metrics',
      ProtobufMetricsSerializer.serializeRequest(metrics!),
      JsonMetricsSerializer.serializeRequest(metrics!),
    )
    expect(points.map(({ name, type }) => [name, type])).toEqual([
      ['count', 'sum'],
      ['latency', 'histogram'],
    ])
    expect(points[0]).toMatchObject({ temporality: 2, monotonic: true, unit: '1' })
    expect(Number(points[0]!.value)).toBe(3)
    expect(points[1]).toMatchObject({ count: 1n, sum: 12.5, min: 12.5, max: 12.5 })
  })
})

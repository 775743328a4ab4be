// shapes.ts: the records of contract §4 as the API answers them: types for the page, schemas for /openapi.json and tests.
import { z } from 'zod'

const time = z.iso.datetime({ offset: true }).describe('RFC 3339 in UTC, exact to the nanosecond')
/** An integer that may exceed what a JavaScript number holds; the JSON text is exact. */
const integer = z.number()
/** A double; what is not finite is written as the string of the protobuf JSON mapping. */
const double = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])])
const attributes = z.record(z.string(), z.unknown()).describe('values keep their types: 5 is an int, 5.0 a double')

/** What every list says beside its rows. */
export const page = { total: z.number(), hasMore: z.boolean() }

export const TraceOverview = z
  .object({
    id: z.string().describe('what /api/traces/{id} takes, together with `kind`'),
    kind: z.enum(['otel_trace', 'codex_operation']),
    traceId: z.string(),
    rootSpanId: z.string(),
    rootSpan: z.string().describe('name of the span without a parent, or of the earliest one'),
    serviceName: z.string(),
    tool: z.string().optional(),
    startTime: time,
    duration: integer.describe('nanoseconds'),
    spanCount: z.number(),
    errorCount: z.number(),
    status: z.enum(['OK', 'ERROR', 'UNSET']),
    sessionId: z.string().optional(),
  })
  .meta({ id: 'TraceOverview' })
export type TraceOverview = z.infer<typeof TraceOverview>

export const TraceList = z.object({ traces: z.array(TraceOverview), ...page })
export type TraceList = z.infer<typeof TraceList>

const SpanEvent = z.object({
  timestamp: time,
  name: z.string(),
  attributes,
  droppedAttributesCount: z.number().optional(),
})
const SpanLink = z.object({
  traceId: z.string(),
  spanId: z.string(),
  traceState: z.string().optional(),
  attributes,
  droppedAttributesCount: z.number().optional(),
  flags: z.number().optional(),
})

export const Span = z
  .object({
    timestamp: time,
    traceId: z.string(),
    spanId: z.string(),
    parentSpanId: z.string().optional(),
    traceState: z.string().optional(),
    flags: z.number().optional(),
    spanName: z.string(),
    spanKind: z.string().describe('UNSPECIFIED, INTERNAL, SERVER, CLIENT, PRODUCER, CONSUMER, or an unknown number'),
    serviceName: z.string(),
    tool: z.string().optional(),
    sessionId: z.string().optional(),
    model: z.string().optional(),
    project: z.string().optional(),
    resourceAttributes: attributes,
    scopeName: z.string().optional(),
    scopeVersion: z.string().optional(),
    scopeAttributes: attributes.optional(),
    spanAttributes: attributes,
    duration: integer.describe('nanoseconds'),
    statusCode: z.string().describe('UNSET, OK, ERROR, or an unknown number'),
    statusMessage: z.string().optional(),
    events: z.array(SpanEvent),
    links: z.array(SpanLink),
    droppedAttributesCount: z.number().optional(),
    droppedEventsCount: z.number().optional(),
    droppedLinksCount: z.number().optional(),
  })
  .meta({ id: 'Span' })
export type Span = z.infer<typeof Span>

export const SpanList = z.object({ spans: z.array(Span), ...page })
export type SpanList = z.infer<typeof SpanList>

export const LogRecord = z
  .object({
    timestamp: time,
    observedTimestamp: time.optional(),
    traceId: z.string().optional(),
    spanId: z.string().optional(),
    traceFlags: z.number().optional(),
    severityText: z.string().describe('as sent, else by its number, else by what the event says'),
    severityNumber: z.number(),
    serviceName: z.string(),
    tool: z.string().optional(),
    eventName: z.string().optional(),
    sessionId: z.string().optional(),
    model: z.string().optional(),
    project: z.string().optional(),
    body: z.unknown().describe('a string body as a string, any other as its value'),
    resourceAttributes: attributes,
    scopeName: z.string().optional(),
    scopeVersion: z.string().optional(),
    scopeAttributes: attributes.optional(),
    logAttributes: attributes,
    droppedAttributesCount: z.number().optional(),
  })
  .meta({ id: 'LogRecord' })
export type LogRecord = z.infer<typeof LogRecord>

export const LogList = z.object({ logs: z.array(LogRecord), ...page })
export type LogList = z.infer<typeof LogList>

export const metricTypes = ['gauge', 'sum', 'histogram', 'exponential_histogram', 'summary'] as const

const Exemplar = z.object({
  timestamp: time,
  value: double,
  traceId: z.string().optional(),
  spanId: z.string().optional(),
  filteredAttributes: attributes,
})

export const MetricPoint = z
  .object({
    timestamp: time,
    startTimestamp: time.optional(),
    serviceName: z.string(),
    tool: z.string().optional(),
    sessionId: z.string().optional(),
    model: z.string().optional(),
    project: z.string().optional(),
    metricName: z.string(),
    metricDescription: z.string().optional(),
    metricUnit: z.string().optional(),
    metricType: z.enum(metricTypes),
    derived: z.boolean().optional().describe('true for a point that telltale made of others'),
    resourceAttributes: attributes,
    scopeName: z.string().optional(),
    scopeVersion: z.string().optional(),
    scopeAttributes: attributes.optional(),
    attributes,
    flags: z.number().optional(),
    value: double.optional(),
    aggregationTemporality: z.number().optional().describe('0 unspecified, 1 delta, 2 cumulative'),
    isMonotonic: z.boolean().optional(),
    count: integer.optional(),
    sum: double.optional(),
    min: double.optional(),
    max: double.optional(),
    bucketCounts: z.array(integer).optional(),
    explicitBounds: z.array(double).optional(),
    scale: z.number().optional(),
    zeroCount: integer.optional(),
    zeroThreshold: double.optional(),
    positiveOffset: z.number().optional(),
    positiveBucketCounts: z.array(integer).optional(),
    negativeOffset: z.number().optional(),
    negativeBucketCounts: z.array(integer).optional(),
    quantileValues: z.array(double).optional(),
    quantileQuantiles: z.array(double).optional(),
    exemplars: z.array(Exemplar).optional(),
  })
  .meta({ id: 'MetricPoint' })
export type MetricPoint = z.infer<typeof MetricPoint>

export const MetricList = z.object({ metrics: z.array(MetricPoint), ...page })
export type MetricList = z.infer<typeof MetricList>

export const Series = z
  .object({
    name: z.string(),
    labels: z.record(z.string(), z.string()),
    datapoints: z
      .array(z.tuple([z.number(), z.number().nullable()]))
      .describe('[start of the interval in ms since 1970, value or null where nothing was measured]'),
  })
  .meta({ id: 'Series' })
export type Series = z.infer<typeof Series>

export const SeriesList = z.object({
  series: z.array(Series),
  seriesTotal: z.number().describe('how many there are; at most 50 are answered, the largest first'),
  intervalSeconds: z.number(),
})
export type SeriesList = z.infer<typeof SeriesList>

export const Stats = z
  .object({
    traceCount: z.number(),
    spanCount: z.number(),
    logCount: z.number(),
    metricCount: z.number().describe('points as received and as derived'),
    sessionCount: z.number(),
    callCount: z.number(),
    serviceCount: z.number(),
    services: z.array(z.string()),
    errorRate: z.number().describe('percent of spans whose status is ERROR'),
  })
  .meta({ id: 'Stats' })
export type Stats = z.infer<typeof Stats>

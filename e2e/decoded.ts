// decoded.ts: recorded requests as an independent reader sees them: protobufjs by reflection, or JSON.parse.
import { gunzipSync } from 'node:zlib'
import protobuf from 'protobufjs'
import type { Recorded } from './recordings.ts'

const schema = protobuf.loadSync(
  ['trace', 'metrics', 'logs'].map((signal) => `${import.meta.dir}/../proto/opentelemetry/${signal}-service.proto`),
)

export type Signal = 'traces' | 'metrics' | 'logs'
export const signals: readonly Signal[] = ['logs', 'traces', 'metrics']

const messages = {
  traces: 'trace.v1.ExportTraceServiceRequest',
  metrics: 'metrics.v1.ExportMetricsServiceRequest',
  logs: 'logs.v1.ExportLogsServiceRequest',
} as const
const fields = { traces: 'resourceSpans', metrics: 'resourceMetrics', logs: 'resourceLogs' } as const

/** The request's records and which signal they are of. */
export function decoded(request: Recorded): { signal: Signal; tree: any } {
  const gzipped = request.headers['content-encoding'] === 'gzip'
  const body = gzipped ? gunzipSync(request.body) : request.body
  if (request.headers['content-type']?.includes('json')) {
    const tree = JSON.parse(new TextDecoder().decode(body))
    const signal = signals.find((one) => fields[one] in tree)
    if (!signal) throw new Error(`${request.file}: no OTLP request`)
    return { signal, tree }
  }
  const named =
    /v1\/(traces|metrics|logs)$/.exec(request.path)?.[1] ?? /\.(trace|metrics|logs)\.v1\./.exec(request.path)?.[1]
  // The one agent that sends to `/` sends logs there.
  const signal = (named === 'trace' ? 'traces' : (named ?? 'logs')) as Signal
  const message = schema.lookupType(`opentelemetry.proto.collector.${messages[signal]}`)
  return { signal, tree: message.toObject(message.decode(body), { longs: String, bytes: String }) }
}

/** Attributes by name, as they come out of JSON: strings, numbers, booleans. */
export type Attributes = Record<string, any>

/** One log record, span or metric point of a request: its name and its attributes, the resource's beneath. */
export type Item = {
  name: string
  attributes: Attributes
  /** Of a point: its number, a histogram's sum, and where it stands. */
  value: number
  startTime: string
  time: string
  delta: boolean
}

const list = (value: any): any[] => value ?? []

function plain(value: any): any {
  if (!value) return undefined
  if ('intValue' in value) return Number(value.intValue)
  return value.stringValue ?? value.doubleValue ?? value.boolValue
}

function attributesOf(...from: any[]): Attributes {
  return Object.fromEntries(from.flatMap(list).map(({ key, value }: any) => [key, plain(value)]))
}

/** Every record of a request, flat. */
export function items(request: Recorded): { signal: Signal; items: Item[] } {
  const { signal, tree } = decoded(request)
  const nothing = { value: 0, startTime: '', time: '', delta: false }
  const found: Item[] = []
  for (const { resource, scopeLogs, scopeSpans, scopeMetrics } of list(tree[fields[signal]])) {
    for (const { logRecords } of list(scopeLogs))
      for (const log of list(logRecords)) {
        const attributes = attributesOf(resource?.attributes, log.attributes)
        found.push({ ...nothing, name: attributes['event.name'] ?? '', attributes })
      }
    for (const { spans } of list(scopeSpans))
      for (const span of list(spans))
        found.push({ ...nothing, name: span.name, attributes: attributesOf(resource?.attributes, span.attributes) })
    for (const { metrics } of list(scopeMetrics))
      for (const metric of list(metrics)) {
        const data = metric.sum ?? metric.gauge ?? metric.histogram ?? {}
        for (const point of list(data.dataPoints))
          found.push({
            name: metric.name,
            attributes: attributesOf(resource?.attributes, point.attributes),
            value: Number(point.asDouble ?? point.asInt ?? point.sum ?? 0),
            startTime: String(point.startTimeUnixNano),
            time: String(point.timeUnixNano),
            delta: [1, 'AGGREGATION_TEMPORALITY_DELTA'].includes(data.aggregationTemporality),
          })
      }
  }
  return { signal, items: found }
}

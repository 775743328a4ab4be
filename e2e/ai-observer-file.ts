// ai-observer-file.ts: a database as ai-observer would have made it of recorded requests: attributes as text, microseconds,
// ids of JSON senders misread as base64, and its own wrong derived points beside what was sent.
import { rmSync, writeFileSync } from 'node:fs'
import { DuckDBInstance } from '@duckdb/node-api'
import { type Attributes, type AttributeValue, Double, jsonValue } from '#proto/attributes.ts'
import type { LogRecord, MetricPoint, Resource, Span, Telemetry } from '#proto/telemetry.ts'

/** Rows by table, each as its columns. */
export type Tables = Record<'otel_traces' | 'otel_logs' | 'otel_metrics', Record<string, unknown>[]>

const columns: Record<keyof Tables, Record<string, string>> = {
  otel_traces: {
    Timestamp: 'TIMESTAMP NOT NULL',
    TraceId: 'VARCHAR NOT NULL',
    SpanId: 'VARCHAR NOT NULL',
    ParentSpanId: 'VARCHAR',
    TraceState: 'VARCHAR',
    SpanName: 'VARCHAR NOT NULL',
    SpanKind: 'VARCHAR',
    ServiceName: 'VARCHAR NOT NULL',
    ResourceAttributes: 'JSON',
    ScopeName: 'VARCHAR',
    ScopeVersion: 'VARCHAR',
    SpanAttributes: 'JSON',
    Duration: 'BIGINT',
    StatusCode: 'VARCHAR',
    StatusMessage: 'VARCHAR',
    'Events.Timestamp': 'JSON',
    'Events.Name': 'JSON',
    'Events.Attributes': 'JSON',
    'Links.TraceId': 'JSON',
    'Links.SpanId': 'JSON',
    'Links.TraceState': 'JSON',
    'Links.Attributes': 'JSON',
  },
  otel_logs: {
    Timestamp: 'TIMESTAMP NOT NULL',
    TraceId: 'VARCHAR',
    SpanId: 'VARCHAR',
    TraceFlags: 'UINTEGER',
    SeverityText: 'VARCHAR',
    SeverityNumber: 'INTEGER',
    ServiceName: 'VARCHAR NOT NULL',
    Body: 'VARCHAR',
    ResourceSchemaUrl: 'VARCHAR',
    ResourceAttributes: 'JSON',
    ScopeSchemaUrl: 'VARCHAR',
    ScopeName: 'VARCHAR',
    ScopeVersion: 'VARCHAR',
    ScopeAttributes: 'JSON',
    LogAttributes: 'JSON',
  },
  otel_metrics: {
    Timestamp: 'TIMESTAMP NOT NULL',
    ServiceName: 'VARCHAR NOT NULL',
    MetricName: 'VARCHAR NOT NULL',
    MetricDescription: 'VARCHAR',
    MetricUnit: 'VARCHAR',
    ResourceAttributes: 'JSON',
    ScopeName: 'VARCHAR',
    ScopeVersion: 'VARCHAR',
    Attributes: 'JSON',
    MetricType: 'VARCHAR NOT NULL',
    Value: 'DOUBLE',
    AggregationTemporality: 'INTEGER',
    IsMonotonic: 'BOOLEAN',
    Count: 'UBIGINT',
    Sum: 'DOUBLE',
    BucketCounts: 'JSON',
    ExplicitBounds: 'JSON',
    Scale: 'INTEGER',
    ZeroCount: 'UBIGINT',
    PositiveOffset: 'INTEGER',
    PositiveBucketCounts: 'JSON',
    NegativeOffset: 'INTEGER',
    NegativeBucketCounts: 'JSON',
    QuantileValues: 'JSON',
    QuantileQuantiles: 'JSON',
    Min: 'DOUBLE',
    Max: 'DOUBLE',
  },
}

const others = [
  `create table dashboards (id varchar primary key, name varchar not null, description varchar, is_default boolean default false,
     created_at timestamp default current_timestamp, updated_at timestamp default current_timestamp)`,
  `create table dashboard_widgets (id varchar primary key, dashboard_id varchar not null, widget_type varchar not null,
     title varchar not null, grid_column integer not null, grid_row integer not null, col_span integer not null default 1,
     row_span integer not null default 1, config json, created_at timestamp default current_timestamp,
     updated_at timestamp default current_timestamp)`,
  `create table import_state (source varchar not null, file_path varchar not null, file_hash varchar not null,
     imported_at timestamp not null, record_count integer not null, primary key (source, file_path))`,
  'create index idx_traces_timestamp on otel_traces("Timestamp")',
  'create index idx_traces_trace_id on otel_traces(TraceId)',
  'create index idx_logs_timestamp on otel_logs("Timestamp")',
  'create index idx_metrics_name on otel_metrics(MetricName)',
]

export const noTables = (): Tables => ({ otel_traces: [], otel_logs: [], otel_metrics: [] })

/** Writes the file. `leaveLog` keeps what was written last in the write-ahead log, as a process that was killed does. */
export async function writeAiObserverFile(path: string, tables: Tables, change: string[] = []): Promise<void> {
  const instance = await DuckDBInstance.create(path)
  const connection = await instance.connect()
  for (const [table, types] of Object.entries(columns)) {
    const list = Object.entries(types).map(([name, type]) => `"${name}" ${type}`)
    await connection.run(`create table ${table} (${list.join(', ')})`)
  }
  for (const statement of others) await connection.run(statement)
  for (const [table, rows] of Object.entries(tables)) {
    if (rows.length === 0) continue
    const file = `${path}.${table}.ndjson`
    writeFileSync(file, rows.map((row) => JSON.stringify(row)).join('\n'))
    const types = Object.entries(columns[table as keyof Tables])
    // As text first: what is JSON stays the text that it was.
    const given = types.map(([name]) => `'${name}': 'VARCHAR'`).join(', ')
    const cast = types.map(([name, type]) => `"${name}"::${type.replace(' NOT NULL', '')}`).join(', ')
    await connection.run(
      `insert into ${table} select ${cast} from read_ndjson('${file}', columns = {${given}}, maximum_object_size = 100000000)`,
    )
    rmSync(file)
  }
  for (const statement of change) await connection.run(statement)
  connection.closeSync()
  instance.closeSync()
}

/** What it makes of a decoded request. */
export function rowsOf(telemetry: Telemetry, isJson: boolean, tables: Tables): void {
  const id = (value: string) => (isJson && value ? Buffer.from(value, 'base64').toString('hex') : value)
  for (const span of telemetry.spans) tables.otel_traces.push(spanRow(span, id))
  for (const log of telemetry.logs) addLog(log, id, tables)
  for (const point of telemetry.points) addPoint(point, tables)
}

const textOf = (value: AttributeValue): string => {
  if (typeof value === 'string') return value
  if (value === null) return ''
  if (value instanceof Double) return String(value.value)
  return typeof value === 'object' ? jsonValue(value) : String(value)
}
const mapOf = (attributes: Attributes) =>
  JSON.stringify(Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, textOf(value)])))
const micros = (nanos: bigint) => {
  const micro = nanos / 1000n
  const seconds = new Date(Number(micro / 1000n)).toISOString().slice(0, 19).replace('T', ' ')
  return `${seconds}.${String(micro % 1_000_000n).padStart(6, '0')}`
}
const serviceOf = ({ serviceName }: Resource) => (serviceName === 'unknown_service' ? 'unknown' : serviceName)
const kinds = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER']

function spanRow(span: Span, id: (value: string) => string): Record<string, unknown> {
  return {
    Timestamp: micros(span.startTimeUnixNano),
    TraceId: id(span.traceId),
    SpanId: id(span.spanId),
    ParentSpanId: id(span.parentSpanId) || null,
    TraceState: span.traceState || null,
    SpanName: span.name,
    SpanKind: kinds[span.kind],
    ServiceName: serviceOf(span.resource),
    ResourceAttributes: mapOf(span.resource.attributes),
    ScopeName: span.scope.name || null,
    ScopeVersion: span.scope.version || null,
    SpanAttributes: mapOf(span.attributes),
    Duration: String(span.endTimeUnixNano - span.startTimeUnixNano),
    StatusCode: ['UNSET', 'OK', 'ERROR'][span.statusCode],
    StatusMessage: span.statusMessage || null,
    'Events.Timestamp': JSON.stringify(
      span.events.map(
        ({ timeUnixNano }) =>
          `${micros(timeUnixNano).replace(' ', 'T')}${String(timeUnixNano % 1000n).padStart(3, '0')}Z`,
      ),
    ),
    'Events.Name': JSON.stringify(span.events.map(({ name }) => name)),
    'Events.Attributes': `[${span.events.map(({ attributes }) => mapOf(attributes)).join(',')}]`,
    'Links.TraceId': JSON.stringify(span.links.map(({ traceId }) => id(traceId))),
    'Links.SpanId': JSON.stringify(span.links.map(({ spanId }) => id(spanId))),
    'Links.TraceState': JSON.stringify(span.links.map(({ traceState }) => traceState)),
    'Links.Attributes': `[${span.links.map(({ attributes }) => mapOf(attributes)).join(',')}]`,
  }
}

/** Of Codex's interactive program it keeps no stream events, and makes points of those that tell usage. */
function addLog(log: LogRecord, id: (value: string) => string, tables: Tables): void {
  const { attributes, resource } = log
  const name = attributes['event.name']
  const service = serviceOf(resource)
  if (service === 'codex_cli_rs' && name === 'codex.sse_event') {
    if (attributes['event.kind'] !== 'response.completed') return
    for (const [type, key] of Object.entries(codexTokens)) {
      const value = Number(attributes[key] ?? 0)
      if (value > 0)
        tables.otel_metrics.push(
          derived(service, 'codex_cli_rs.token.usage', log.timeUnixNano, value, {
            type,
            model: attributes.model ?? '',
          }),
        )
    }
    return
  }
  const body = log.body === null || log.body === '' ? (name ?? '') : log.body
  tables.otel_logs.push({
    Timestamp: micros(log.timeUnixNano),
    TraceId: id(log.traceId) || null,
    SpanId: id(log.spanId) || null,
    TraceFlags: log.flags,
    SeverityText: log.severityText || null,
    SeverityNumber: log.severityNumber,
    ServiceName: service,
    Body: textOf(body) || null,
    ResourceAttributes: mapOf(resource.attributes),
    ScopeName: log.scope.name || null,
    ScopeVersion: log.scope.version || null,
    ScopeAttributes: mapOf(log.scope.attributes),
    LogAttributes: mapOf(log.eventName && !name ? { ...attributes, 'event.name': log.eventName } : attributes),
  })
}

const codexTokens = {
  input: 'input_token_count',
  output: 'output_token_count',
  cacheRead: 'cached_token_count',
  reasoning: 'reasoning_token_count',
  tool: 'tool_token_count',
}

/** A point of its own making, as it writes them: without temporality. */
export function derived(
  service: string,
  name: string,
  timeUnixNano: bigint,
  value: number,
  attributes: Attributes,
): Record<string, unknown> {
  return {
    Timestamp: micros(timeUnixNano),
    ServiceName: service,
    MetricName: name,
    ResourceAttributes: '{}',
    Attributes: mapOf(attributes),
    MetricType: 'sum',
    Value: value,
  }
}

function addPoint(point: MetricPoint, tables: Tables): void {
  const { attributes, resource } = point
  const service = serviceOf(resource)
  const isSum = point.type === 'sum'
  const list = (values: readonly (bigint | number)[] | undefined) => (values ? `[${values.join(',')}]` : '[]')
  tables.otel_metrics.push({
    Timestamp: micros(point.timeUnixNano),
    ServiceName: service,
    MetricName: point.name,
    MetricDescription: point.description || null,
    MetricUnit: point.unit || null,
    ResourceAttributes: mapOf(resource.attributes),
    ScopeName: point.scope.name || null,
    ScopeVersion: point.scope.version || null,
    Attributes: mapOf(attributes),
    MetricType: point.type,
    Value: point.value === undefined ? null : Number(point.value),
    AggregationTemporality: point.type === 'gauge' || point.type === 'summary' ? null : point.temporality,
    IsMonotonic: isSum ? point.monotonic : null,
    Count: point.count === undefined ? null : String(point.count),
    Sum: point.sum ?? null,
    BucketCounts: list(point.bucketCounts),
    ExplicitBounds: list(point.explicitBounds),
    PositiveBucketCounts: '[]',
    NegativeBucketCounts: '[]',
    QuantileValues: '[]',
    QuantileQuantiles: '[]',
    Min: point.min ?? null,
    Max: point.max ?? null,
  })
  if (point.name === 'claude_code.token.usage')
    tables.otel_metrics.push(
      derived(service, 'claude_code.token.usage_user_facing', point.timeUnixNano, Number(point.value), attributes),
    )
  // Its worst number: what the counter stood at, priced anew at every export.
  if (point.name === 'gemini_cli.token.usage') {
    tables.otel_metrics.push(
      derived(service, 'gemini_cli.cost.usage', point.timeUnixNano, Number(point.value) * 10, attributes),
      derived(service, 'gemini_cli.token.usage.delta', point.timeUnixNano, Number(point.value), attributes),
    )
  }
}

// telemetry-writers.ts: spans, logs and points as rows of their tables (schema 001).
import { jsonAttributes, jsonString, jsonValue } from '#proto/attributes.ts'
import type { Exemplar, LogRecord, MetricPoint, Span, SpanEvent, SpanLink } from '#proto/telemetry.ts'
import type { TableWriter } from '../store/append.ts'
import { sharedJson } from './series.ts'

/** A record and the group it was committed with. */
export type Batched<T> = { batch: bigint; record: T }

const some = (value: string) => (value === '' ? null : value)
const known = (value: bigint) => (value === 0n ? null : value)

export const spanWriter: TableWriter<Batched<Span>> = {
  table: 'spans',
  columns: [
    { name: 'batch', type: 'bigint', take: ({ batch }) => batch },
    { name: 'time', type: 'time', take: ({ record }) => record.startTimeUnixNano },
    { name: 'end_time', type: 'time', take: ({ record }) => record.endTimeUnixNano },
    { name: 'duration_ns', type: 'bigint', take: ({ record }) => duration(record) },
    { name: 'trace_id', type: 'text', take: ({ record }) => record.traceId },
    { name: 'span_id', type: 'text', take: ({ record }) => record.spanId },
    { name: 'parent_span_id', type: 'text', take: ({ record }) => some(record.parentSpanId) },
    { name: 'trace_state', type: 'text', take: ({ record }) => some(record.traceState) },
    { name: 'flags', type: 'bigint', take: ({ record }) => record.flags },
    { name: 'name', type: 'text', take: ({ record }) => record.name },
    { name: 'kind', type: 'integer', take: ({ record }) => record.kind },
    { name: 'service_name', type: 'text', take: ({ record }) => record.resource.serviceName },
    { name: 'tool', type: 'text', take: ({ record }) => some(record.hot.tool) },
    { name: 'session_id', type: 'text', take: ({ record }) => some(record.hot.sessionId) },
    { name: 'model', type: 'text', take: ({ record }) => some(record.hot.model) },
    { name: 'event_name', type: 'text', take: ({ record }) => some(record.hot.eventName) },
    { name: 'project', type: 'text', take: ({ record }) => some(record.hot.project) },
    { name: 'user', type: 'text', take: ({ record }) => some(record.hot.user) },
    { name: 'status_code', type: 'integer', take: ({ record }) => record.statusCode },
    { name: 'status_message', type: 'text', take: ({ record }) => some(record.statusMessage) },
    { name: 'attributes', type: 'json', take: ({ record }) => jsonAttributes(record.attributes) },
    { name: 'resource_attributes', type: 'json', take: ({ record }) => sharedJson(record.resource.attributes) },
    { name: 'scope_name', type: 'text', take: ({ record }) => some(record.scope.name) },
    { name: 'scope_version', type: 'text', take: ({ record }) => some(record.scope.version) },
    { name: 'scope_attributes', type: 'json', take: ({ record }) => sharedJson(record.scope.attributes) },
    { name: 'resource_schema_url', type: 'text', take: ({ record }) => some(record.resource.schemaUrl) },
    { name: 'scope_schema_url', type: 'text', take: ({ record }) => some(record.scope.schemaUrl) },
    { name: 'events', type: 'json', take: ({ record }) => eventsJson(record.events) },
    { name: 'links', type: 'json', take: ({ record }) => linksJson(record.links) },
    { name: 'dropped_attributes_count', type: 'bigint', take: ({ record }) => record.droppedAttributesCount },
    { name: 'dropped_events_count', type: 'bigint', take: ({ record }) => record.droppedEventsCount },
    { name: 'dropped_links_count', type: 'bigint', take: ({ record }) => record.droppedLinksCount },
  ],
}

export const logWriter: TableWriter<Batched<LogRecord>> = {
  table: 'logs',
  columns: [
    { name: 'batch', type: 'bigint', take: ({ batch }) => batch },
    { name: 'time', type: 'time', take: ({ record }) => record.timeUnixNano },
    { name: 'observed_time', type: 'time', take: ({ record }) => known(record.observedTimeUnixNano) },
    { name: 'service_name', type: 'text', take: ({ record }) => record.resource.serviceName },
    { name: 'tool', type: 'text', take: ({ record }) => some(record.hot.tool) },
    { name: 'session_id', type: 'text', take: ({ record }) => some(record.hot.sessionId) },
    { name: 'model', type: 'text', take: ({ record }) => some(record.hot.model) },
    { name: 'event_name', type: 'text', take: ({ record }) => some(record.hot.eventName || record.eventName) },
    { name: 'project', type: 'text', take: ({ record }) => some(record.hot.project) },
    { name: 'user', type: 'text', take: ({ record }) => some(record.hot.user) },
    { name: 'severity_number', type: 'integer', take: ({ record }) => record.severityNumber },
    { name: 'severity_text', type: 'text', take: ({ record }) => some(record.severityText) },
    { name: 'body', type: 'text', take: ({ record }) => bodyText(record) },
    {
      name: 'body_is_json',
      type: 'boolean',
      take: ({ record }) => typeof record.body !== 'string' && record.body !== null,
    },
    { name: 'trace_id', type: 'text', take: ({ record }) => some(record.traceId) },
    { name: 'span_id', type: 'text', take: ({ record }) => some(record.spanId) },
    { name: 'flags', type: 'bigint', take: ({ record }) => record.flags },
    { name: 'attributes', type: 'json', take: ({ record }) => jsonAttributes(record.attributes) },
    { name: 'resource_attributes', type: 'json', take: ({ record }) => sharedJson(record.resource.attributes) },
    { name: 'scope_name', type: 'text', take: ({ record }) => some(record.scope.name) },
    { name: 'scope_version', type: 'text', take: ({ record }) => some(record.scope.version) },
    { name: 'scope_attributes', type: 'json', take: ({ record }) => sharedJson(record.scope.attributes) },
    { name: 'resource_schema_url', type: 'text', take: ({ record }) => some(record.resource.schemaUrl) },
    { name: 'scope_schema_url', type: 'text', take: ({ record }) => some(record.scope.schemaUrl) },
    { name: 'record_event_name', type: 'text', take: ({ record }) => some(record.eventName) },
    { name: 'dropped_attributes_count', type: 'bigint', take: ({ record }) => record.droppedAttributesCount },
  ],
}

/** A point with the identity of its series. */
export type BatchedPoint = { batch: bigint; record: MetricPoint; series: bigint }

export const pointWriter: TableWriter<BatchedPoint> = {
  table: 'raw_metric_points',
  columns: [
    { name: 'batch', type: 'bigint', take: ({ batch }) => batch },
    { name: 'time', type: 'time', take: ({ record }) => record.timeUnixNano },
    { name: 'start_time', type: 'time', take: ({ record }) => known(record.startTimeUnixNano) },
    { name: 'name', type: 'text', take: ({ record }) => record.name },
    { name: 'description', type: 'text', take: ({ record }) => some(record.description) },
    { name: 'unit', type: 'text', take: ({ record }) => some(record.unit) },
    { name: 'type', type: 'text', take: ({ record }) => record.type },
    { name: 'temporality', type: 'integer', take: ({ record }) => record.temporality },
    { name: 'is_monotonic', type: 'boolean', take: ({ record }) => record.monotonic },
    { name: 'is_derived', type: 'boolean', take: ({ record }) => record.derived === true },
    { name: 'service_name', type: 'text', take: ({ record }) => record.resource.serviceName },
    { name: 'tool', type: 'text', take: ({ record }) => some(record.hot.tool) },
    { name: 'session_id', type: 'text', take: ({ record }) => some(record.hot.sessionId) },
    { name: 'model', type: 'text', take: ({ record }) => some(record.hot.model) },
    { name: 'project', type: 'text', take: ({ record }) => some(record.hot.project) },
    { name: 'token_type', type: 'text', take: ({ record }) => some(record.hot.tokenType) },
    { name: 'user', type: 'text', take: ({ record }) => some(record.hot.user) },
    { name: 'series_id', type: 'bigint', take: ({ series }) => series },
    { name: 'value', type: 'double', take: ({ record }) => record.value },
    { name: 'value_int', type: 'bigint', take: ({ record }) => (record.isInt ? record.value : null) },
    { name: 'count', type: 'ubigint', take: ({ record }) => record.count },
    { name: 'sum', type: 'double', take: ({ record }) => record.sum },
    { name: 'min', type: 'double', take: ({ record }) => record.min },
    { name: 'max', type: 'double', take: ({ record }) => record.max },
    { name: 'bucket_counts', type: 'ubigint[]', take: ({ record }) => record.bucketCounts },
    { name: 'explicit_bounds', type: 'double[]', take: ({ record }) => record.explicitBounds },
    { name: 'scale', type: 'integer', take: ({ record }) => record.scale },
    { name: 'zero_count', type: 'ubigint', take: ({ record }) => record.zeroCount },
    { name: 'zero_threshold', type: 'double', take: ({ record }) => record.zeroThreshold },
    { name: 'positive_offset', type: 'integer', take: ({ record }) => record.positiveOffset },
    { name: 'positive_bucket_counts', type: 'ubigint[]', take: ({ record }) => record.positiveBucketCounts },
    { name: 'negative_offset', type: 'integer', take: ({ record }) => record.negativeOffset },
    { name: 'negative_bucket_counts', type: 'ubigint[]', take: ({ record }) => record.negativeBucketCounts },
    { name: 'quantiles', type: 'double[]', take: ({ record }) => record.quantiles },
    { name: 'quantile_values', type: 'double[]', take: ({ record }) => record.quantileValues },
    { name: 'exemplars', type: 'json', take: ({ record }) => exemplarsJson(record.exemplars) },
    { name: 'flags', type: 'bigint', take: ({ record }) => record.flags },
    { name: 'attributes', type: 'json', take: ({ record }) => sharedJson(record.attributes) },
    { name: 'resource_attributes', type: 'json', take: ({ record }) => sharedJson(record.resource.attributes) },
    { name: 'scope_name', type: 'text', take: ({ record }) => some(record.scope.name) },
    { name: 'scope_version', type: 'text', take: ({ record }) => some(record.scope.version) },
    { name: 'scope_attributes', type: 'json', take: ({ record }) => sharedJson(record.scope.attributes) },
    { name: 'resource_schema_url', type: 'text', take: ({ record }) => some(record.resource.schemaUrl) },
    { name: 'scope_schema_url', type: 'text', take: ({ record }) => some(record.scope.schemaUrl) },
  ],
}

/** End minus start; a span that ends before it starts has none. Beyond int64 it is the largest int64. */
function duration(span: Span): bigint {
  const length = span.endTimeUnixNano - span.startTimeUnixNano
  if (length < 0n) return 0n
  return length > 9223372036854775807n ? 9223372036854775807n : length
}

function bodyText(log: LogRecord): string | null {
  if (log.body === null) return null
  return typeof log.body === 'string' ? log.body : jsonValue(log.body)
}

function eventsJson(events: SpanEvent[]): string | null {
  if (events.length === 0) return null
  return `[${events
    .map(
      (event) =>
        `{"timeUnixNano":${event.timeUnixNano},"name":${jsonString(event.name)},"attributes":${jsonAttributes(event.attributes)},"droppedAttributesCount":${event.droppedAttributesCount}}`,
    )
    .join(',')}]`
}

function linksJson(links: SpanLink[]): string | null {
  if (links.length === 0) return null
  return `[${links
    .map(
      (link) =>
        `{"traceId":${jsonString(link.traceId)},"spanId":${jsonString(link.spanId)},"traceState":${jsonString(link.traceState)},"attributes":${jsonAttributes(link.attributes)},"droppedAttributesCount":${link.droppedAttributesCount},"flags":${link.flags}}`,
    )
    .join(',')}]`
}

function exemplarsJson(exemplars: Exemplar[]): string | null {
  if (exemplars.length === 0) return null
  return `[${exemplars
    .map(
      (exemplar) =>
        `{"timeUnixNano":${exemplar.timeUnixNano},"value":${typeof exemplar.value === 'number' && !Number.isFinite(exemplar.value) ? `"${exemplar.value}"` : exemplar.value},"traceId":${jsonString(exemplar.traceId)},"spanId":${jsonString(exemplar.spanId)},"filteredAttributes":${jsonAttributes(exemplar.filteredAttributes)}}`,
    )
    .join(',')}]`
}

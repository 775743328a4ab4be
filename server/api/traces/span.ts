// span.ts: the Span of the contract, from a row of the table and from a span that was just committed.
import { jsonAttributes } from '#proto/attributes.ts'
import type * as telemetry from '#proto/telemetry.ts'
import { sharedJson } from '../../ingest/series.ts'
import { big, int, maybe, type Row, text, time } from '../../store/query.ts'
import { Raw, raw, rawUnlessEmpty, type Wire, writeJson } from '../json.ts'
import { withTimes } from '../raw-times.ts'
import type { Span } from '../shapes.ts'
import { formatTime } from '../time.ts'

/** The columns of a span, as the queries select them. */
export const spanColumns = {
  time,
  trace_id: text,
  span_id: text,
  parent_span_id: maybe(text),
  trace_state: maybe(text),
  flags: int,
  name: text,
  kind: int,
  service_name: text,
  tool: maybe(text),
  session_id: maybe(text),
  model: maybe(text),
  project: maybe(text),
  resource_attributes: text,
  scope_name: maybe(text),
  scope_version: maybe(text),
  scope_attributes: maybe(text),
  attributes: text,
  duration_ns: big,
  status_code: int,
  status_message: maybe(text),
  events: maybe(text),
  links: maybe(text),
  dropped_attributes_count: int,
  dropped_events_count: int,
  dropped_links_count: int,
}

const kinds = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER']
const statuses = ['UNSET', 'OK', 'ERROR']

/** Contract §4 Span. `duration` is nanoseconds; a number of kind or status that OTLP does not know is kept as its digits. */
export function span(row: Row<typeof spanColumns>): Wire<Span> {
  return {
    timestamp: formatTime(row.time),
    traceId: row.trace_id,
    spanId: row.span_id,
    parentSpanId: row.parent_span_id ?? undefined,
    traceState: row.trace_state ?? undefined,
    flags: row.flags || undefined,
    spanName: row.name,
    spanKind: kinds[row.kind] ?? String(row.kind),
    serviceName: row.service_name,
    tool: row.tool ?? undefined,
    sessionId: row.session_id ?? undefined,
    model: row.model ?? undefined,
    project: row.project ?? undefined,
    resourceAttributes: raw(row.resource_attributes),
    scopeName: row.scope_name ?? undefined,
    scopeVersion: row.scope_version ?? undefined,
    scopeAttributes: rawUnlessEmpty(row.scope_attributes),
    spanAttributes: raw(row.attributes),
    duration: row.duration_ns,
    statusCode: statuses[row.status_code] ?? String(row.status_code),
    statusMessage: row.status_message ?? undefined,
    events: withTimes(row.events),
    links: new Raw(row.links ?? '[]'),
    droppedAttributesCount: row.dropped_attributes_count || undefined,
    droppedEventsCount: row.dropped_events_count || undefined,
    droppedLinksCount: row.dropped_links_count || undefined,
  }
}

/** A span of a committed batch in the row's shape, for the live page. */
export function rowOfSpan(from: telemetry.Span): Row<typeof spanColumns> {
  const length = from.endTimeUnixNano - from.startTimeUnixNano
  return {
    time: from.startTimeUnixNano,
    trace_id: from.traceId,
    span_id: from.spanId,
    parent_span_id: from.parentSpanId || null,
    trace_state: from.traceState || null,
    flags: from.flags,
    name: from.name,
    kind: from.kind,
    service_name: from.resource.serviceName,
    tool: from.hot.tool || null,
    session_id: from.hot.sessionId || null,
    model: from.hot.model || null,
    project: from.hot.project || null,
    resource_attributes: sharedJson(from.resource.attributes),
    scope_name: from.scope.name || null,
    scope_version: from.scope.version || null,
    scope_attributes: sharedJson(from.scope.attributes),
    attributes: jsonAttributes(from.attributes),
    duration_ns: length > 0n ? length : 0n,
    status_code: from.statusCode,
    status_message: from.statusMessage || null,
    events: textOf(from.events, (event) => ({
      timeUnixNano: event.timeUnixNano,
      name: event.name,
      attributes: new Raw(jsonAttributes(event.attributes)),
      droppedAttributesCount: event.droppedAttributesCount,
    })),
    links: textOf(from.links, (link) => ({ ...link, attributes: new Raw(jsonAttributes(link.attributes)) })),
    dropped_attributes_count: from.droppedAttributesCount,
    dropped_events_count: from.droppedEventsCount,
    dropped_links_count: from.droppedLinksCount,
  }
}

function textOf<T>(items: T[], plain: (item: T) => unknown): string | null {
  return items.length === 0 ? null : writeJson(items.map(plain))
}

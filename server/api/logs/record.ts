// record.ts: the LogRecord of the contract, from a row of the table and from a record that was just committed.
import { jsonAttributes, jsonValue } from '#proto/attributes.ts'
import type * as telemetry from '#proto/telemetry.ts'
import { sharedJson } from '../../ingest/series.ts'
import { flag, int, maybe, type Row, text, time } from '../../store/query.ts'
import { Raw, raw, rawUnlessEmpty, type Wire } from '../json.ts'
import type { LogRecord } from '../shapes.ts'
import { formatTime, maybeTime } from '../time.ts'
import { severityName } from './severity.ts'

/** The columns of a log record, as the queries select them. */
export const logColumns = {
  time,
  observed_time: maybe(time),
  trace_id: maybe(text),
  span_id: maybe(text),
  flags: int,
  level: text,
  severity_number: int,
  service_name: text,
  tool: maybe(text),
  event_name: maybe(text),
  session_id: maybe(text),
  model: maybe(text),
  project: maybe(text),
  body: maybe(text),
  body_is_json: flag,
  resource_attributes: text,
  scope_name: maybe(text),
  scope_version: maybe(text),
  scope_attributes: maybe(text),
  attributes: text,
  dropped_attributes_count: int,
}

/** Contract §4 LogRecord. An absent body is the empty string. */
export function logRecord(row: Row<typeof logColumns>): Wire<LogRecord> {
  return {
    timestamp: formatTime(row.time),
    observedTimestamp: maybeTime(row.observed_time),
    traceId: row.trace_id ?? undefined,
    spanId: row.span_id ?? undefined,
    traceFlags: row.flags || undefined,
    severityText: row.level,
    severityNumber: row.severity_number,
    serviceName: row.service_name,
    tool: row.tool ?? undefined,
    eventName: row.event_name ?? undefined,
    sessionId: row.session_id ?? undefined,
    model: row.model ?? undefined,
    project: row.project ?? undefined,
    body: row.body === null ? '' : row.body_is_json ? new Raw(row.body) : row.body,
    resourceAttributes: raw(row.resource_attributes),
    scopeName: row.scope_name ?? undefined,
    scopeVersion: row.scope_version ?? undefined,
    scopeAttributes: rawUnlessEmpty(row.scope_attributes),
    logAttributes: raw(row.attributes),
    droppedAttributesCount: row.dropped_attributes_count || undefined,
  }
}

/** A record of a committed batch in the row's shape, for the live page. */
export function rowOfLog(from: telemetry.LogRecord): Row<typeof logColumns> {
  const event = from.hot.eventName || from.eventName
  const isText = typeof from.body === 'string'
  return {
    time: from.timeUnixNano,
    observed_time: from.observedTimeUnixNano === 0n ? null : from.observedTimeUnixNano,
    trace_id: from.traceId || null,
    span_id: from.spanId || null,
    flags: from.flags,
    level: severityName(from.severityText, from.severityNumber, event),
    severity_number: from.severityNumber,
    service_name: from.resource.serviceName,
    tool: from.hot.tool || null,
    event_name: event || null,
    session_id: from.hot.sessionId || null,
    model: from.hot.model || null,
    project: from.hot.project || null,
    body: from.body === null ? null : isText ? (from.body as string) : jsonValue(from.body),
    body_is_json: !isText && from.body !== null,
    resource_attributes: sharedJson(from.resource.attributes),
    scope_name: from.scope.name || null,
    scope_version: from.scope.version || null,
    scope_attributes: sharedJson(from.scope.attributes),
    attributes: jsonAttributes(from.attributes),
    dropped_attributes_count: from.droppedAttributesCount,
  }
}

// codec-json-traces.ts: one Span from OTLP/JSON.
import { spanKinds, statusCodes } from '#proto/otlp.gen.ts'
import { cold, type Resource, type Scope, type SpanEvent, type SpanLink } from '#proto/telemetry.ts'
import { type Batch, flaws } from './codec-batch.ts'
import type { Json, JsonObject } from './codec-json-text.ts'
import { attributesOf, entries, enumOf, idOf, isObject, textOf, timeOf, unsigned32 } from './codec-json-values.ts'

/** Reads a Span into the batch; one that cannot be kept is counted there. */
export function spanOf(batch: Batch, value: JsonObject, resource: Resource, scope: Scope): void {
  const traceId = idOf(value.traceId, 32)
  const spanId = idOf(value.spanId, 16)
  const parentSpanId = idOf(value.parentSpanId, 16)
  if (!traceId) batch.flaw(flaws.traceId)
  if (!spanId) batch.flaw(flaws.spanId)
  if (parentSpanId === undefined) batch.flaw(flaws.parentSpanId)
  const status = partOf(batch, value.status)
  const span = {
    resource,
    scope,
    hot: cold(),
    traceId: traceId ?? '',
    spanId: spanId ?? '',
    parentSpanId: parentSpanId ?? '',
    traceState: textOf(batch, value.traceState),
    flags: unsigned32(batch, value.flags),
    name: textOf(batch, value.name),
    kind: enumOf(batch, value.kind, spanKinds),
    startTimeUnixNano: timeOf(batch, value.startTimeUnixNano),
    endTimeUnixNano: timeOf(batch, value.endTimeUnixNano),
    attributes: attributesOf(batch, value.attributes),
    droppedAttributesCount: unsigned32(batch, value.droppedAttributesCount),
    events: Array.from(entries(batch, value.events), (event) => eventOf(batch, partOf(batch, event))),
    droppedEventsCount: unsigned32(batch, value.droppedEventsCount),
    links: Array.from(entries(batch, value.links), (link) => linkOf(batch, partOf(batch, link))),
    droppedLinksCount: unsigned32(batch, value.droppedLinksCount),
    statusCode: enumOf(batch, status.code, statusCodes),
    statusMessage: textOf(batch, status.message),
  }
  span.droppedAttributesCount += batch.budget.settled()
  if (batch.settle()) batch.telemetry.spans.push(span)
}

function eventOf(batch: Batch, value: JsonObject): SpanEvent {
  return {
    timeUnixNano: timeOf(batch, value.timeUnixNano),
    name: textOf(batch, value.name),
    attributes: attributesOf(batch, value.attributes),
    droppedAttributesCount: unsigned32(batch, value.droppedAttributesCount),
  }
}

function linkOf(batch: Batch, value: JsonObject): SpanLink {
  const traceId = idOf(value.traceId, 32)
  const spanId = idOf(value.spanId, 16)
  if (traceId === undefined || spanId === undefined) batch.flaw(flaws.linkId)
  return {
    traceId: traceId ?? '',
    spanId: spanId ?? '',
    traceState: textOf(batch, value.traceState),
    attributes: attributesOf(batch, value.attributes),
    droppedAttributesCount: unsigned32(batch, value.droppedAttributesCount),
    flags: unsigned32(batch, value.flags),
  }
}

function partOf(batch: Batch, value: Json | undefined): JsonObject {
  if (isObject(value)) return value
  if (value !== undefined && value !== null) batch.flaw(flaws.shape)
  return {}
}

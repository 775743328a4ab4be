// codec-protobuf-traces.ts: one Span from the protobuf wire.
import { noAttributes } from '#proto/attributes.ts'
import { cold, type Resource, type Scope, type SpanEvent, type SpanLink } from '#proto/telemetry.ts'
import { type Batch, flaws } from './codec-batch.ts'
import { weights } from './codec-budget.ts'
import { type Place, readKeyValue } from './codec-protobuf-values.ts'
import type { WireReader } from './codec-wire.ts'

/** Reads a Span into the batch; one that cannot be kept is counted there. */
export function readSpan(r: WireReader, batch: Batch, resource: Resource, scope: Scope, nameless: Place): void {
  const outer = r.enter()
  let traceId: string | undefined = ''
  let spanId: string | undefined = ''
  let parentSpanId: string | undefined = ''
  let traceState = ''
  let flags = 0
  let name = ''
  let kind = 0
  let start = 0n
  let end = 0n
  const attributes = noAttributes()
  let droppedAttributesCount = 0
  const events: SpanEvent[] = []
  let droppedEventsCount = 0
  const links: SpanLink[] = []
  let droppedLinksCount = 0
  const status = { code: 0, message: '' }
  while (r.pos < r.len) {
    const tag = r.tag()
    switch (tag) {
      case 10: // trace_id
        traceId = r.traceId()
        break
      case 18: // span_id
        spanId = r.spanId()
        break
      case 26: // trace_state
        traceState = r.text()
        break
      case 34: // parent_span_id
        parentSpanId = r.spanId()
        break
      case 42: // name
        name = r.text()
        break
      case 48: // kind
        kind = r.int32()
        break
      case 57: // start_time_unix_nano
        start = r.time()
        break
      case 65: // end_time_unix_nano
        end = r.time()
        break
      case 74: // attributes
        readKeyValue(r, attributes, nameless)
        break
      case 80: // dropped_attributes_count
        droppedAttributesCount = r.uint32()
        break
      case 90: // events
        if (r.budget.keeps()) events.push(readEvent(r, batch, nameless))
        else r.pass(tag)
        break
      case 96: // dropped_events_count
        droppedEventsCount = r.uint32()
        break
      case 106: // links
        if (r.budget.keeps()) links.push(readLink(r, batch, nameless))
        else r.pass(tag)
        break
      case 112: // dropped_links_count
        droppedLinksCount = r.uint32()
        break
      case 122: // status
        readStatus(r, status)
        break
      case 133: // flags
        flags = r.fixed32()
        break
      default:
        r.pass(tag)
    }
  }
  r.leave(outer)
  if (!traceId) batch.flaw(flaws.traceId)
  if (!spanId) batch.flaw(flaws.spanId)
  if (parentSpanId === undefined) batch.flaw(flaws.parentSpanId)
  if (start < 0n || end < 0n) batch.flaw(flaws.time)
  droppedAttributesCount += r.budget.settled()
  if (!batch.settle()) return
  batch.telemetry.spans.push({
    resource,
    scope,
    hot: cold(),
    traceId: traceId as string,
    spanId: spanId as string,
    parentSpanId: parentSpanId as string,
    traceState,
    flags,
    name,
    kind,
    startTimeUnixNano: start,
    endTimeUnixNano: end,
    attributes,
    droppedAttributesCount,
    events,
    droppedEventsCount,
    links,
    droppedLinksCount,
    statusCode: status.code,
    statusMessage: status.message,
  })
}

function readEvent(r: WireReader, batch: Batch, nameless: Place): SpanEvent {
  r.budget.spend(weights.part)
  const outer = r.enter()
  const event: SpanEvent = { timeUnixNano: 0n, name: '', attributes: noAttributes(), droppedAttributesCount: 0 }
  while (r.pos < r.len) {
    const tag = r.tag()
    switch (tag) {
      case 9: // time_unix_nano
        event.timeUnixNano = r.time()
        break
      case 18: // name
        event.name = r.text()
        break
      case 26: // attributes
        readKeyValue(r, event.attributes, nameless)
        break
      case 32: // dropped_attributes_count
        event.droppedAttributesCount = r.uint32()
        break
      default:
        r.pass(tag)
    }
  }
  r.leave(outer)
  if (event.timeUnixNano < 0n) batch.flaw(flaws.time)
  return event
}

function readLink(r: WireReader, batch: Batch, nameless: Place): SpanLink {
  r.budget.spend(weights.part)
  const outer = r.enter()
  let traceId: string | undefined = ''
  let spanId: string | undefined = ''
  let traceState = ''
  const attributes = noAttributes()
  let droppedAttributesCount = 0
  let flags = 0
  while (r.pos < r.len) {
    const tag = r.tag()
    switch (tag) {
      case 10: // trace_id
        traceId = r.traceId()
        break
      case 18: // span_id
        spanId = r.spanId()
        break
      case 26: // trace_state
        traceState = r.text()
        break
      case 34: // attributes
        readKeyValue(r, attributes, nameless)
        break
      case 40: // dropped_attributes_count
        droppedAttributesCount = r.uint32()
        break
      case 53: // flags
        flags = r.fixed32()
        break
      default:
        r.pass(tag)
    }
  }
  r.leave(outer)
  if (traceId === undefined || spanId === undefined) batch.flaw(flaws.linkId)
  return { traceId: traceId ?? '', spanId: spanId ?? '', traceState, attributes, droppedAttributesCount, flags }
}

function readStatus(r: WireReader, into: { code: number; message: string }): void {
  const outer = r.enter()
  while (r.pos < r.len) {
    const tag = r.tag()
    switch (tag) {
      case 18: // message
        into.message = r.text()
        break
      case 24: // code
        into.code = r.int32()
        break
      default:
        r.pass(tag)
    }
  }
  r.leave(outer)
}

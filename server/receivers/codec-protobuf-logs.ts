// codec-protobuf-logs.ts: one LogRecord from the protobuf wire.
import { type AttributeValue, noAttributes } from '#proto/attributes.ts'
import { cold, type Resource, type Scope } from '#proto/telemetry.ts'
import { type Batch, flaws } from './codec-batch.ts'
import { type Place, readKeyValue, readValue } from './codec-protobuf-values.ts'
import type { WireReader } from './codec-wire.ts'

/** Reads a LogRecord into the batch; one that cannot be kept is counted there. */
export function readLog(r: WireReader, batch: Batch, resource: Resource, scope: Scope, nameless: Place): void {
  const outer = r.enter()
  let time = 0n
  let observed = 0n
  let severityNumber = 0
  let severityText = ''
  let eventName = ''
  let body: AttributeValue = null
  const attributes = noAttributes()
  let droppedAttributesCount = 0
  let flags = 0
  let traceId: string | undefined = ''
  let spanId: string | undefined = ''
  while (r.pos < r.len) {
    const tag = r.tag()
    switch (tag) {
      case 9: // time_unix_nano
        time = r.time()
        break
      case 16: // severity_number
        severityNumber = r.int32()
        break
      case 26: // severity_text
        severityText = r.text()
        break
      case 42: // body
        body = readValue(r, nameless, body, 0)
        break
      case 50: // attributes
        readKeyValue(r, attributes, nameless)
        break
      case 56: // dropped_attributes_count
        droppedAttributesCount = r.uint32()
        break
      case 69: // flags
        flags = r.fixed32()
        break
      case 74: // trace_id
        traceId = r.traceId()
        break
      case 82: // span_id
        spanId = r.spanId()
        break
      case 89: // observed_time_unix_nano
        observed = r.time()
        break
      case 98: // event_name
        eventName = r.text()
        break
      default:
        r.pass(tag)
    }
  }
  r.leave(outer)
  if (traceId === undefined) batch.flaw(flaws.traceId)
  if (spanId === undefined) batch.flaw(flaws.spanId)
  if (time < 0n || observed < 0n) batch.flaw(flaws.time)
  droppedAttributesCount += r.budget.settled()
  if (!batch.settle()) return
  batch.telemetry.logs.push({
    resource,
    scope,
    hot: cold(),
    timeUnixNano: time || observed || batch.arrivalUnixNano,
    observedTimeUnixNano: observed,
    severityNumber,
    severityText,
    eventName,
    body,
    attributes,
    droppedAttributesCount,
    flags,
    traceId: traceId as string,
    spanId: spanId as string,
  })
}

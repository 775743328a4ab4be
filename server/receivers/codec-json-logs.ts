// codec-json-logs.ts: one LogRecord from OTLP/JSON.
import { severityNumbers } from '#proto/otlp.gen.ts'
import { cold, type Resource, type Scope } from '#proto/telemetry.ts'
import { type Batch, flaws } from './codec-batch.ts'
import type { JsonObject } from './codec-json-text.ts'
import { anyValueOf, attributesOf, enumOf, idOf, textOf, timeOf, unsigned32 } from './codec-json-values.ts'

/** Reads a LogRecord into the batch; one that cannot be kept is counted there. */
export function logOf(batch: Batch, value: JsonObject, resource: Resource, scope: Scope): void {
  const traceId = idOf(value.traceId, 32)
  const spanId = idOf(value.spanId, 16)
  if (traceId === undefined) batch.flaw(flaws.traceId)
  if (spanId === undefined) batch.flaw(flaws.spanId)
  const observed = timeOf(batch, value.observedTimeUnixNano)
  const log = {
    resource,
    scope,
    hot: cold(),
    timeUnixNano: timeOf(batch, value.timeUnixNano) || observed || batch.arrivalUnixNano,
    observedTimeUnixNano: observed,
    severityNumber: enumOf(batch, value.severityNumber, severityNumbers),
    severityText: textOf(batch, value.severityText),
    eventName: textOf(batch, value.eventName),
    body: anyValueOf(batch, value.body, 0),
    attributes: attributesOf(batch, value.attributes),
    droppedAttributesCount: unsigned32(batch, value.droppedAttributesCount),
    flags: unsigned32(batch, value.flags),
    traceId: traceId ?? '',
    spanId: spanId ?? '',
  }
  log.droppedAttributesCount += batch.budget.settled()
  if (batch.settle()) batch.telemetry.logs.push(log)
}

// codec-protobuf.ts: an Export…ServiceRequest from the protobuf wire, straight into flat records.
//
// There is no tree of message objects between: protobufjs' Reader walks the bytes once, and each record is made when
// its last field was seen. A Resource and a Scope are one object each, shared by all their records and filled in place,
// because on the wire they may come after the records that belong to them, or in several parts.
import { atOnce } from '#proto/steps.ts'
import type { Resource, Scope } from '#proto/telemetry.ts'
import { Batch, blankResource, blankScope, type Decoded, DecodeError, nameService, type Signal } from './codec-batch.ts'
import { TooManyError } from './codec-budget.ts'
import { readLog } from './codec-protobuf-logs.ts'
import { readMetric } from './codec-protobuf-metrics.ts'
import { readSpan } from './codec-protobuf-traces.ts'
import { type Place, readResource, readScope } from './codec-protobuf-values.ts'
import { namelessPlace, WireReader } from './codec-wire.ts'

/** Reads one record; of a metric with very many points, what is left to do in steps. */
type ReadRecord = (
  r: WireReader,
  batch: Batch,
  resource: Resource,
  scope: Scope,
  nameless: Place,
) => Generator<void> | undefined | void

const readRecord: Record<Signal, ReadRecord> = { traces: readSpan, metrics: readMetric, logs: readLog }

/**
 * Decodes a request of one signal. Unknown fields are skipped, text that is not UTF-8 gets U+FFFD.
 *
 * @param arrivalUnixNano stands in where a log record has no time at all.
 * @throws DecodeError when the bytes are not such a message.
 */
export function decodeProtobuf(signal: Signal, body: Uint8Array, arrivalUnixNano: bigint): Decoded {
  return atOnce(decodeProtobufInSteps(signal, body, arrivalUnixNano, Number.POSITIVE_INFINITY))
}

/**
 * The same in steps of a millisecond or so: it yields between them, wherever a record ends.
 *
 * @param stepBytes what is read in a step at least; for tests.
 */
export function* decodeProtobufInSteps(
  signal: Signal,
  body: Uint8Array,
  arrivalUnixNano: bigint,
  stepBytes?: number,
): Generator<void, Decoded> {
  const batch = new Batch(signal, arrivalUnixNano)
  const r = new WireReader(body, batch.budget, stepBytes)
  const nameless = namelessPlace()
  try {
    while (r.pos < r.len) {
      const tag = r.tag()
      if (tag === 10) yield* readEnvelope(r, batch, readRecord[signal], nameless)
      else r.pass(tag)
    }
  } catch (error) {
    if (error instanceof DecodeError || error instanceof TooManyError) throw error
    throw new DecodeError(`not a protobuf message of ${signal}: ${(error as Error).message}`)
  }
  return batch.finish()
}

/** ResourceSpans, ResourceMetrics and ResourceLogs have the same fields. */
function* readEnvelope(r: WireReader, batch: Batch, read: ReadRecord, nameless: Place): Generator<void> {
  const outer = r.enter()
  const resource = blankResource()
  while (r.pos < r.len) {
    const tag = r.tag()
    switch (tag) {
      case 10: // resource
        readResource(r, resource, nameless)
        break
      case 18: // scope_spans, scope_metrics, scope_logs
        yield* readScoped(r, batch, read, resource, nameless)
        break
      case 26: // schema_url
        resource.schemaUrl = r.text()
        break
      default:
        r.pass(tag)
    }
  }
  r.leave(outer)
  nameService(resource)
  if (r.stepEnds()) yield
}

/** ScopeSpans, ScopeMetrics and ScopeLogs have the same fields, too. */
function* readScoped(
  r: WireReader,
  batch: Batch,
  read: ReadRecord,
  resource: Resource,
  nameless: Place,
): Generator<void> {
  const outer = r.enter()
  const scope = blankScope()
  while (r.pos < r.len) {
    const tag = r.tag()
    switch (tag) {
      case 10: // scope
        readScope(r, scope, nameless)
        break
      case 18: {
        // spans, metrics, log_records
        const rest = read(r, batch, resource, scope, nameless)
        if (rest) yield* rest
        if (r.stepEnds()) yield
        break
      }
      case 26: // schema_url
        scope.schemaUrl = r.text()
        break
      default:
        r.pass(tag)
    }
  }
  r.leave(outer)
}

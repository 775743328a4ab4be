// codec-json.ts: an Export…ServiceRequest from OTLP/JSON, straight into flat records.
import { atOnce } from '#proto/steps.ts'
import type { Resource, Scope } from '#proto/telemetry.ts'
import { Batch, type Decoded, DecodeError, flaws, type Signal } from './codec-batch.ts'
import { logOf } from './codec-json-logs.ts'
import { metricOf } from './codec-json-metrics.ts'
import { type Around, camelCase, type Parts, partsFromBytes, partsOf, whole } from './codec-json-parts.ts'
import { type Json, type JsonObject, parseJson } from './codec-json-text.ts'
import { spanOf } from './codec-json-traces.ts'
import { isObject, resourceOf, scopeOf } from './codec-json-values.ts'

/** Reads one record; of a metric with very many points, what is left to do in steps. */
type ReadRecord = (
  batch: Batch,
  value: JsonObject,
  resource: Resource,
  scope: Scope,
) => Generator<void> | undefined | void

const shapes: Record<Signal, { resources: string; scopes: string; records: string; read: ReadRecord }> = {
  traces: { resources: 'resourceSpans', scopes: 'scopeSpans', records: 'spans', read: spanOf },
  metrics: { resources: 'resourceMetrics', scopes: 'scopeMetrics', records: 'metrics', read: metricOf },
  logs: { resources: 'resourceLogs', scopes: 'scopeLogs', records: 'logRecords', read: logOf },
}

/**
 * Decodes a request of one signal as the OTLP specification maps it to JSON: hex ids, 64-bit integers as strings or
 * numbers, unknown fields ignored. Names of enums and snake_case names of fields are accepted, too.
 *
 * @param arrivalUnixNano stands in where a log record has no time at all.
 * @throws DecodeError when the body is not JSON, or not of this shape down to the lists of records.
 */
export function decodeJson(signal: Signal, body: Uint8Array, arrivalUnixNano: bigint): Decoded {
  return decodeJsonValue(signal, parseRequest(body), arrivalUnixNano)
}

/** Parses a body of any signal. */
export function parseRequest(body: Uint8Array): JsonObject {
  const request = parseJson(body)
  if (!isObject(request)) throw new DecodeError('the request is not a JSON object')
  return request
}

/** Which signals a parsed body has; one with none is an empty request. */
function signalsIn(request: JsonObject): Signal[] {
  return (Object.keys(shapes) as Signal[]).filter((signal) => request[shapes[signal].resources] !== undefined)
}

/** Decodes what {@link parseRequest} gave. */
function decodeJsonValue(signal: Signal, request: JsonObject, arrivalUnixNano: bigint): Decoded {
  return atOnce(decodeSteps(signal, whole(request), arrivalUnixNano))
}

/**
 * A large body in parts, a small one whole.
 *
 * @throws DecodeError when it is not a JSON object.
 */
function* inParts(body: Uint8Array, partBytes: number | undefined): Generator<void, Parts> {
  if (body.byteLength < partsFromBytes && partBytes === undefined) return whole(parseRequest(body))
  return yield* partsOf(body, partBytes)
}

/**
 * The same as {@link decodeJson} in steps of a few milliseconds: it yields between them.
 *
 * @param partBytes what a part of the body has at least; for tests.
 */
export function* decodeJsonInSteps(
  signal: Signal,
  body: Uint8Array,
  arrivalUnixNano: bigint,
  partBytes?: number,
): Generator<void, Decoded> {
  const parts = yield* inParts(body, partBytes)
  const decoded = yield* decodeSteps(signal, parts, arrivalUnixNano)
  yield* parts.rest()
  return decoded
}

/**
 * A body of any signal, or of several; an empty object has none.
 *
 * @throws DecodeError as {@link decodeJson} does, and when there is something but nothing of ours.
 */
export function* decodeAnyJsonInSteps(
  body: Uint8Array,
  arrivalUnixNano: bigint,
): Generator<void, { signal: Signal; decoded: Decoded }[]> {
  const parts = yield* inParts(body, undefined)
  const signals = signalsIn(parts.request)
  if (signals.length === 0 && Object.keys(parts.request).length > 0) {
    throw new DecodeError('the body has neither resourceSpans, resourceMetrics nor resourceLogs')
  }
  const all: { signal: Signal; decoded: Decoded }[] = []
  for (const signal of signals) all.push({ signal, decoded: yield* decodeSteps(signal, parts, arrivalUnixNano) })
  yield* parts.rest()
  return all
}

function* decodeSteps(signal: Signal, parts: Parts, arrivalUnixNano: bigint): Generator<void, Decoded> {
  const batch = new Batch(signal, arrivalUnixNano)
  const { resources, scopes, records, read } = shapes[signal]
  const scopesInSnakeCase = snakeCase(scopes)
  for (const around of envelopes(parts, parts.request, resources, parts.around))
    for (const sent of around.values) {
      // Whoever writes a resource's names in snake case does so in all that it holds.
      const isSnakeCase = sent[scopesInSnakeCase] !== undefined
      const envelope = isSnakeCase ? (camelCase(sent) as JsonObject) : sent
      const outer = { isCut: around.isCut, isSnakeCase: isSnakeCase || around.isSnakeCase }
      if (outer.isCut) yield* parts.filled(envelope.resource, outer)
      const resource = resourceOf(batch, envelope)
      const outside = batch.stand()
      for (const inner of envelopes(parts, envelope, scopes, outer))
        for (const scoped of inner.values) {
          if (inner.isCut) yield* parts.filled(scoped.scope, inner)
          const scope = scopeOf(batch, scoped)
          const before = batch.stand()
          for (const { values, isCut } of parts.entries(listOf(scoped[records], records), inner)) {
            for (const record of values) {
              if (isCut) yield* parts.filled(record, inner)
              if (isObject(record)) {
                const rest = read(batch, record, resource, scope)
                if (rest) yield* rest
              } else {
                batch.flaw(flaws.shape)
                batch.settle()
              }
            }
            yield
          }
          batch.unstand(before)
        }
      batch.unstand(outside)
    }
  return batch.finish()
}

function listOf(value: Json | undefined, name: string): Json[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) throw new DecodeError(`${name} is not a list`)
  return value
}

/** The objects of a list, part by part. */
function* envelopes(
  parts: Parts,
  within: JsonObject,
  name: string,
  around: Around,
): Generator<Around & { values: JsonObject[] }> {
  for (const { values, isCut } of parts.entries(listOf(within[name], name), around))
    yield {
      isCut,
      isSnakeCase: around.isSnakeCase,
      values: values.filter((entry): entry is JsonObject => {
        if (entry !== null && !isObject(entry)) throw new DecodeError(`${name} has an entry that is not an object`)
        return entry !== null
      }),
    }
}

/** `scopeSpans` as it is called in the .proto files. */
const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

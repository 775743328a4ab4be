// codec-json.ts: an Export…ServiceRequest from OTLP/JSON, straight into flat records.
import { atOnce } from '#proto/steps.ts'
import type { Resource, Scope } from '#proto/telemetry.ts'
import { Batch, type Decoded, DecodeError, flaws, type Signal } from './codec-batch.ts'
import { logOf } from './codec-json-logs.ts'
import { metricOf } from './codec-json-metrics.ts'
import { type Parts, partsFromBytes, partsOf } from './codec-json-parts.ts'
import { type Json, type JsonObject, parseJson } from './codec-json-text.ts'
import { spanOf } from './codec-json-traces.ts'
import { isObject, resourceOf, scopeOf } from './codec-json-values.ts'

type ReadRecord = (batch: Batch, value: JsonObject, resource: Resource, scope: Scope) => void

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
  return isSnakeCase(request) ? (camelCase(request) as JsonObject) : request
}

/** Which signals a parsed body has; one with none is an empty request. */
function signalsIn(request: JsonObject): Signal[] {
  return (Object.keys(shapes) as Signal[]).filter((signal) => request[shapes[signal].resources] !== undefined)
}

/** Decodes what {@link parseRequest} gave. */
function decodeJsonValue(signal: Signal, request: JsonObject, arrivalUnixNano: bigint): Decoded {
  return atOnce(decodeSteps(signal, whole(request), arrivalUnixNano))
}

function whole(request: JsonObject): Parts {
  return {
    request,
    *records(list) {
      yield list
    },
    *rest() {},
  }
}

/**
 * A large body in parts; a small one, and one whose names are in snake case (they stand in the records, too), whole.
 *
 * @throws DecodeError when it is not a JSON object.
 */
function* inParts(body: Uint8Array, partBytes: number | undefined): Generator<void, Parts> {
  if (body.byteLength < partsFromBytes && partBytes === undefined) return whole(parseRequest(body))
  const parts = yield* partsOf(body, partBytes)
  return isSnakeCase(parts.request) ? whole(parseRequest(body)) : parts
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
  const shape = shapes[signal]
  for (const envelope of envelopes(parts.request[shape.resources], shape.resources)) {
    const resource = resourceOf(batch, envelope)
    const outside = batch.stand()
    for (const scoped of envelopes(envelope[shape.scopes], shape.scopes)) {
      const scope = scopeOf(batch, scoped)
      const before = batch.stand()
      for (const part of parts.records(records(scoped[shape.records], shape.records))) {
        for (const record of part) {
          if (isObject(record)) shape.read(batch, record, resource, scope)
          else {
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

function records(value: Json | undefined, name: string): Json[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) throw new DecodeError(`${name} is not a list`)
  return value
}

function envelopes(value: Json | undefined, name: string): JsonObject[] {
  return records(value, name).filter((entry): entry is JsonObject => {
    if (entry !== null && !isObject(entry)) throw new DecodeError(`${name} has an entry that is not an object`)
    return entry !== null
  })
}

/** Some senders write the field names of the .proto files; ignoring them as unknown would acknowledge and lose their data. */
function isSnakeCase(request: JsonObject): boolean {
  for (const signal of ['spans', 'metrics', 'logs']) {
    if (request[`resource_${signal}`] !== undefined) return true
    const camel = `resource${signal[0]!.toUpperCase()}${signal.slice(1)}`
    const list = request[camel]
    if (Array.isArray(list) && list.some((entry) => isObject(entry) && entry[`scope_${signal}`] !== undefined))
      return true
  }
  return false
}

/** The same with every key in camel case; the depth was checked before. All keys in OTLP/JSON are names of fields. */
function camelCase(value: Json): Json {
  if (Array.isArray(value)) return value.map(camelCase)
  if (!isObject(value)) return value
  const out: JsonObject = Object.create(null)
  for (const key in value) {
    const camel = key.replace(/(?!^)_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
    if (camel === key || !Object.hasOwn(value, camel)) out[camel] = camelCase(value[key] ?? null)
  }
  return out
}

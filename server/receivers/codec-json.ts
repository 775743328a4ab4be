// codec-json.ts: an Export…ServiceRequest from OTLP/JSON, straight into flat records.
import type { Resource, Scope } from '#proto/telemetry.ts'
import { Batch, type Decoded, DecodeError, flaws, type Signal } from './codec-batch.ts'
import { logOf } from './codec-json-logs.ts'
import { metricOf } from './codec-json-metrics.ts'
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
export function signalsIn(request: JsonObject): Signal[] {
  return (Object.keys(shapes) as Signal[]).filter((signal) => request[shapes[signal].resources] !== undefined)
}

/** Decodes what {@link parseRequest} gave. */
export function decodeJsonValue(signal: Signal, request: JsonObject, arrivalUnixNano: bigint): Decoded {
  const batch = new Batch(signal, arrivalUnixNano)
  const shape = shapes[signal]
  for (const envelope of envelopes(request[shape.resources], shape.resources)) {
    const resource = resourceOf(batch, envelope)
    const outside = batch.stand()
    for (const scoped of envelopes(envelope[shape.scopes], shape.scopes)) {
      const scope = scopeOf(batch, scoped)
      const before = batch.stand()
      for (const record of records(scoped[shape.records], shape.records)) {
        if (isObject(record)) shape.read(batch, record, resource, scope)
        else {
          batch.flaw(flaws.shape)
          batch.settle()
        }
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

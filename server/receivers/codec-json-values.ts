// codec-json-values.ts: the protobuf JSON mapping of scalars, ids, attributes, resources and scopes, as OTLP changes it.
import { type Attributes, type AttributeValue, doubleValue, intValue, noAttributes } from '#proto/attributes.ts'
import type { Resource, Scope } from '#proto/telemetry.ts'
import {
  type Batch,
  blankResource,
  blankScope,
  DecodeError,
  flaws,
  nameService,
  timeMaxUnixNano,
  valueDepthMax,
} from './codec-batch.ts'
import type { Json, JsonObject } from './codec-json-text.ts'

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A list within a record; null is an empty one, as everywhere in the mapping. */
function list(batch: Batch, value: Json | undefined): Json[] {
  if (value === undefined || value === null) return []
  if (Array.isArray(value)) return value
  batch.flaw(flaws.shape)
  return []
}

/** The entries of a list within a record, as many as the record may have. */
export function* entries(batch: Batch, value: Json | undefined): Generator<Json> {
  for (const entry of list(batch, value)) if (batch.budget.keeps()) yield entry
}

/** A list within a record of which nothing may be missing; one that is too long is empty, and its record rejected. */
export function wholeList(batch: Batch, value: Json | undefined): Json[] {
  const all = list(batch, value)
  return batch.budget.takes(all.length) ? all : []
}

export function textOf(batch: Batch, value: Json | undefined): string {
  if (typeof value === 'string') return value
  if (value !== undefined && value !== null) batch.flaw(flaws.text)
  return ''
}

export function boolOf(batch: Batch, value: Json | undefined): boolean {
  if (typeof value === 'boolean') return value
  if (value !== undefined && value !== null) batch.flaw(flaws.truth)
  return false
}

/**
 * An integer of any size, from a number or a string, also written `1.0` or `1e3` (the mapping allows both);
 * `undefined` when it is not one.
 */
export function integer(value: Json | undefined): bigint | undefined {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : undefined
  if (typeof value !== 'string') return undefined
  if (/^-?\d{1,40}$/.test(value)) return BigInt(value)
  const parts = /^(-?\d{1,40})(?:\.(\d{1,40}))?(?:[eE]([+-]?\d{1,3}))?$/.exec(value)
  if (!parts) return undefined
  const fraction = parts[2] ?? ''
  const digits = BigInt(`${parts[1]}${fraction}`)
  const power = Number(parts[3] ?? 0) - fraction.length
  if (power > 40 || power < -80) return digits === 0n ? 0n : undefined
  if (power >= 0) return digits * 10n ** BigInt(power)
  const divisor = 10n ** BigInt(-power)
  return digits % divisor === 0n ? digits / divisor : undefined
}

/** A time in ns; 0 when it is missing. */
export function timeOf(batch: Batch, value: Json | undefined): bigint {
  if (value === undefined || value === null) return 0n
  const time = integer(value)
  if (time !== undefined && time >= 0n && time <= timeMaxUnixNano) return time
  batch.flaw(flaws.time)
  return 0n
}

/** fixed64 and uint64; 0 when it is missing. */
export function unsigned64(batch: Batch, value: Json | undefined): bigint {
  if (value === undefined || value === null) return 0n
  const number = integer(value)
  if (number !== undefined && number >= 0n && number <= 18446744073709551615n) return number
  batch.flaw(flaws.number)
  return 0n
}

/** int64 and sfixed64: a `number` when that is exact, else a `bigint`. */
export function signed64(batch: Batch, value: Json): number | bigint {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value + 0 // -0 is 0
  const number = integer(value)
  if (number !== undefined && number >= -9223372036854775808n && number <= 9223372036854775807n) return intValue(number)
  batch.flaw(flaws.number)
  return 0
}

/** uint32 and fixed32. */
export function unsigned32(batch: Batch, value: Json | undefined): number {
  return within(batch, value, 0, 4294967295)
}

/** int32 and sint32. */
export function signed32(batch: Batch, value: Json | undefined): number {
  return within(batch, value, -2147483648, 2147483647)
}

function within(batch: Batch, value: Json | undefined, from: number, to: number): number {
  if (value === undefined || value === null) return 0
  const number = typeof value === 'number' ? value : Number(integer(value) ?? Number.NaN)
  if (Number.isInteger(number) && number >= from && number <= to) return number + 0
  batch.flaw(flaws.number)
  return 0
}

/** An enum: OTLP sends the number; the name is accepted, too, as the Collector does. An unknown number is kept. */
export function enumOf(batch: Batch, value: Json | undefined, names: Record<string, number>): number {
  if (typeof value !== 'string') return signed32(batch, value)
  const number = Object.hasOwn(names, value) ? names[value] : undefined
  return number ?? signed32(batch, value)
}

/** A double, also as one of the strings of the mapping; `undefined` when it is missing. */
export function doubleOf(batch: Batch, value: Json | undefined): number | undefined {
  if (typeof value === 'number') return value
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') {
    if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value)
    if (/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(value)) return Number(value)
  }
  batch.flaw(flaws.number)
  return undefined
}

/** An id as lower-case hex; `''` when it is missing, empty or all zero, `undefined` when it is not one. */
export function idOf(value: Json | undefined, digits: 16 | 32): string | undefined {
  if (value === undefined || value === null || value === '') return ''
  if (typeof value !== 'string' || value.length !== digits || !/^[0-9a-fA-F]+$/.test(value)) return undefined
  return /^0+$/.test(value) ? '' : value.toLowerCase()
}

/** Base64 of either alphabet, with or without padding. */
function bytesOf(batch: Batch, value: Json): Uint8Array {
  if (typeof value === 'string' && /^[\w+/-]*={0,2}$/.test(value) && value.replace(/=+$/, '').length % 4 !== 1) {
    return new Uint8Array(Buffer.from(value, 'base64'))
  }
  batch.flaw(flaws.bytes)
  return new Uint8Array()
}

/** A list of KeyValues as a map; a key that comes twice keeps its last value. */
export function attributesOf(batch: Batch, value: Json | undefined, depth = 0): Attributes {
  const attributes = noAttributes()
  for (const entry of list(batch, value)) {
    if (!batch.budget.keeps()) continue
    if (isObject(entry)) attributes[textOf(batch, entry.key)] = anyValueOf(batch, entry.value, depth)
    else batch.flaw(flaws.shape)
  }
  return attributes
}

/** An AnyValue. Of several members the last wins; one that is null is not there. */
export function anyValueOf(batch: Batch, value: Json | undefined, depth: number): AttributeValue {
  if (value === undefined || value === null) return null
  if (depth >= valueDepthMax) throw new DecodeError(`values nest deeper than ${valueDepthMax}`)
  if (!isObject(value)) {
    batch.flaw(flaws.shape)
    return null
  }
  let result: AttributeValue = null
  for (const member in value) {
    const content = value[member]
    if (content === undefined || content === null) continue
    switch (member) {
      case 'stringValue':
        result = textOf(batch, content)
        break
      case 'intValue':
        result = signed64(batch, content)
        break
      case 'doubleValue':
        result = doubleValue(doubleOf(batch, content) ?? 0)
        break
      case 'boolValue':
        result = boolOf(batch, content)
        break
      case 'arrayValue':
        result = Array.from(entries(batch, valuesOf(batch, content)), (element) =>
          anyValueOf(batch, element, depth + 1),
        )
        break
      case 'kvlistValue':
        result = attributesOf(batch, valuesOf(batch, content), depth + 1)
        break
      case 'bytesValue':
        result = bytesOf(batch, content)
        break
    }
  }
  return result
}

function valuesOf(batch: Batch, value: Json): Json[] {
  if (isObject(value)) return list(batch, value.values)
  batch.flaw(flaws.shape)
  return []
}

/** The Resource of an envelope. */
export function resourceOf(batch: Batch, envelope: JsonObject): Resource {
  const resource = blankResource()
  const { resource: sent } = envelope
  if (isObject(sent)) {
    resource.attributes = attributesOf(batch, sent.attributes)
    resource.droppedAttributesCount = unsigned32(batch, sent.droppedAttributesCount) + batch.budget.settled()
  } else if (sent !== undefined && sent !== null) batch.flaw(flaws.shape)
  resource.schemaUrl = textOf(batch, envelope.schemaUrl)
  nameService(resource)
  return resource
}

/** The InstrumentationScope of an envelope. */
export function scopeOf(batch: Batch, envelope: JsonObject): Scope {
  const scope = blankScope()
  const { scope: sent } = envelope
  if (isObject(sent)) {
    scope.name = textOf(batch, sent.name)
    scope.version = textOf(batch, sent.version)
    scope.attributes = attributesOf(batch, sent.attributes)
    scope.droppedAttributesCount = unsigned32(batch, sent.droppedAttributesCount) + batch.budget.settled()
  } else if (sent !== undefined && sent !== null) batch.flaw(flaws.shape)
  scope.schemaUrl = textOf(batch, envelope.schemaUrl)
  return scope
}

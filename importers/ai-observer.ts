// ai-observer.ts: rows of an ai-observer database → the records that it was sent.
//
// It kept every attribute as text, times in microseconds, and no start times. Ids that came as JSON it read as base64 where
// they are hex: a trace id has 48 digits then and a span id 24, and encoding them again gives what was sent.
import { type Attributes, type AttributeValue, noAttributes } from '#proto/attributes.ts'
import {
  cold,
  type LogRecord,
  type MetricPoint,
  type MetricType,
  type Resource,
  type Scope,
  type Span,
} from '#proto/telemetry.ts'
import { arrayOf, isObject, numberOf, parseJson, textOf } from './json-values.ts'

/** A row as the database gives it. */
export type Row = Record<string, unknown>

const kinds = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER']
const statuses = ['UNSET', 'OK', 'ERROR']
const metricTypes = new Map<string, MetricType>([
  ['gauge', 'gauge'],
  ['sum', 'sum'],
  ['histogram', 'histogram'],
  ['exponential_histogram', 'exponential_histogram'],
  ['exp_histogram', 'exponential_histogram'],
  ['summary', 'summary'],
])

/** An id in the digits that it should have, mended where it was read as base64; `''` when it is none. */
export function mendedId(value: unknown, digits: 16 | 32): string {
  const id = textOf(value)?.toLowerCase() ?? ''
  const mended = id.length === digits * 1.5 ? Buffer.from(id, 'hex').toString('base64').toLowerCase() : id
  return mended.length === digits && /^[0-9a-f]+$/.test(mended) && !/^0+$/.test(mended) ? mended : ''
}

/** Rows of one sender share one resource and scope, as records of one request do. */
export class Rows {
  readonly #resources = new Map<string, Resource>()
  readonly #scopes = new Map<string, Scope>()

  /** A span; nothing when its ids or its time cannot be true. */
  span(row: Row): Span | undefined {
    const [traceId, spanId] = [mendedId(row.trace_id, 32), mendedId(row.span_id, 16)]
    const start = timeOf(row)
    if (traceId === '' || spanId === '' || start === undefined) return undefined
    const duration = bigOf(row.duration) ?? 0n
    const times = listOf(row.event_times)
    const names = listOf(row.event_names)
    const spans = listOf(row.link_spans)
    const [eventAttributes, linkAttributes] = [listOf(row.event_attributes), listOf(row.link_attributes)]
    const states = listOf(row.link_states)
    return {
      resource: this.#resource(row),
      scope: this.#scope(row),
      hot: cold(),
      traceId,
      spanId,
      parentSpanId: mendedId(row.parent_span_id, 16),
      traceState: textOf(row.trace_state) ?? '',
      flags: 0,
      name: textOf(row.name) ?? '',
      kind: Math.max(0, kinds.indexOf(textOf(row.kind)?.replace(/^SPAN_KIND_/, '') ?? '')),
      startTimeUnixNano: start,
      endTimeUnixNano: start + (duration > 0n ? duration : 0n),
      attributes: attributesOf(row.attributes),
      droppedAttributesCount: 0,
      events: names.map((name, index) => ({
        timeUnixNano: nanosOf(times[index]) ?? start,
        name: textOf(name) ?? '',
        attributes: attributesFrom(eventAttributes[index]),
        droppedAttributesCount: 0,
      })),
      droppedEventsCount: 0,
      links: listOf(row.link_traces).map((trace, index) => ({
        traceId: mendedId(trace, 32),
        spanId: mendedId(spans[index], 16),
        traceState: textOf(states[index]) ?? '',
        attributes: attributesFrom(linkAttributes[index]),
        droppedAttributesCount: 0,
        flags: 0,
      })),
      droppedLinksCount: 0,
      statusCode: Math.max(0, statuses.indexOf(textOf(row.status)?.replace(/^STATUS_CODE_/, '') ?? '')),
      statusMessage: textOf(row.status_message) ?? '',
    }
  }

  /** A log record; nothing when it has no time. */
  log(row: Row): LogRecord | undefined {
    const time = timeOf(row)
    if (time === undefined) return undefined
    return {
      resource: this.#resource(row),
      scope: this.#scope(row),
      hot: cold(),
      timeUnixNano: time,
      observedTimeUnixNano: 0n,
      severityNumber: numberOf(row.severity_number) ?? 0,
      severityText: textOf(row.severity) ?? '',
      eventName: '',
      body: textOf(row.body) ?? '',
      attributes: attributesOf(row.attributes),
      droppedAttributesCount: 0,
      flags: Number(bigOf(row.flags) ?? 0n),
      traceId: mendedId(row.trace_id, 32),
      spanId: mendedId(row.span_id, 16),
    }
  }

  /** A point; nothing when it has no time or is of no kind that there is. */
  point(row: Row): MetricPoint | undefined {
    const time = timeOf(row)
    const type = metricTypes.get(textOf(row.type) ?? '')
    if (time === undefined || type === undefined) return undefined
    const point: MetricPoint = {
      resource: this.#resource(row),
      scope: this.#scope(row),
      hot: cold(),
      name: textOf(row.name) ?? '',
      description: textOf(row.description) ?? '',
      unit: textOf(row.unit) ?? '',
      type,
      temporality: numberOf(row.temporality) ?? 0,
      monotonic: row.monotonic === true,
      timeUnixNano: time,
      startTimeUnixNano: 0n,
      attributes: attributesOf(row.attributes),
      flags: 0,
      exemplars: [],
    }
    const counts = (value: unknown) => listOf(value).map((one) => BigInt(Math.max(0, Math.round(numberOf(one) ?? 0))))
    const numbers = (value: unknown) => listOf(value).map((one) => numberOf(one) ?? 0)
    if (type === 'gauge' || type === 'sum')
      return { ...point, ...present({ value: numberOf(row.value) }), isInt: false }
    const counted = present({
      count: bigOf(row.count),
      sum: numberOf(row.sum),
      min: numberOf(row.min),
      max: numberOf(row.max),
    })
    if (type === 'histogram')
      return { ...point, ...counted, bucketCounts: counts(row.bucket_counts), explicitBounds: numbers(row.bounds) }
    if (type === 'summary')
      return { ...point, ...counted, quantiles: numbers(row.quantiles), quantileValues: numbers(row.quantile_values) }
    return {
      ...point,
      ...counted,
      ...present({
        scale: numberOf(row.scale),
        zeroCount: bigOf(row.zero_count),
        positiveOffset: numberOf(row.positive_offset),
        negativeOffset: numberOf(row.negative_offset),
      }),
      positiveBucketCounts: counts(row.positive_counts),
      negativeBucketCounts: counts(row.negative_counts),
    }
  }

  #resource(row: Row): Resource {
    const [service, attributes, schemaUrl] = [
      textOf(row.service),
      textOf(row.resource) ?? '',
      textOf(row.resource_schema),
    ]
    const key = `${service}\n${schemaUrl}\n${attributes}`
    const known = this.#resources.get(key)
    if (known) return known
    const made: Resource = {
      attributes: attributesOf(attributes),
      // `unknown` is its word for a resource without a name.
      serviceName: service === undefined || service === 'unknown' ? 'unknown_service' : service,
      droppedAttributesCount: 0,
      schemaUrl: schemaUrl ?? '',
    }
    this.#resources.set(key, made)
    return made
  }

  #scope(row: Row): Scope {
    const [name, version] = [textOf(row.scope) ?? '', textOf(row.scope_version) ?? '']
    const [attributes, schemaUrl] = [textOf(row.scope_attributes) ?? '', textOf(row.scope_schema) ?? '']
    const key = `${name}\n${version}\n${schemaUrl}\n${attributes}`
    const known = this.#scopes.get(key)
    if (known) return known
    const made: Scope = { name, version, attributes: attributesOf(attributes), droppedAttributesCount: 0, schemaUrl }
    this.#scopes.set(key, made)
    return made
  }
}

/** The row's time in ns; a record of 1970 has none. */
export function timeOf({ time }: Row): bigint | undefined {
  const microseconds = bigOf(time)
  return microseconds !== undefined && microseconds > 0n ? microseconds * 1000n : undefined
}

function bigOf(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : undefined
}

/** The digits behind the second of `2026-03-01T10:00:00.123456789Z` are kept. */
function nanosOf(value: unknown): bigint | undefined {
  const [, second, fraction = '', zone] =
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(textOf(value) ?? '') ?? []
  const milliseconds = second ? Date.parse(`${second}${zone}`) : Number.NaN
  if (Number.isNaN(milliseconds)) return undefined
  return BigInt(milliseconds) * 1_000_000n + BigInt(fraction.padEnd(9, '0'))
}

const listOf = (value: unknown): unknown[] => arrayOf(parseJson(textOf(value) ?? ''))
const attributesOf = (value: unknown): Attributes => attributesFrom(parseJson(textOf(value) ?? ''))

function attributesFrom(value: unknown): Attributes {
  const attributes = noAttributes()
  if (isObject(value)) for (const [key, one] of Object.entries(value)) attributes[key] = attributeFrom(one)
  return attributes
}

function attributeFrom(value: unknown): AttributeValue {
  if (Array.isArray(value)) return value.map(attributeFrom)
  return isObject(value) ? attributesFrom(value) : (value as string | number | boolean | null)
}

/** Without what is not there. */
function present<T extends object>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never
}

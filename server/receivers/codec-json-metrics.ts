// codec-json-metrics.ts: one Metric and its data points from OTLP/JSON.
import { temporalities } from '#proto/otlp.gen.ts'
import { atOnce } from '#proto/steps.ts'
import { cold, type Exemplar, type MetricPoint, type MetricType, type Resource, type Scope } from '#proto/telemetry.ts'
import { type Batch, DecodeError, flaws } from './codec-batch.ts'
import type { Json, JsonObject } from './codec-json-text.ts'
import {
  attributesOf,
  boolOf,
  doubleOf,
  entries,
  enumOf,
  idOf,
  isObject,
  signed32,
  signed64,
  textOf,
  timeOf,
  unsigned32,
  unsigned64,
  wholeList,
} from './codec-json-values.ts'
import { noRecordedValue } from './codec-protobuf-points.ts'

const kinds: Record<string, MetricType> = {
  gauge: 'gauge',
  sum: 'sum',
  histogram: 'histogram',
  exponentialHistogram: 'exponential_histogram',
  summary: 'summary',
}

/** Points of one metric that are read at once. */
const pointsAtOnce = 500

/** Reads a Metric's points into the batch, those of a large one in the steps that it gives back; what cannot be kept is counted. */
export function metricOf(
  batch: Batch,
  value: JsonObject,
  resource: Resource,
  scope: Scope,
): Generator<void> | undefined {
  // Of the oneof `data` the last member wins.
  let type: MetricType | undefined
  let data: JsonObject = {}
  let unknown = 0
  for (const member in value) {
    const content = value[member]
    if (!isObject(content)) continue
    const kind = Object.hasOwn(kinds, member) ? kinds[member] : undefined
    if (kind !== undefined) {
      type = kind
      data = content
    } else if (Array.isArray(content.dataPoints)) unknown += content.dataPoints.length
  }
  if (type === undefined) {
    if (unknown > 0) batch.reject(unknown, flaws.noData)
    return undefined
  }
  const series = {
    resource,
    scope,
    name: textOf(batch, value.name),
    description: textOf(batch, value.description),
    unit: textOf(batch, value.unit),
    type,
    temporality: type === 'gauge' || type === 'summary' ? 0 : enumOf(batch, data.aggregationTemporality, temporalities),
    monotonic: type === 'sum' && boolOf(batch, data.isMonotonic),
  }
  const points = data.dataPoints ?? []
  if (!Array.isArray(points)) throw new DecodeError('dataPoints is not a list')
  const steps = pointsOf(batch, series, points)
  if (points.length > pointsAtOnce) return steps
  atOnce(steps)
  return undefined
}

type Series = Omit<MetricPoint, 'hot' | 'attributes' | 'timeUnixNano' | 'startTimeUnixNano' | 'flags' | 'exemplars'>

function* pointsOf(batch: Batch, series: Series, points: Json[]): Generator<void> {
  const before = batch.stand()
  for (const [at, point] of points.entries()) {
    if (at % pointsAtOnce === pointsAtOnce - 1) yield
    if (!isObject(point)) {
      batch.flaw(flaws.shape)
      batch.settle()
      continue
    }
    const record = { ...series, hot: cold(), ...commonOf(batch, point), ...kindOf(batch, series.type, point) }
    if (batch.settle()) batch.telemetry.points.push(record)
  }
  batch.unstand(before)
}

function commonOf(batch: Batch, point: JsonObject) {
  return {
    timeUnixNano: timeOf(batch, point.timeUnixNano),
    startTimeUnixNano: timeOf(batch, point.startTimeUnixNano),
    attributes: attributesOf(batch, point.attributes),
    flags: unsigned32(batch, point.flags),
    exemplars: exemplarsOf(batch, point.exemplars),
  }
}

function kindOf(batch: Batch, type: MetricType, point: JsonObject): Partial<MetricPoint> {
  switch (type) {
    case 'gauge':
    case 'sum':
      return numberOf(batch, point)
    case 'histogram':
      return {
        ...totalsOf(batch, point),
        bucketCounts: wholeList(batch, point.bucketCounts).map((count) => unsigned64(batch, count)),
        explicitBounds: wholeList(batch, point.explicitBounds).map((bound) => doubleOf(batch, bound) ?? 0),
      }
    case 'exponential_histogram':
      return exponentialOf(batch, point)
    case 'summary':
      return {
        count: unsigned64(batch, point.count),
        sum: doubleOf(batch, point.sum) ?? 0,
        ...quantilesOf(batch, wholeList(batch, point.quantileValues)),
      }
  }
}

function numberOf(batch: Batch, point: JsonObject): Partial<MetricPoint> {
  const value = oneNumber(batch, point)
  if (value !== undefined) return value
  if ((unsigned32(batch, point.flags) & noRecordedValue) === 0) batch.flaw(flaws.noValue)
  return {}
}

/** The oneof of a point and an exemplar: the last of `asDouble` and `asInt` that is not null. */
function oneNumber(batch: Batch, value: JsonObject): { value: number | bigint; isInt: boolean } | undefined {
  let result: { value: number | bigint; isInt: boolean } | undefined
  for (const member in value) {
    const content = value[member]
    if (content === undefined || content === null) continue
    if (member === 'asDouble') result = { value: doubleOf(batch, content) ?? 0, isInt: false }
    else if (member === 'asInt') result = { value: signed64(batch, content), isInt: true }
  }
  return result
}

/** What both histograms have; `sum`, `min` and `max` may be missing, which is not 0. */
function totalsOf(batch: Batch, point: JsonObject): Partial<MetricPoint> {
  const totals: Partial<MetricPoint> = { count: unsigned64(batch, point.count) }
  for (const name of ['sum', 'min', 'max'] as const) {
    const value = doubleOf(batch, point[name])
    if (value !== undefined) totals[name] = value
  }
  return totals
}

function exponentialOf(batch: Batch, point: JsonObject): Partial<MetricPoint> {
  const positive = bucketsOf(batch, point.positive)
  const negative = bucketsOf(batch, point.negative)
  return {
    ...totalsOf(batch, point),
    scale: signed32(batch, point.scale),
    zeroCount: unsigned64(batch, point.zeroCount),
    zeroThreshold: doubleOf(batch, point.zeroThreshold) ?? 0,
    positiveOffset: positive.offset,
    positiveBucketCounts: positive.counts,
    negativeOffset: negative.offset,
    negativeBucketCounts: negative.counts,
  }
}

function bucketsOf(batch: Batch, value: Json | undefined): { offset: number; counts: bigint[] } {
  if (isObject(value)) {
    const counts = wholeList(batch, value.bucketCounts).map((count) => unsigned64(batch, count))
    return { offset: signed32(batch, value.offset), counts }
  }
  if (value !== undefined && value !== null) batch.flaw(flaws.shape)
  return { offset: 0, counts: [] }
}

function quantilesOf(batch: Batch, values: Json[]): Partial<MetricPoint> {
  const quantiles: number[] = []
  const quantileValues: number[] = []
  for (const entry of values) {
    if (!isObject(entry)) {
      batch.flaw(flaws.shape)
      continue
    }
    quantiles.push(doubleOf(batch, entry.quantile) ?? 0)
    quantileValues.push(doubleOf(batch, entry.value) ?? 0)
  }
  return { quantiles, quantileValues }
}

/** An exemplar without a value is an example of nothing, and left out. */
function exemplarsOf(batch: Batch, value: Json | undefined): Exemplar[] {
  const exemplars: Exemplar[] = []
  for (const entry of entries(batch, value)) {
    if (!isObject(entry)) {
      batch.flaw(flaws.shape)
      continue
    }
    const traceId = idOf(entry.traceId, 32)
    const spanId = idOf(entry.spanId, 16)
    const timeUnixNano = timeOf(batch, entry.timeUnixNano)
    const filteredAttributes = attributesOf(batch, entry.filteredAttributes)
    const number = oneNumber(batch, entry)
    if (traceId === undefined || spanId === undefined) batch.flaw(flaws.exemplarId)
    else if (number) exemplars.push({ timeUnixNano, value: number.value, traceId, spanId, filteredAttributes })
  }
  return exemplars
}

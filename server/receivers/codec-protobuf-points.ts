// codec-protobuf-points.ts: the four kinds of data points and their exemplars from the protobuf wire.
import { noAttributes } from '#proto/attributes.ts'
import { cold, type Exemplar } from '#proto/telemetry.ts'
import { type Batch, flaws } from './codec-batch.ts'
import { weights } from './codec-budget.ts'
import type { Series } from './codec-protobuf-metrics.ts'
import { type Place, readKeyValue } from './codec-protobuf-values.ts'
import type { WireReader } from './codec-wire.ts'

/** Bit 0 of a point's flags: the sender knows that there is no value. */
export const noRecordedValue = 1

/** NumberDataPoint, of a gauge or a sum. */
export function readNumberPoint(r: WireReader, batch: Batch, series: Series, nameless: Place): void {
  const outer = r.enter()
  let start = 0n
  let time = 0n
  let flags = 0
  let value: number | bigint | undefined
  let isInt = false
  const attributes = noAttributes()
  const exemplars: Exemplar[] = []
  while (r.pos < r.len) {
    const tag = r.tag()
    switch (tag) {
      case 17: // start_time_unix_nano
        start = r.time()
        break
      case 25: // time_unix_nano
        time = r.time()
        break
      case 33: // as_double
        value = r.double()
        isInt = false
        break
      case 42: // exemplars
        if (r.budget.keeps()) readExemplar(r, batch, exemplars, nameless)
        else r.pass(tag)
        break
      case 49: // as_int
        value = r.signed64()
        isInt = true
        break
      case 58: // attributes
        readKeyValue(r, attributes, nameless)
        break
      case 64: // flags
        flags = r.uint32()
        break
      default:
        r.pass(tag)
    }
  }
  r.leave(outer)
  if (value === undefined && (flags & noRecordedValue) === 0) batch.flaw(flaws.noValue)
  if (!timely(batch, start, time)) return
  const point = { ...base(series), timeUnixNano: time, startTimeUnixNano: start, attributes, flags, exemplars }
  batch.telemetry.points.push(value === undefined ? point : { ...point, value, isInt })
}

/** HistogramDataPoint. */
export function readHistogramPoint(r: WireReader, batch: Batch, series: Series, nameless: Place): void {
  const outer = r.enter()
  let start = 0n
  let time = 0n
  let count = 0n
  let sum: number | undefined
  let min: number | undefined
  let max: number | undefined
  let flags = 0
  const attributes = noAttributes()
  const bucketCounts: bigint[] = []
  const explicitBounds: number[] = []
  const exemplars: Exemplar[] = []
  while (r.pos < r.len) {
    const tag = r.tag()
    switch (tag) {
      case 17: // start_time_unix_nano
        start = r.time()
        break
      case 25: // time_unix_nano
        time = r.time()
        break
      case 33: // count
        count = r.unsigned64()
        break
      case 41: // sum
        sum = r.double()
        break
      case 49: // bucket_counts, one
        if (r.budget.takes(1)) bucketCounts.push(r.unsigned64())
        else r.pass(tag)
        break
      case 50: // bucket_counts, packed
        r.unsigned64s(bucketCounts)
        break
      case 57: // explicit_bounds, one
        if (r.budget.takes(1)) explicitBounds.push(r.double())
        else r.pass(tag)
        break
      case 58: // explicit_bounds, packed
        r.doublesInto(explicitBounds)
        break
      case 66: // exemplars
        if (r.budget.keeps()) readExemplar(r, batch, exemplars, nameless)
        else r.pass(tag)
        break
      case 74: // attributes
        readKeyValue(r, attributes, nameless)
        break
      case 80: // flags
        flags = r.uint32()
        break
      case 89: // min
        min = r.double()
        break
      case 97: // max
        max = r.double()
        break
      default:
        r.pass(tag)
    }
  }
  r.leave(outer)
  if (!timely(batch, start, time)) return
  batch.telemetry.points.push({
    ...base(series),
    timeUnixNano: time,
    startTimeUnixNano: start,
    attributes,
    flags,
    exemplars,
    count,
    ...(sum === undefined ? {} : { sum }),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    bucketCounts,
    explicitBounds,
  })
}

/** ExponentialHistogramDataPoint. */
export function readExponentialPoint(r: WireReader, batch: Batch, series: Series, nameless: Place): void {
  const outer = r.enter()
  let start = 0n
  let time = 0n
  let count = 0n
  let sum: number | undefined
  let min: number | undefined
  let max: number | undefined
  let scale = 0
  let zeroCount = 0n
  let zeroThreshold = 0
  let flags = 0
  const attributes = noAttributes()
  const positive = { offset: 0, counts: [] as bigint[] }
  const negative = { offset: 0, counts: [] as bigint[] }
  const exemplars: Exemplar[] = []
  while (r.pos < r.len) {
    const tag = r.tag()
    switch (tag) {
      case 10: // attributes
        readKeyValue(r, attributes, nameless)
        break
      case 17: // start_time_unix_nano
        start = r.time()
        break
      case 25: // time_unix_nano
        time = r.time()
        break
      case 33: // count
        count = r.unsigned64()
        break
      case 41: // sum
        sum = r.double()
        break
      case 48: // scale
        scale = r.sint32()
        break
      case 57: // zero_count
        zeroCount = r.unsigned64()
        break
      case 66: // positive
        readBuckets(r, positive)
        break
      case 74: // negative
        readBuckets(r, negative)
        break
      case 80: // flags
        flags = r.uint32()
        break
      case 90: // exemplars
        if (r.budget.keeps()) readExemplar(r, batch, exemplars, nameless)
        else r.pass(tag)
        break
      case 97: // min
        min = r.double()
        break
      case 105: // max
        max = r.double()
        break
      case 113: // zero_threshold
        zeroThreshold = r.double()
        break
      default:
        r.pass(tag)
    }
  }
  r.leave(outer)
  if (!timely(batch, start, time)) return
  batch.telemetry.points.push({
    ...base(series),
    timeUnixNano: time,
    startTimeUnixNano: start,
    attributes,
    flags,
    exemplars,
    count,
    ...(sum === undefined ? {} : { sum }),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    scale,
    zeroCount,
    zeroThreshold,
    positiveOffset: positive.offset,
    positiveBucketCounts: positive.counts,
    negativeOffset: negative.offset,
    negativeBucketCounts: negative.counts,
  })
}

function readBuckets(r: WireReader, into: { offset: number; counts: bigint[] }): void {
  const outer = r.enter()
  while (r.pos < r.len) {
    const tag = r.tag()
    switch (tag) {
      case 8: // offset
        into.offset = r.sint32()
        break
      case 16: // bucket_counts, one
        if (r.budget.takes(1)) into.counts.push(r.uint())
        else r.pass(tag)
        break
      case 18: // bucket_counts, packed
        r.uints(into.counts)
        break
      default:
        r.pass(tag)
    }
  }
  r.leave(outer)
}

/** SummaryDataPoint. */
export function readSummaryPoint(r: WireReader, batch: Batch, series: Series, nameless: Place): void {
  const outer = r.enter()
  let start = 0n
  let time = 0n
  let count = 0n
  let sum = 0
  let flags = 0
  const attributes = noAttributes()
  const quantiles: number[] = []
  const quantileValues: number[] = []
  while (r.pos < r.len) {
    const tag = r.tag()
    switch (tag) {
      case 17: // start_time_unix_nano
        start = r.time()
        break
      case 25: // time_unix_nano
        time = r.time()
        break
      case 33: // count
        count = r.unsigned64()
        break
      case 41: // sum
        sum = r.double()
        break
      case 50: // quantile_values
        if (r.budget.takes(1)) readQuantile(r, quantiles, quantileValues)
        else r.pass(tag)
        break
      case 58: // attributes
        readKeyValue(r, attributes, nameless)
        break
      case 64: // flags
        flags = r.uint32()
        break
      default:
        r.pass(tag)
    }
  }
  r.leave(outer)
  if (!timely(batch, start, time)) return
  batch.telemetry.points.push({
    ...base(series),
    timeUnixNano: time,
    startTimeUnixNano: start,
    attributes,
    flags,
    exemplars: [],
    count,
    sum,
    quantiles,
    quantileValues,
  })
}

function readQuantile(r: WireReader, quantiles: number[], values: number[]): void {
  const outer = r.enter()
  let quantile = 0
  let value = 0
  while (r.pos < r.len) {
    const tag = r.tag()
    if (tag === 9) quantile = r.double()
    else if (tag === 17) value = r.double()
    else r.pass(tag)
  }
  r.leave(outer)
  quantiles.push(quantile)
  values.push(value)
}

/** An exemplar without a value is an example of nothing, and left out. */
function readExemplar(r: WireReader, batch: Batch, into: Exemplar[], nameless: Place): void {
  r.budget.spend(weights.part)
  const outer = r.enter()
  let time = 0n
  let value: number | bigint | undefined
  let traceId: string | undefined = ''
  let spanId: string | undefined = ''
  const filteredAttributes = noAttributes()
  while (r.pos < r.len) {
    const tag = r.tag()
    switch (tag) {
      case 17: // time_unix_nano
        time = r.time()
        break
      case 25: // as_double
        value = r.double()
        break
      case 34: // span_id
        spanId = r.spanId()
        break
      case 42: // trace_id
        traceId = r.traceId()
        break
      case 49: // as_int
        value = r.signed64()
        break
      case 58: // filtered_attributes
        readKeyValue(r, filteredAttributes, nameless)
        break
      default:
        r.pass(tag)
    }
  }
  r.leave(outer)
  if (time < 0n) batch.flaw(flaws.time)
  if (traceId === undefined || spanId === undefined) batch.flaw(flaws.exemplarId)
  else if (value !== undefined) into.push({ timeUnixNano: time, value, traceId, spanId, filteredAttributes })
}

function timely(batch: Batch, start: bigint, time: bigint): boolean {
  if (start < 0n || time < 0n) batch.flaw(flaws.time)
  return batch.settle()
}

function base(series: Series) {
  return {
    resource: series.resource,
    scope: series.scope,
    hot: cold(),
    name: series.name,
    description: series.description,
    unit: series.unit,
    type: series.type,
    temporality: series.temporality,
    monotonic: series.monotonic,
  }
}

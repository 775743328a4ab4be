// point.ts: the MetricPoint of the contract, from a row of the table and from a point that was just committed.
import { jsonAttributes } from '#proto/attributes.ts'
import type * as telemetry from '#proto/telemetry.ts'
import { sharedJson } from '../../ingest/series.ts'
import { big, flag, int, list, maybe, type Row, real, text, time } from '../../store/query.ts'
import { Raw, raw, rawDouble, rawUnlessEmpty, type Wire, writeJson } from '../json.ts'
import { withTimes } from '../raw-times.ts'
import type { MetricPoint, metricTypes } from '../shapes.ts'
import { formatTime, maybeTime } from '../time.ts'

/** The columns of a point, as the queries select them. */
export const pointColumns = {
  time,
  start_time: maybe(time),
  name: text,
  description: maybe(text),
  unit: maybe(text),
  type: text,
  temporality: int,
  is_monotonic: flag,
  is_derived: flag,
  service_name: text,
  tool: maybe(text),
  session_id: maybe(text),
  model: maybe(text),
  project: maybe(text),
  value: maybe(real),
  value_int: maybe(big),
  count: maybe(big),
  sum: maybe(real),
  min: maybe(real),
  max: maybe(real),
  bucket_counts: maybe(list(big)),
  explicit_bounds: maybe(list(real)),
  scale: maybe(int),
  zero_count: maybe(big),
  zero_threshold: maybe(real),
  positive_offset: maybe(int),
  positive_bucket_counts: maybe(list(big)),
  negative_offset: maybe(int),
  negative_bucket_counts: maybe(list(big)),
  quantiles: maybe(list(real)),
  quantile_values: maybe(list(real)),
  exemplars: maybe(text),
  flags: int,
  attributes: text,
  resource_attributes: text,
  scope_name: maybe(text),
  scope_version: maybe(text),
  scope_attributes: maybe(text),
}

/** Contract §4 MetricPoint. `value` is `5` for a point sent as an integer and `5.0` for one sent as a double. */
export function metricPoint(row: Row<typeof pointColumns>): Wire<MetricPoint> {
  const hasTemporality = row.type === 'sum' || row.type === 'histogram' || row.type === 'exponential_histogram'
  return {
    timestamp: formatTime(row.time),
    startTimestamp: maybeTime(row.start_time),
    serviceName: row.service_name,
    tool: row.tool ?? undefined,
    sessionId: row.session_id ?? undefined,
    model: row.model ?? undefined,
    project: row.project ?? undefined,
    metricName: row.name,
    metricDescription: row.description ?? undefined,
    metricUnit: row.unit ?? undefined,
    metricType: row.type as (typeof metricTypes)[number],
    derived: row.is_derived || undefined,
    resourceAttributes: raw(row.resource_attributes),
    scopeName: row.scope_name ?? undefined,
    scopeVersion: row.scope_version ?? undefined,
    scopeAttributes: rawUnlessEmpty(row.scope_attributes),
    attributes: raw(row.attributes),
    flags: row.flags || undefined,
    value: row.value_int ?? double(row.value),
    aggregationTemporality: hasTemporality ? row.temporality : undefined,
    isMonotonic: row.type === 'sum' ? row.is_monotonic : undefined,
    count: row.count ?? undefined,
    sum: double(row.sum),
    min: double(row.min),
    max: double(row.max),
    bucketCounts: row.bucket_counts ?? undefined,
    explicitBounds: row.explicit_bounds?.map(rawDouble),
    scale: row.scale ?? undefined,
    zeroCount: row.zero_count ?? undefined,
    zeroThreshold: double(row.zero_threshold),
    positiveOffset: row.positive_offset ?? undefined,
    positiveBucketCounts: row.positive_bucket_counts ?? undefined,
    negativeOffset: row.negative_offset ?? undefined,
    negativeBucketCounts: row.negative_bucket_counts ?? undefined,
    quantileValues: row.quantile_values?.map(rawDouble),
    quantileQuantiles: row.quantiles?.map(rawDouble),
    exemplars: row.exemplars === null ? undefined : withTimes(row.exemplars),
  }
}

function double(value: number | null): Raw<number> | undefined {
  return value === null ? undefined : rawDouble(value)
}

/** A point of a committed batch in the row's shape, for the live page. */
export function rowOfPoint(from: telemetry.MetricPoint): Row<typeof pointColumns> {
  return {
    time: from.timeUnixNano,
    start_time: from.startTimeUnixNano === 0n ? null : from.startTimeUnixNano,
    name: from.name,
    description: from.description || null,
    unit: from.unit || null,
    type: from.type,
    temporality: from.temporality,
    is_monotonic: from.monotonic,
    is_derived: from.derived === true,
    service_name: from.resource.serviceName,
    tool: from.hot.tool || null,
    session_id: from.hot.sessionId || null,
    model: from.hot.model || null,
    project: from.hot.project || null,
    value: from.value === undefined ? null : Number(from.value),
    value_int: from.isInt && from.value !== undefined ? BigInt(from.value) : null,
    count: from.count ?? null,
    sum: from.sum ?? null,
    min: from.min ?? null,
    max: from.max ?? null,
    bucket_counts: from.bucketCounts ?? null,
    explicit_bounds: from.explicitBounds ?? null,
    scale: from.scale ?? null,
    zero_count: from.zeroCount ?? null,
    zero_threshold: from.zeroThreshold ?? null,
    positive_offset: from.positiveOffset ?? null,
    positive_bucket_counts: from.positiveBucketCounts ?? null,
    negative_offset: from.negativeOffset ?? null,
    negative_bucket_counts: from.negativeBucketCounts ?? null,
    quantiles: from.quantiles ?? null,
    quantile_values: from.quantileValues ?? null,
    exemplars: exemplarsText(from.exemplars),
    flags: from.flags,
    attributes: jsonAttributes(from.attributes),
    resource_attributes: sharedJson(from.resource.attributes),
    scope_name: from.scope.name || null,
    scope_version: from.scope.version || null,
    scope_attributes: sharedJson(from.scope.attributes),
  }
}

function exemplarsText(exemplars: telemetry.Exemplar[]): string | null {
  if (exemplars.length === 0) return null
  return writeJson(
    exemplars.map(({ timeUnixNano, value, traceId, spanId, filteredAttributes }) => ({
      timeUnixNano,
      value,
      traceId,
      spanId,
      filteredAttributes: new Raw(jsonAttributes(filteredAttributes)),
    })),
  )
}

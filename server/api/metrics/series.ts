// series.ts: a metric over time: its points in intervals, read as what kind of metric they are.
import { big, flag, int, list, maybe, query, real, text, time } from '../../store/query.ts'
import type { Store } from '../../store/store.ts'
import type { AttributeFilter } from '../attribute-filter.ts'
import { unprocessable } from '../errors.ts'
import type { TimeRange } from '../params.ts'
import type { Series, SeriesList } from '../shapes.ts'
import familiesSql from './families.sql' with { type: 'text' }
import { filtersOf, labelOf } from './group-by.ts'
import bucketsSql from './histogram-buckets.sql' with { type: 'text' }
import histogramStatsSql from './histogram-stats.sql' with { type: 'text' }
import { datapointsMax, type Intervals, intervalsOf, recorded, usualStep } from './intervals.ts'
import numberQuantilesSql from './number-quantiles.sql' with { type: 'text' }
import numberStatsSql from './number-stats.sql' with { type: 'text' }
import { quantileOf, summaryQuantile } from './quantile.ts'
import summaryQuantilesSql from './summary-quantiles.sql' with { type: 'text' }

/** What can be asked of a metric in each interval. `count` is the number of measurements. */
export const stats = ['sum', 'avg', 'min', 'max', 'count', 'rate', 'p50', 'p95', 'p99'] as const
export type Stat = (typeof stats)[number]

export type SeriesQuestion = {
  name: string
  service?: string | undefined
  range: TimeRange
  /** The interval; a usual one for the range unless given. */
  stepSeconds?: number | undefined
  /** One value over the whole range instead of intervals. */
  aggregate: boolean
  /** The attribute to tell series apart by; one series without it. */
  groupBy?: string | undefined
  /** Only points whose attributes have one of these values; an empty text stands for none. */
  filter?: AttributeFilter | undefined
  stat?: Stat | undefined
}

/** More series than this are no chart; the largest are answered and `seriesTotal` says how many there are. */
const seriesMax = 50

const asked = {
  name: text,
  service: maybe(text),
  from: time,
  to: time,
  asked: maybe(text),
  pointer: maybe(text),
  filters: maybe(text),
  step: big,
  start: big,
  series_most: int,
}
const place = { label: maybe(text), slot: int, rank: int, labels: int }

const familiesOf = query(familiesSql, { name: text, service: maybe(text), from: time, to: time }, { family: text })
const numberStats = query(numberStatsSql, asked, {
  ...place,
  kind: text,
  total: maybe(real),
  samples: int,
  least: maybe(real),
  most: maybe(real),
  last_total: maybe(real),
  members: int,
})
const numberQuantiles = query(numberQuantilesSql, asked, { ...place, quantiles: maybe(list(maybe(real))) })
const histogramStats = query(
  histogramStatsSql,
  { ...asked, summaries: flag },
  { ...place, samples: maybe(real), total: maybe(real), least: maybe(real), most: maybe(real) },
)
const histogramBuckets = query(
  bucketsSql,
  { ...asked, summaries: flag },
  {
    ...place,
    lowers: list(maybe(real)),
    uppers: list(maybe(real)),
    counts: list(real),
    least: maybe(real),
    most: maybe(real),
  },
)
const summaryQuantiles = query(summaryQuantilesSql, asked, {
  ...place,
  quantiles: list(real),
  quantile_values: list(real),
})

/** A value of one series in one interval. */
type Placed = { label: string | null; slot: number; rank: number; labels: number; value: number | null }

const shares: Partial<Record<Stat, number>> = { p50: 0.5, p95: 0.95, p99: 0.99 }

/**
 * The series of a metric. Without `stat` a gauge is averaged (its last value for `aggregate`), counters and histograms are
 * summed: delta points as they are, cumulative ones as what they grew by (003_series.sql says how), levels (cumulative
 * sums that may fall) as the sum of their last values. `rate` is the sum per second. Percentiles of histograms are
 * interpolated over all buckets of the interval, of other metrics taken over the samples. An interval without points is
 * `null`.
 *
 * @throws ApiError 400 for too many intervals, 422 for a rate of something that is no counter.
 */
export async function seriesOf(store: Store, question: SeriesQuestion): Promise<SeriesList> {
  const { name, service, aggregate, groupBy, filter, stat } = question
  const range = recorded(question.range)
  const intervalSeconds = aggregate ? 0 : (question.stepSeconds ?? usualStep(range))
  const intervals = aggregate ? { startNano: 0n, stepNano: 0n, count: 1 } : intervalsOf(range, intervalSeconds)
  const parameters = {
    ...range,
    ...labelOf(groupBy),
    filters: filtersOf(filter),
    name,
    service,
    step: intervals.stepNano,
    start: intervals.startNano,
    series_most: Math.max(1, Math.min(seriesMax, Math.floor(datapointsMax / intervals.count))),
  }
  const seconds = aggregate ? Number(range.to - range.from) / 1e9 : intervalSeconds
  const found: Series[] = []
  let seriesTotal = 0
  for (const { family } of await familiesOf(store, parameters)) {
    const placed = await (family === 'numbers'
      ? numbers(store, parameters, stat, { aggregate, seconds, name })
      : family === 'histograms'
        ? histograms(store, parameters, stat, seconds)
        : summaries(store, parameters, stat, seconds))
    seriesTotal += placed[0]?.labels ?? 0
    found.push(...drawn(placed, name, groupBy, aggregate, intervals))
  }
  return { series: found.slice(0, seriesMax), seriesTotal, intervalSeconds }
}

type Asked = Parameters<typeof numberStats>[1]
type NumberRow = Awaited<ReturnType<typeof numberStats>>[number]

async function numbers(
  store: Store,
  parameters: Asked,
  stat: Stat | undefined,
  of: { aggregate: boolean; seconds: number; name: string },
): Promise<Placed[]> {
  const share = stat && shares[stat]
  if (share !== undefined) {
    const index = [0.5, 0.95, 0.99].indexOf(share)
    return (await numberQuantiles(store, parameters)).map((row) => ({ ...row, value: row.quantiles?.[index] ?? null }))
  }
  const rows = await numberStats(store, parameters)
  return rows.map((row) => ({ ...row, value: valueIn(row) }))

  function valueIn(row: NumberRow): number | null {
    const isCounter = row.kind === 'counter' || row.kind === 'delta'
    switch (stat ?? (row.kind === 'gauge' ? 'mean' : 'sum')) {
      case 'mean':
        return of.aggregate ? ratio(row.last_total, row.members) : ratio(row.total, row.samples)
      case 'sum':
        return row.kind === 'level' ? row.last_total : row.total
      case 'avg':
        return ratio(row.total, row.samples)
      case 'min':
        return row.least
      case 'max':
        return row.most
      case 'count':
        return row.samples
      default:
        if (isCounter) return ratio(row.total, of.seconds)
        throw unprocessable(`stat: ${of.name} is a ${row.kind}, which has no rate; use avg, min or max`)
    }
  }
}

async function histograms(store: Store, parameters: Asked, stat: Stat | undefined, seconds: number): Promise<Placed[]> {
  const share = stat && shares[stat]
  if (share === undefined) return counted(store, { ...parameters, summaries: false }, stat, seconds)
  const rows = await histogramBuckets(store, { ...parameters, summaries: false })
  return rows.map((row) => ({
    ...row,
    value: quantileOf(
      row.counts.map((count, index) => ({ lower: row.lowers[index]!, upper: row.uppers[index]!, count })),
      share,
      row,
    ),
  }))
}

async function summaries(store: Store, parameters: Asked, stat: Stat | undefined, seconds: number): Promise<Placed[]> {
  // The quantiles 0 and 1 of a summary are its least and greatest measurement.
  const share = stat === 'min' ? 0 : stat === 'max' ? 1 : stat && shares[stat]
  if (share === undefined) return counted(store, { ...parameters, summaries: true }, stat, seconds)
  const rows = await summaryQuantiles(store, parameters)
  return rows.map((row) => ({ ...row, value: summaryQuantile(row.quantiles, row.quantile_values, share) }))
}

async function counted(
  store: Store,
  parameters: Asked & { summaries: boolean },
  stat: Stat | undefined,
  seconds: number,
): Promise<Placed[]> {
  const rows = await histogramStats(store, parameters)
  return rows.map((row) => {
    switch (stat) {
      case 'avg':
        return { ...row, value: ratio(row.total, row.samples) }
      case 'min':
        return { ...row, value: row.least }
      case 'max':
        return { ...row, value: row.most }
      case 'count':
        return { ...row, value: row.samples }
      case 'rate':
        return { ...row, value: ratio(row.total, seconds) }
      default:
        return { ...row, value: row.total }
    }
  })
}

function ratio(value: number | null, by: number | null): number | null {
  return value === null || by === null || by === 0 ? null : value / by
}

/** Rows in order of rank → series with every interval, `null` where there is no row. */
function drawn(
  placed: readonly Placed[],
  name: string,
  groupBy: string | undefined,
  aggregate: boolean,
  intervals: Intervals,
): Series[] {
  const startMs = Number(intervals.startNano / 1_000_000n)
  const stepMs = Number(intervals.stepNano / 1_000_000n)
  return [...Map.groupBy(placed, (row) => row.rank).values()].map((rows) => {
    const label = rows[0]!.label
    const labels = groupBy !== undefined && label !== null ? { [groupBy]: label } : {}
    if (aggregate) return { name, labels, datapoints: [[0, rows[0]!.value]] }
    const datapoints = Array.from({ length: intervals.count }, (_, slot): [number, number | null] => [
      startMs + slot * stepMs,
      null,
    ])
    for (const row of rows) datapoints[row.slot]![1] = row.value
    return { name, labels, datapoints }
  })
}

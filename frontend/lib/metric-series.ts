// metric-series.ts: the answers about a metric as a chart and a table need them.
import type { ChartForm, ChartSeries } from '../charts/prepare.ts'
import type { MetricType, Series, Statistic } from './shapes.ts'

/** Statistics that make sense for a kind of metric, the usual one first. */
export function statisticsFor(type: MetricType | undefined): readonly Statistic[] {
  switch (type) {
    case 'gauge':
      return ['avg', 'min', 'max', 'p50', 'p95', 'p99', 'sum']
    case 'histogram':
    case 'exponential_histogram':
      return ['p95', 'p50', 'p99', 'avg', 'min', 'max', 'sum', 'rate']
    case 'summary':
      return ['p50', 'p95', 'p99', 'avg', 'sum']
    default:
      return ['sum', 'rate', 'avg', 'min', 'max', 'p50', 'p95', 'p99']
  }
}

/** The form a statistic is best seen in: amounts as bars, levels as lines. */
export function formFor(stat: Statistic): ChartForm {
  return stat === 'sum' ? 'bar' : 'line'
}

/** Whether values of several series may stand on each other: amounts may, averages may not. */
export function stackable(stat: Statistic): boolean {
  return stat === 'sum' || stat === 'rate'
}

// Nearly every record has another value here; breaking down by them says little.
const scattered = /(?:^|\.)(?:id|ids|uuid)$|_id$|^session\.id$|^user\./

/** Attributes in the order of a menu: the usual breakdowns, then what tells groups apart, ids and resources last. */
export function attributesInOrder<A extends { name: string; values: number; resource: boolean }>(
  attributes: readonly A[],
  usual: readonly string[],
): A[] {
  const rank = ({ name, values, resource }: A) => {
    const place = usual.indexOf(name)
    if (place !== -1) return place
    return usual.length + (resource ? 3 : scattered.test(name) ? 2 : values > 1 ? 0 : 1)
  }
  return attributes.toSorted((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name))
}

/** Series with labels and colours for the chart. */
export function chartSeries(
  series: readonly Series[],
  groupBy: string | undefined,
  title: string,
  color: (label: string) => string,
): ChartSeries[] {
  return series.map(({ labels, datapoints }, index) => {
    const given = groupBy ? labels[groupBy] : undefined
    const label = groupBy ? given || 'none' : title
    return { key: `${index} ${label}`, label, color: groupBy ? color(label) : 'var(--chart-1)', points: datapoints }
  })
}

export type SeriesSummary = {
  key: string
  label: string
  color: string
  last: number | null
  total: number
  average: number | null
  least: number | null
  most: number | null
  points: number
}

/** What a table says of each series: only measured values count. */
export function summarize(series: readonly ChartSeries[]): SeriesSummary[] {
  return series.map(({ key, label, color, points }) => {
    const values = points.flatMap(([, value]) => (value === null ? [] : [value]))
    const total = values.reduce((sum, value) => sum + value, 0)
    return {
      key,
      label,
      color,
      last: values.at(-1) ?? null,
      total,
      average: values.length > 0 ? total / values.length : null,
      least: values.length > 0 ? Math.min(...values) : null,
      most: values.length > 0 ? Math.max(...values) : null,
      points: values.length,
    }
  })
}

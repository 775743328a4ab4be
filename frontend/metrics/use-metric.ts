// use-metric.ts: everything that is asked about one metric in one view, and what the URL says of it.
import { useMemo } from 'react'
import { type AttributeFilter, metricAttributes, metricPoints, metricSeries, metricValues, services } from '../api.ts'
import type { ChartForm } from '../charts/prepare.ts'
import { type Facet, useFilter } from '../components/filter-bar.tsx'
import { useKnownMetrics } from '../components/metric-names.ts'
import { useAnswer } from '../lib/answers.ts'
import { windowBefore } from '../lib/compare.ts'
import { type Filter, valuesBy } from '../lib/filter.ts'
import { nameMetric } from '../lib/metric-names.ts'
import { attributesInOrder, formFor, stackable, statisticsFor } from '../lib/metric-series.ts'
import type { Series } from '../lib/shapes.ts'
import { spanOf, stepSeconds } from '../lib/time-range.ts'
import { useUrl } from '../lib/url-state.ts'
import { useView } from '../lib/use-window.ts'

const bucketsMax = 120
const samplePoints = 50
/** Attributes with more values than this are filtered by typing, not by choosing. */
const valuesMax = 60
const facetsMax = 12
export const formNames: readonly ChartForm[] = ['line', 'area', 'bar']

/** The start of the first interval that holds a value. */
function beginning(series: readonly Series[] | undefined): number | undefined {
  const starts = series?.flatMap(({ datapoints }) => datapoints.find(([, value]) => value !== null)?.[0] ?? [])
  if (!starts) return undefined
  return starts.length > 0 ? Math.min(...starts) : 0
}

/** The conditions of the filter line as the API takes them. */
export function attributeFilter(filter: Filter): AttributeFilter {
  return valuesBy(filter.terms.filter(({ op }) => op === '='))
}

export function useMetric(name: string) {
  const view = useView()
  const { get } = useUrl()
  const metric = nameMetric(name, useKnownMetrics())
  const sample = useAnswer(metricPoints({ from: undefined, to: undefined }, { name }, { limit: samplePoints }))
  const carried = useAnswer(metricAttributes(name))
  const known = useAnswer(services())
  const points = sample.data?.metrics ?? []
  const type = points[0]?.metricType
  const attributes = useMemo(
    () => attributesInOrder(carried.data?.attributes ?? [], metric.breakdowns),
    [carried.data, metric.breakdowns],
  )
  const listed = attributes
    .filter(({ values }) => values <= valuesMax)
    .slice(0, facetsMax)
    .map((one) => one.name)
  const values = useAnswer(listed.length > 0 ? metricValues(name, listed) : undefined)
  const facets: Facet[] = [
    ...attributes.map((one) => ({
      key: one.name,
      label: one.resource ? 'of the resource' : `${one.values} ${one.values === 1 ? 'value' : 'values'}`,
      values: values.data?.get(one.name) ?? [],
    })),
    { key: 'service', label: 'service name', values: known.data?.services ?? [] },
  ]
  const { filter, text, set } = useFilter(facets)
  const asked = attributeFilter(filter)
  const statistics = statisticsFor(type)
  const stat = statistics.find((one) => one === get('stat')) ?? statistics[0]!
  const by = get('by')
  const usual = metric.breakdowns.find((one) => attributes.some(({ name }) => name === one))
  const groupBy = by === 'none' ? undefined : (by ?? usual)
  const form = formNames.find((one) => one === get('form')) ?? formFor(stat)
  const stacked = stackable(stat) && form !== 'line' && get('stack') !== 'no'
  const compared = get('compare') === '1'
  // All time has no beginning that is known: weeks since 1970 tell where the data begin, and then it is a range like any other.
  const weeks = useAnswer(
    view.window.from === undefined && sample.data
      ? metricSeries(view.window, { name, interval: String(7 * 86_400) })
      : undefined,
  )
  const begin = view.window.from ?? beginning(weeks.data?.series)
  const window = useMemo(() => ({ from: begin, to: view.window.to }), [begin, view.window.to])
  const step = stepSeconds(spanOf(window, view.now), bucketsMax)
  const question = { name, stat, interval: String(step), groupBy, filter: asked }
  // Not before the kind is known: a histogram asked for its sum would be answered, and be another chart.
  const ready = sample.data !== undefined && carried.data !== undefined && begin !== undefined
  const answer = useAnswer(ready ? metricSeries(window, question) : undefined)
  const end = view.window.to ?? view.now
  const period = compared && begin !== undefined ? windowBefore(begin, end, step * 1000) : undefined
  // While the end moves on with the clock, the period before is asked for up to a whole step only.
  const until = period && Math.floor(period.to / (step * 1000)) * step * 1000 - 1
  const before = useAnswer(
    ready && period && until !== undefined && until > period.from
      ? metricSeries({ from: period.from, to: until }, question)
      : undefined,
  )
  return {
    view,
    metric,
    type,
    unit: points.find(({ metricUnit }) => metricUnit)?.metricUnit ?? metric.unit,
    about: metric.about ?? points.find(({ metricDescription }) => metricDescription)?.metricDescription,
    attributes: attributes.map((one) => one.name),
    facets,
    filter: { filter, text, set },
    statistics,
    stat,
    groupBy,
    form,
    stacked,
    compared,
    step,
    begin,
    answer,
    before: period ? { answer: before, shift: period.shift } : undefined,
    failed: sample.error && !sample.data ? sample : carried.error && !carried.data ? carried : answer,
  }
}

export type MetricState = ReturnType<typeof useMetric>

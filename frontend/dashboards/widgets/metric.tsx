// metric.tsx: a metric as one number or as a chart.
import { useMemo, useState } from 'react'
import { type AttributeFilter, metricPoints, metricSeries } from '../../api.ts'
import { Chart } from '../../charts/chart.tsx'
import { Legend } from '../../charts/legend.tsx'
import { boundSeries } from '../../charts/prepare.ts'
import { useValueColor } from '../../components/looks.ts'
import { useKnownMetrics } from '../../components/metric-names.ts'
import { useAnswer } from '../../lib/answers.ts'
import { exact, inUnit } from '../../lib/format.ts'
import { nameMetric } from '../../lib/metric-names.ts'
import { chartSeries, formFor, stackable, statisticsFor } from '../../lib/metric-series.ts'
import { periodBefore, spanOf, stepSeconds } from '../../lib/time-range.ts'
import { useUrl } from '../../lib/url-state.ts'
import { useAllTimeSpan } from '../../lib/use-window.ts'
import { flagIn, pairsIn, textIn, wordIn } from '../config.ts'
import { forms, statistics } from '../kinds.ts'
import { Asked, chartHeight } from './asked.tsx'
import { StatTile } from './stat-tile.tsx'
import type { WidgetProps } from './widget.ts'

const bucketsMax = 60

/** What both forms ask and how they write it. `breakdownAttribute` with a value is ai-observer's filter of a number. */
function useMetricWidget({ config, view }: WidgetProps, single: boolean) {
  const name = textIn(config, 'metricName')
  const metric = nameMetric(name ?? '', useKnownMetrics())
  const sample = useAnswer(name ? metricPoints({ from: undefined, to: undefined }, { name }, { limit: 1 }) : undefined)
  const point = sample.data?.metrics[0]
  const usual = statisticsFor(point?.metricType)
  const stat = wordIn(config, 'stat', statistics) || usual[0]!
  const attribute = textIn(config, 'breakdownAttribute')
  const value = textIn(config, 'breakdownValue')
  const filter: AttributeFilter = {
    ...pairsIn(config, 'filter'),
    ...(single && attribute && value ? { [attribute]: [value] } : {}),
  }
  const span = useAllTimeSpan(view)
  const window = { from: view.window.from ?? view.now - span, to: view.window.to }
  const step = stepSeconds(spanOf(window, view.now), bucketsMax)
  const service = textIn(config, 'service')
  const unit = point?.metricUnit ?? metric.unit
  const unitOf = stat === 'rate' && unit !== 'ms' && unit !== 's' ? undefined : unit
  return {
    name,
    metric,
    stat,
    step,
    window,
    attribute,
    format: (given: number | null | undefined) =>
      given === null || given === undefined ? '—' : `${inUnit(given, unitOf)}${stat === 'rate' ? '/s' : ''}`,
    question: { name: name ?? '', stat, service, filter },
    ready: name !== undefined && sample.data !== undefined,
    sample,
  }
}

const none = { data: null, error: undefined, pending: false, retry: () => {} }

export function MetricValue(props: WidgetProps) {
  const { link } = useUrl()
  const { name, metric, stat, step, window, format, question, ready } = useMetricWidget(props, true)
  const { view, height } = props
  const before = periodBefore(window, view.now)
  const answer = useAnswer(ready ? metricSeries(window, { ...question, aggregate: true }) : undefined)
  const earlier = useAnswer(ready && before ? metricSeries(before, { ...question, aggregate: true }) : undefined)
  const course = useAnswer(ready ? metricSeries(window, { ...question, interval: String(step) }) : undefined)
  if (name === undefined)
    return (
      <Asked answer={none} empty nothing="Choose a metric: Edit, in the menu of this widget">
        {null}
      </Asked>
    )
  const value = answer.data?.series[0]?.datapoints[0]?.[1]
  return (
    <StatTile
      text={format(value)}
      exactly={`${name}, ${stat}: ${exact(value)}`}
      now={value}
      before={earlier.data?.series[0]?.datapoints[0]?.[1]}
      good={metric.unit === 'USD' ? 'down' : 'none'}
      spark={course.data?.series[0]?.datapoints.map(([, each]) => each) ?? []}
      height={height}
      answer={answer}
      href={link('/metrics', { name, q: textIn(props.config, 'filter') })}
    />
  )
}

export function MetricChart(props: WidgetProps) {
  const { name, metric, stat, step, window, attribute, format, question, ready } = useMetricWidget(props, false)
  const { config, view, height, title } = props
  const [emphasis, setEmphasis] = useState<string>()
  const form = wordIn(config, 'form', ['', ...forms]) || formFor(stat)
  const answer = useAnswer(
    ready ? metricSeries(window, { ...question, groupBy: attribute, interval: String(step) }) : undefined,
  )
  const color = useValueColor(attribute)
  const { shown, total } = useMemo(
    () => boundSeries(chartSeries(answer.data?.series ?? [], attribute, metric.title, color)),
    [answer.data, attribute, metric.title, color],
  )
  if (name === undefined)
    return (
      <Asked answer={none} empty nothing="Choose a metric: Edit, in the menu of this widget">
        {null}
      </Asked>
    )
  return (
    <Asked answer={answer} empty={shown.length === 0}>
      <div className="flex flex-col gap-2 px-3 pb-2">
        <Chart
          label={title}
          testId="widget-chart"
          series={shown}
          form={form}
          stacked={form !== 'line' && stackable(stat) && flagIn(config, 'chartStacked', true)}
          from={window.from}
          to={window.to ?? view.now}
          step={step * 1000}
          now={view.now}
          height={attribute ? chartHeight(height) : Math.max(72, height - 8)}
          format={format}
          emphasis={emphasis}
          onZoom={view.zoom}
          onReset={view.unzoom}
        />
        {attribute && (
          <Legend
            items={shown}
            total={total}
            emphasis={emphasis}
            onEmphasis={setEmphasis}
            className="max-h-5 overflow-hidden"
          />
        )}
      </div>
    </Asked>
  )
}

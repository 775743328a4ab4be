// usage-chart.tsx: usage over time, stacked by agent, model or project; with its legend and totals.
import { useMemo, useState } from 'react'
import { Chart } from '../charts/chart.tsx'
import { Legend } from '../charts/legend.tsx'
import { boundSeries } from '../charts/prepare.ts'
import { cost, count, exact, exactCost } from '../lib/format.ts'
import type { UsageKey, UsageReport } from '../lib/shapes.ts'
import { byGroup, type Measure, usageSeries } from '../lib/usage.ts'
import { bucketLabel, intervalMs, type UsageInterval } from '../lib/usage-interval.ts'
import type { View } from '../lib/use-window.ts'
import { useLook } from './looks.ts'

type UsageChartProps = {
  usage: UsageReport
  groupBy: UsageKey
  measure: Measure
  interval: UsageInterval
  view: View
  height?: number
  testId?: string
}

/** How a measure is written, roughly and exactly. */
export function measureFormat(measure: Measure): {
  format(value: number | null): string
  exactly(value: number | null): string
} {
  return measure === 'costUsd' ? { format: cost, exactly: exactCost } : { format: count, exactly: exact }
}

export function UsageChart({ usage, groupBy, measure, interval, view, height = 220, testId }: UsageChartProps) {
  const [emphasis, setEmphasis] = useState<string>()
  const { zone, window, now } = view
  const look = useLook(groupBy)
  const { format, exactly } = measureFormat(measure)
  const { shown, total } = useMemo(
    () => boundSeries(usageSeries(usage, groupBy, measure, zone, look)),
    [usage, groupBy, measure, zone, look],
  )
  const first = shown.flatMap(({ points }) => points.map(([time]) => time)).reduce((a, b) => Math.min(a, b), now)
  const sums = new Map(byGroup(usage.rows, groupBy, measure).map(({ value, usage: sum }) => [value, sum[measure]]))
  const restSum = [...sums].reduce(
    (sum, [value, part]) => (shown.some(({ key }) => key === value) ? sum : sum + (part ?? 0)),
    0,
  )
  return (
    <div className="flex flex-col gap-2 px-3 pb-3">
      <Chart
        label={`${measure === 'costUsd' ? 'Cost' : measure === 'requests' ? 'Requests' : 'Tokens'} over time by ${groupBy}`}
        testId={testId ?? 'usage-chart'}
        series={shown}
        form="bar"
        stacked
        from={window.from ?? first}
        to={window.to ?? now}
        step={intervalMs(interval)}
        now={now}
        height={height}
        format={format}
        emphasis={emphasis}
        onZoom={view.zoom}
        onReset={view.unzoom}
        bucketLabel={(start) => bucketLabel(start, interval, zone)}
      />
      <Legend
        items={shown.map((series) => {
          const value = series.key === ' rest' ? restSum : (sums.get(series.key) ?? null)
          return {
            key: series.key,
            label: series.label,
            color: series.color,
            text: format(value),
            title: exactly(value),
          }
        })}
        total={total}
        emphasis={emphasis}
        onEmphasis={setEmphasis}
      />
    </div>
  )
}

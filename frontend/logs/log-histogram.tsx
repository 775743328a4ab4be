// log-histogram.tsx: when the records of the list came; dragging over it narrows the time.
import { memo, useMemo } from 'react'
import { type LogFilter, logHistogram } from '../api.ts'
import { Chart } from '../charts/chart.tsx'
import { useAnswer } from '../lib/answers.ts'
import { exact } from '../lib/format.ts'
import { spanOf, stepSeconds } from '../lib/time-range.ts'
import type { View } from '../lib/use-window.ts'
import { histogramSeries } from './histogram.ts'

const bucketsMax = 120
const dayMs = 86_400_000

type LogHistogramProps = { view: View; filter: LogFilter }

export const LogHistogramView = memo(function LogHistogramView({ view, filter }: LogHistogramProps) {
  // All time is looked at by weeks, until it is known where it begins.
  const open = view.window.from === undefined
  const weeks = useAnswer(open ? logHistogram(view.window, filter, 7 * 86_400) : undefined)
  const begin = view.window.from ?? weeks.data?.buckets[0]?.time
  const from = begin ?? view.now - 7 * dayMs
  const step = stepSeconds(spanOf({ from, to: view.window.to }, view.now), bucketsMax)
  const answer = useAnswer(begin === undefined ? undefined : logHistogram({ from, to: view.window.to }, filter, step))
  const series = useMemo(() => (answer.data ? histogramSeries(answer.data) : []), [answer.data])
  return (
    <div className="hidden shrink-0 px-4 pt-1 hairline-b md:block">
      <Chart
        label="Log records over time"
        testId="log-histogram"
        series={series}
        form="bar"
        stacked
        from={from}
        to={view.window.to ?? view.now}
        step={step * 1000}
        now={view.now}
        height={84}
        format={exact}
        onZoom={view.zoom}
        onReset={view.unzoom}
      />
    </div>
  )
})

// usage-chart.tsx: the ledger over time, stacked or side by side.
import { useMemo, useState } from 'react'
import { usage } from '../../api.ts'
import { Chart } from '../../charts/chart.tsx'
import { Legend } from '../../charts/legend.tsx'
import { boundSeries, type ChartSeries } from '../../charts/prepare.ts'
import { useLook } from '../../components/looks.ts'
import { measureFormat } from '../../components/usage-chart.tsx'
import { useAnswer } from '../../lib/answers.ts'
import { hueColor, tokenKinds } from '../../lib/colors.ts'
import type { UsageReport } from '../../lib/shapes.ts'
import { type Zone, zoneName } from '../../lib/time.ts'
import { bucketStart, type Measure, usageSeries } from '../../lib/usage.ts'
import { bucketLabel, intervalFor, intervalMs } from '../../lib/usage-interval.ts'
import { usageFilterOf, usageKey } from '../../lib/usage-keys.ts'
import { useAllTimeSpan } from '../../lib/use-window.ts'
import { flagIn, textIn, usageFilterIn, wordIn } from '../config.ts'
import { forms, intervals, measures } from '../kinds.ts'
import { Asked, chartHeight } from './asked.tsx'
import type { WidgetProps } from './widget.ts'

/** One series for each kind of tokens, in the colours that kinds have everywhere. */
function kindSeries(report: UsageReport, zone: Zone): ChartSeries[] {
  return tokenKinds.map(({ key, label, hue }) => ({
    key,
    label,
    color: hueColor(hue),
    points: report.rows
      .flatMap((row): [number, number][] => (row.bucket ? [[bucketStart(row.bucket, zone), row[key]]] : []))
      .sort(([a], [b]) => a - b),
  }))
}

export function UsageChartWidget({ config, view, height, title }: WidgetProps) {
  const [emphasis, setEmphasis] = useState<string>()
  const byKind = textIn(config, 'groupBy') === 'kind'
  const groupBy = usageKey(textIn(config, 'groupBy'))?.key ?? 'tool'
  const measure: Measure = byKind ? 'totalTokens' : wordIn(config, 'value', Object.keys(measures) as Measure[])
  const form = wordIn(config, 'form', forms)
  const span = useAllTimeSpan(view)
  const interval = intervalFor(span, wordIn(config, 'interval', intervals))
  const { zone, window, now } = view
  const answer = useAnswer(
    usage(window, byKind ? [] : [groupBy], {
      interval,
      tz: zoneName(zone),
      filter: usageFilterOf(usageFilterIn(config)),
    }),
  )
  const look = useLook(groupBy)
  const { format, exactly } = measureFormat(measure)
  const { shown, total } = useMemo(
    () =>
      boundSeries(
        answer.data
          ? byKind
            ? kindSeries(answer.data, zone)
            : usageSeries(answer.data, groupBy, measure, zone, look)
          : [],
      ),
    [answer.data, byKind, groupBy, measure, zone, look],
  )
  const first = shown.flatMap(({ points }) => points.map(([time]) => time)).reduce((a, b) => Math.min(a, b), now)
  return (
    <Asked answer={answer} empty={shown.every(({ points }) => points.length === 0)}>
      <div className="flex flex-col gap-2 px-3 pb-2">
        <Chart
          label={title}
          testId="widget-chart"
          series={shown}
          form={form}
          stacked={form !== 'line' && flagIn(config, 'stacked', true)}
          from={window.from ?? first}
          to={window.to ?? now}
          step={intervalMs(interval)}
          now={now}
          height={chartHeight(height)}
          format={format}
          emphasis={emphasis}
          onZoom={view.zoom}
          onReset={view.unzoom}
          bucketLabel={(start) => bucketLabel(start, interval, zone)}
        />
        <Legend
          items={shown.map((series) => {
            const sum = series.points.reduce<number | null>(
              (all, [, value]) => (value === null ? all : (all ?? 0) + value),
              null,
            )
            return { key: series.key, label: series.label, color: series.color, text: format(sum), title: exactly(sum) }
          })}
          total={total}
          emphasis={emphasis}
          onEmphasis={setEmphasis}
          oneRow
        />
      </div>
    </Asked>
  )
}

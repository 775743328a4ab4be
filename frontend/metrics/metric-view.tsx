// metric-view.tsx: one metric: filter, chart, legend, table.
import { useMemo, useState } from 'react'
import { Chart } from '../charts/chart.tsx'
import { Legend } from '../charts/legend.tsx'
import { chartPng } from '../charts/png.ts'
import { boundSeries, type ChartSeries, prepare } from '../charts/prepare.ts'
import { NothingFound } from '../components/empty-state.tsx'
import { ErrorState } from '../components/error-state.tsx'
import { FilterBar, toggledTerm } from '../components/filter-bar.tsx'
import { useValueColor } from '../components/looks.ts'
import { Panel } from '../components/panel.tsx'
import { shifted, summedReference } from '../lib/compare.ts'
import { toCsv } from '../lib/csv.ts'
import { exact, inUnit } from '../lib/format.ts'
import { chartSeries, summarize } from '../lib/metric-series.ts'
import { visible } from '../lib/safe-text.ts'
import { stepLabel } from '../lib/time-range.ts'
import { saveFile } from '../ui/copy.ts'
import { CopyButton } from '../ui/copy-button.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { MetricControls } from './metric-controls.tsx'
import { SeriesTable } from './series-table.tsx'
import { type MetricState, useMetric } from './use-metric.ts'

export function MetricView({ name }: { name: string }) {
  const state = useMetric(name)
  const { view, metric, type, unit, about, stat, groupBy, form, stacked, step, begin, answer, before, filter } = state
  const [emphasis, setEmphasis] = useState<string>()
  const { series, earlier } = useSeries(state)
  const { shown, total } = useMemo(() => boundSeries(series), [series])
  const drawn = useMemo(() => [...shown, ...references(shown, earlier, stacked)], [shown, earlier, stacked])
  const rows = useMemo(() => summarize(series), [series])
  const rowsBefore = useMemo(() => new Map(summarize(earlier ?? []).map((row) => [row.label, row])), [earlier])
  const unitOf = stat === 'rate' && unit !== 'ms' && unit !== 's' ? undefined : unit
  const suffix = stat === 'rate' ? '/s' : ''
  const format = (value: number | null) => (value === null ? '—' : `${inUnit(value, unitOf)}${suffix}`)
  const to = view.window.to ?? view.now
  const from = begin ?? series.flatMap((one) => one.points.map(([time]) => time)).reduce((a, b) => Math.min(a, b), to)

  function saveCsv() {
    const all = [...series, ...(earlier ?? [])]
    const times = [...new Set(all.flatMap((one) => one.points.map(([time]) => time)))].sort((a, b) => a - b)
    const lookup = all.map((one) => new Map(one.points))
    const body = times.map((time) => [new Date(time).toISOString(), ...lookup.map((values) => values.get(time))])
    const heads = [...series.map(({ label }) => label), ...(earlier ?? []).map(({ label }) => `${label}, before`)]
    saveFile(`${name}.csv`, toCsv(['time', ...heads], body), 'text/csv')
  }
  async function savePng() {
    const prepared = prepare({
      series: drawn,
      form,
      stacked,
      from,
      to,
      step: step * 1000,
      now: view.now,
      width: 1000,
      height: 360,
      zone: view.zone,
      format,
    })
    const blob = await chartPng(`${metric.family}: ${metric.title}`, prepared)
    if (blob) saveFile(`${name}.png`, blob)
  }

  return (
    <div className="flex flex-col gap-4 p-4">
      <div>
        <div className="flex items-center gap-2">
          <h2 className="text-15 font-semibold">
            {metric.family}: {metric.title}
          </h2>
          {type && <span className="text-12 text-muted">{type.replace('_', ' ')}</span>}
        </div>
        <p className="flex items-center gap-1 text-12 text-muted">
          <code className="break-all">{visible(name)}</code>
          <CopyButton text={name} label="Copy the name" />
        </p>
        {about && <p className="max-w-2xl text-muted">{visible(about)}</p>}
      </div>
      <FilterBar facets={state.facets} placeholder="Filter: type:input model:… session.id:…" className="flex-none" />
      <Panel
        pending={(answer.pending && answer.data !== undefined) || before?.answer.pending === true}
        testId="metric-chart"
        actions={
          <MetricControls state={state} empty={series.length === 0} onCsv={saveCsv} onPng={() => void savePng()} />
        }
        title={<span className="text-12 font-normal text-muted">every {stepLabel(step)}</span>}
      >
        {state.failed.error && !answer.data ? (
          <ErrorState what="The series could not be read." error={state.failed.error} retry={state.failed.retry} />
        ) : !answer.data ? (
          <Skeleton className="mx-3 mb-3 h-72" />
        ) : series.length === 0 ? (
          <NothingFound things="points" filter={filter} />
        ) : (
          <div className="flex flex-col gap-2 px-3 pb-3">
            <Chart
              label={`${metric.title}, ${stat}${groupBy ? ` by ${groupBy}` : ''}`}
              testId="metric-plot"
              series={drawn}
              form={form}
              stacked={stacked}
              from={from}
              to={to}
              step={step * 1000}
              now={view.now}
              height={320}
              format={format}
              emphasis={emphasis}
              onZoom={view.zoom}
              onReset={view.unzoom}
            />
            {(groupBy || earlier) && (
              <Legend
                items={[
                  ...shown,
                  ...(earlier ? [{ key: ' before', label: 'Period before', color: 'var(--muted-foreground)' }] : []),
                ]}
                total={total}
                emphasis={emphasis}
                onEmphasis={setEmphasis}
              />
            )}
          </div>
        )}
      </Panel>
      {rows.length > 0 && (
        <Panel
          title="Series"
          note={
            answer.data && answer.data.seriesTotal > rows.length
              ? `the largest ${exact(rows.length)} of ${exact(answer.data.seriesTotal)}`
              : exact(rows.length)
          }
        >
          <SeriesTable
            rows={rows}
            before={earlier && rowsBefore}
            format={format}
            summable={stat === 'sum'}
            onEmphasis={setEmphasis}
            {...(groupBy
              ? { onFilter: (label: string) => filter.set(toggledTerm(filter.filter, groupBy, label)) }
              : {})}
          />
        </Panel>
      )}
    </div>
  )
}

/** The answers as series with labels and colours; those of the period before stand where they are compared. */
function useSeries({ answer, before, groupBy, metric }: MetricState) {
  const color = useValueColor(groupBy)
  return useMemo(
    () => ({
      series: chartSeries(answer.data?.series ?? [], groupBy, metric.title, color),
      earlier: before?.answer.data
        ? chartSeries(shifted(before.answer.data.series, before.shift), groupBy, metric.title, color)
        : undefined,
    }),
    [answer.data, before?.answer.data, before?.shift, groupBy, metric.title, color],
  )
}

/** What the chart is compared with: of a stack its height, of lines each its own. */
function references(shown: readonly ChartSeries[], earlier: readonly ChartSeries[] | undefined, stacked: boolean) {
  if (!earlier) return []
  if (stacked || shown.length === 1)
    return [
      summedReference(
        earlier.map(({ points }) => ({ name: '', labels: {}, datapoints: points.map(([a, b]) => [a, b]) })),
        'Period before',
      ),
    ]
  return earlier
    .filter(({ label }) => shown.some((one) => one.label === label))
    .map((one) => ({ ...one, key: `before ${one.key}`, label: `${one.label}, before`, reference: true }))
}

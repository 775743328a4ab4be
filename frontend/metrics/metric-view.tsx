// metric-view.tsx: one metric: chart, legend, table.
import { ChartColumn, ChartLine, ChartSpline, Download, Image } from 'lucide-react'
import { useMemo, useState } from 'react'
import { metricPoints, metricSeries, services } from '../api.ts'
import { Chart } from '../charts/chart.tsx'
import { Legend } from '../charts/legend.tsx'
import { chartPng } from '../charts/png.ts'
import { boundSeries, type ChartForm, prepare } from '../charts/prepare.ts'
import { NothingFound } from '../components/empty-state.tsx'
import { ErrorState } from '../components/error-state.tsx'
import { Panel } from '../components/panel.tsx'
import { useAnswer } from '../lib/answers.ts'
import { hueColor, hueOf, tokenKindHue } from '../lib/colors.ts'
import { toCsv } from '../lib/csv.ts'
import { exact, inUnit } from '../lib/format.ts'
import type { Series } from '../lib/shapes.ts'
import { spanOf, stepLabel, stepSeconds } from '../lib/time-range.ts'
import { useUrl } from '../lib/url-state.ts'
import { useView } from '../lib/use-window.ts'
import { IconButton } from '../ui/button.tsx'
import { Checkbox } from '../ui/checkbox.tsx'
import { saveFile } from '../ui/copy.ts'
import { CopyButton } from '../ui/copy-button.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { Select } from '../ui/select.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { nameMetric } from './catalogue.ts'
import { attributesOf, chartSeries, formFor, stackable, statisticsFor, summarize } from './series.ts'
import { SeriesTable } from './series-table.tsx'

/** The start of the first interval that holds a value. */
function beginning(series: readonly Series[] | undefined): number | undefined {
  const starts = series?.flatMap(({ datapoints }) => datapoints.find(([, value]) => value !== null)?.[0] ?? [])
  if (!starts) return undefined
  return starts.length > 0 ? Math.min(...starts) : 0
}

const bucketsMax = 120
const samplePoints = 200
const forms = [
  { value: 'line', label: 'Line', icon: <ChartLine className="size-3.5" /> },
  { value: 'area', label: 'Area', icon: <ChartSpline className="size-3.5" /> },
  { value: 'bar', label: 'Bars', icon: <ChartColumn className="size-3.5" /> },
] as const

export function MetricView({ name }: { name: string }) {
  const view = useView()
  const { get, adjust } = useUrl()
  const metric = nameMetric(name)
  const sample = useAnswer(metricPoints({ from: undefined, to: undefined }, { name }, { limit: samplePoints }))
  const known = useAnswer(services())
  const points = sample.data?.metrics ?? []
  const type = points[0]?.metricType
  const unit = points.find(({ metricUnit }) => metricUnit)?.metricUnit ?? metric.unit
  const about = points.find(({ metricDescription }) => metricDescription)?.metricDescription ?? metric.about
  const attributes = useMemo(() => attributesOf(sample.data?.metrics ?? []), [sample.data])
  const statistics = statisticsFor(type)
  const stat = statistics.find((one) => one === get('stat')) ?? statistics[0]!
  const asked = get('by')
  const groupBy =
    asked === 'none' ? undefined : (asked ?? (metric.by && attributes.includes(metric.by) ? metric.by : undefined))
  const form = forms.find(({ value }) => value === get('form'))?.value ?? formFor(stat)
  const stacked = stackable(stat) && form !== 'line' && get('stack') !== 'no'
  const service = get('service')
  // All time has no beginning that is known: weeks since 1970 tell where the data begin, and then it is a range like any other.
  const weeks = useAnswer(
    view.window.from === undefined && sample.data
      ? metricSeries(view.window, { name, interval: String(7 * 86_400) })
      : undefined,
  )
  const begin = view.window.from ?? beginning(weeks.data?.series)
  const window = useMemo(() => ({ from: begin, to: view.window.to }), [begin, view.window.to])
  const step = stepSeconds(spanOf(window, view.now), bucketsMax)
  // Not before the kind is known: a histogram asked for its sum would be answered, and be another chart.
  const answer = useAnswer(
    sample.data && begin !== undefined
      ? metricSeries(window, {
          name,
          stat,
          interval: String(step),
          ...(groupBy ? { groupBy } : {}),
          ...(service ? { service } : {}),
        })
      : undefined,
  )
  const [emphasis, setEmphasis] = useState<string>()
  const series = useMemo(
    () =>
      chartSeries(answer.data?.series ?? [], groupBy, metric.title, (label) =>
        hueColor(tokenKindHue(label) ?? hueOf(groupBy ?? 'metric', label)),
      ),
    [answer.data, groupBy, metric.title],
  )
  const { shown, total } = useMemo(() => boundSeries(series), [series])
  const rows = useMemo(() => summarize(series), [series])
  const unitOf = stat === 'rate' && unit !== 'ms' && unit !== 's' ? undefined : unit
  const suffix = stat === 'rate' ? '/s' : ''
  const format = (value: number | null) => (value === null ? '—' : `${inUnit(value, unitOf)}${suffix}`)
  const to = view.window.to ?? view.now
  const from = begin ?? series.flatMap((one) => one.points.map(([time]) => time)).reduce((a, b) => Math.min(a, b), to)

  function saveCsv() {
    const times = [...new Set(series.flatMap((one) => one.points.map(([time]) => time)))].sort((a, b) => a - b)
    const lookup = series.map((one) => new Map(one.points))
    const body = times.map((time) => [new Date(time).toISOString(), ...lookup.map((values) => values.get(time))])
    saveFile(`${name}.csv`, toCsv(['time', ...series.map(({ label }) => label)], body), 'text/csv')
  }
  async function savePng() {
    const prepared = prepare({
      series: shown,
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
          <code className="break-all">{name}</code>
          <CopyButton text={name} label="Copy the name" />
        </p>
        {about && <p className="max-w-2xl text-muted">{about}</p>}
      </div>
      <Panel
        pending={answer.pending && answer.data !== undefined}
        testId="metric-chart"
        actions={
          <div className="flex flex-wrap items-center gap-2 py-1">
            <Select
              label="Statistic"
              labelled
              value={stat}
              onChange={(value) => adjust({ stat: value === statistics[0] ? undefined : value })}
              options={statistics.map((value) => ({ value, label: value }))}
              data-testid="stat"
            />
            <Select
              label="By"
              labelled
              value={groupBy ?? 'none'}
              onChange={(value) => adjust({ by: value })}
              options={[
                { value: 'none', label: 'nothing' },
                ...[...new Set([...(groupBy ? [groupBy] : []), ...attributes])].map((value) => ({
                  value,
                  label: value,
                })),
              ]}
              data-testid="group-by"
            />
            {(known.data?.services.length ?? 0) > 1 && (
              <Select
                label="Service"
                value={service ?? ''}
                onChange={(value) => adjust({ service: value })}
                options={[
                  { value: '', label: 'All services' },
                  ...(known.data?.services ?? []).map((value) => ({ value, label: value })),
                ]}
              />
            )}
            <Segmented<ChartForm>
              label="Form"
              value={form}
              options={forms}
              onChange={(value) => adjust({ form: value === formFor(stat) ? undefined : value })}
            />
            {stackable(stat) && form !== 'line' && (
              <Checkbox label="Stacked" checked={stacked} onChange={(on) => adjust({ stack: on ? undefined : 'no' })} />
            )}
            <IconButton label="Save as CSV" onClick={saveCsv} disabled={series.length === 0} data-testid="save-csv">
              <Download aria-hidden className="size-4" />
            </IconButton>
            <IconButton label="Save as PNG" onClick={savePng} disabled={series.length === 0}>
              <Image aria-hidden className="size-4" />
            </IconButton>
          </div>
        }
        title={<span className="text-12 font-normal text-muted">every {stepLabel(step)}</span>}
      >
        {answer.error && !answer.data ? (
          <ErrorState what="The series could not be read." error={answer.error} retry={answer.retry} />
        ) : !answer.data ? (
          <Skeleton className="mx-3 mb-3 h-72" />
        ) : series.length === 0 ? (
          <NothingFound
            things="points"
            filter={{
              filter: { terms: service ? [{ key: 'service', op: '=', value: service }] : [], text: '' },
              text: service ?? '',
              set: () => adjust({ service: undefined }),
            }}
          />
        ) : (
          <div className="flex flex-col gap-2 px-3 pb-3">
            <Chart
              label={`${metric.title}, ${stat}${groupBy ? ` by ${groupBy}` : ''}`}
              testId="metric-plot"
              series={shown}
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
            {groupBy && <Legend items={shown} total={total} emphasis={emphasis} onEmphasis={setEmphasis} />}
          </div>
        )}
      </Panel>
      {rows.length > 0 && (
        <Panel title="Series" note={exact(rows.length)}>
          <SeriesTable rows={rows} format={format} summable={stat === 'sum'} onEmphasis={setEmphasis} />
        </Panel>
      )}
    </div>
  )
}

// metric-controls.tsx: how a metric is shown: statistic, breakdown, form, comparison, and taking it along.
import { ChartColumn, ChartLine, ChartSpline, Download, Image } from 'lucide-react'
import type { ChartForm } from '../charts/prepare.ts'
import { formFor, stackable } from '../lib/metric-series.ts'
import { useUrl } from '../lib/url-state.ts'
import { IconButton } from '../ui/button.tsx'
import { Checkbox } from '../ui/checkbox.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { Select } from '../ui/select.tsx'
import type { MetricState } from './use-metric.ts'

const forms = [
  { value: 'line', label: 'Line', icon: <ChartLine className="size-3.5" /> },
  { value: 'area', label: 'Area', icon: <ChartSpline className="size-3.5" /> },
  { value: 'bar', label: 'Bars', icon: <ChartColumn className="size-3.5" /> },
] as const

type MetricControlsProps = { state: MetricState; empty: boolean; onCsv(): void; onPng(): void }

export function MetricControls({ state, empty, onCsv, onPng }: MetricControlsProps) {
  const { adjust } = useUrl()
  const { stat, statistics, groupBy, attributes, form, stacked, compared } = state
  return (
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
          ...[...new Set([...(groupBy ? [groupBy] : []), ...attributes])].map((value) => ({ value, label: value })),
        ]}
        data-testid="group-by"
      />
      <Segmented<ChartForm>
        label="Form"
        value={form}
        options={forms}
        onChange={(value) => adjust({ form: value === formFor(stat) ? undefined : value })}
      />
      {stackable(stat) && form !== 'line' && (
        <Checkbox label="Stacked" checked={stacked} onChange={(on) => adjust({ stack: on ? undefined : 'no' })} />
      )}
      <Checkbox label="Period before" checked={compared} onChange={(on) => adjust({ compare: on ? '1' : undefined })} />
      <span className="flex">
        <IconButton label="Save as CSV" onClick={onCsv} disabled={empty} data-testid="save-csv">
          <Download aria-hidden className="size-4" />
        </IconButton>
        <IconButton label="Save as PNG" onClick={onPng} disabled={empty} data-testid="save-png">
          <Image aria-hidden className="size-4" />
        </IconButton>
      </span>
    </div>
  )
}

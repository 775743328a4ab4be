// kinds.ts: the kinds of widgets: what each is called, how large it begins, and what can be set. Data for the forms.
import {
  Activity,
  CalendarDays,
  ChartColumnStacked,
  ChartLine,
  CircleDollarSign,
  Gauge,
  Hash,
  ListOrdered,
  type LucideIcon,
  Radio,
  ScrollText,
  Table2,
  Text,
  TriangleAlert,
  Waypoints,
} from 'lucide-react'
import { presets } from '../lib/time-range.ts'
import { intervalName, usageIntervals } from '../lib/usage-interval.ts'
import { usageKeys } from '../lib/usage-keys.ts'
import { type Config, textIn } from './config.ts'

export type Option = { value: string; label: string }

/** One thing that can be set. `metric`, `service` and `attribute` know their values from the server. */
export type Field = { key: string; label: string; hint?: string } & (
  | { type: 'choice'; options: readonly Option[] }
  | { type: 'flag'; usual: boolean }
  | { type: 'count'; usual: number; most: number }
  | { type: 'text'; placeholder?: string }
  | { type: 'lines'; placeholder?: string; code?: boolean }
  | { type: 'metric' }
  | { type: 'service' }
  | { type: 'attribute' }
)

export type Kind = {
  id: string
  label: string
  about: string
  group: 'Numbers' | 'Charts' | 'Lists' | 'Text'
  icon: LucideIcon
  size: { colSpan: number; rowSpan: number }
  fields: readonly Field[]
  /** Its title unless one is given. */
  title(config: Config): string
}

const options = <const O extends Readonly<Record<string, string>>>(given: O): Option[] =>
  Object.entries(given).map(([value, label]) => ({ value, label }))

/** Numbers of usage that stand alone. */
export const usageValues = {
  costUsd: 'Cost',
  totalTokens: 'Tokens',
  inputTokens: 'Input tokens',
  cacheReadTokens: 'Cache reads',
  cacheWriteTokens: 'Cache writes',
  outputTokens: 'Output tokens',
  reasoningTokens: 'Reasoning tokens',
  requests: 'Requests',
  errors: 'Failed requests',
  sessions: 'Sessions',
  cacheHitRate: 'Input from cache',
} as const
export const measures = { costUsd: 'Cost', totalTokens: 'Tokens', requests: 'Requests' } as const
export const statistics = ['', 'sum', 'rate', 'avg', 'min', 'max', 'count', 'p50', 'p95', 'p99'] as const
export const intervals = ['', ...usageIntervals] as const
export const forms = ['bar', 'area', 'line'] as const
export const errorRates = {
  requests: 'Failed requests',
  spans: 'Spans with errors',
  tools: 'Failed tool calls',
} as const

const range: Field = {
  key: 'range',
  label: 'Time',
  type: 'choice',
  options: [{ value: '', label: 'As the dashboard' }, ...presets.map(({ id, label }) => ({ value: id, label }))],
}
const filter: Field = {
  key: 'filter',
  label: 'Filter',
  type: 'text',
  placeholder: 'agent:codex model:… project:…',
  hint: `${usageKeys.map(({ word }) => word).join(', ')}`,
}
const measure: Field = { key: 'value', label: 'Measure', type: 'choice', options: options(measures) }
const groupings = usageKeys.map(({ key, label }) => ({ value: key, label }))
const service: Field = { key: 'service', label: 'Service', type: 'service' }
const limit = (usual: number): Field => ({ key: 'limit', label: 'Rows', type: 'count', usual, most: 100 })
const metricFields: readonly Field[] = [
  { key: 'metricName', label: 'Metric', type: 'metric' },
  {
    key: 'stat',
    label: 'Statistic',
    type: 'choice',
    options: statistics.map((value) => ({ value, label: value || 'the usual one' })),
  },
]
const attributes: Field = {
  key: 'filter',
  label: 'Filter',
  type: 'text',
  placeholder: 'type:input model:…',
  hint: 'Attributes of the points',
}
const form: Field = {
  key: 'form',
  label: 'Form',
  type: 'choice',
  options: options({ bar: 'Bars', area: 'Area', line: 'Line' }),
}

const number = { colSpan: 2, rowSpan: 1 }
const chart = { colSpan: 6, rowSpan: 3 }
const list = { colSpan: 4, rowSpan: 3 }
const labelOf = (labels: Readonly<Record<string, string>>, config: Config, key: string, usual: string) =>
  labels[textIn(config, key) ?? usual] ?? labels[usual]!
const byOf = (config: Config, usual: string) =>
  (usageKeys.find(({ key }) => key === (textIn(config, 'groupBy') ?? usual))?.label ?? '').toLowerCase()

export const kinds: readonly Kind[] = [
  {
    id: 'usage_value',
    label: 'Cost or tokens',
    about: 'One number of the ledger, with its change and its course',
    group: 'Numbers',
    icon: CircleDollarSign,
    size: number,
    fields: [{ key: 'value', label: 'Value', type: 'choice', options: options(usageValues) }, filter, range],
    title: (config) => labelOf(usageValues, config, 'value', 'costUsd'),
  },
  {
    id: 'metric_value',
    label: 'Metric',
    about: 'One number of any metric, with its change and its course',
    group: 'Numbers',
    icon: Hash,
    size: number,
    fields: [...metricFields, service, attributes, range],
    title: (config) => textIn(config, 'metricName') ?? 'Metric',
  },
  {
    id: 'stats_error_rate',
    label: 'Error rate',
    about: 'Which part of requests, spans or tool calls failed',
    group: 'Numbers',
    icon: TriangleAlert,
    size: number,
    fields: [{ key: 'of', label: 'Of', type: 'choice', options: options(errorRates) }, range],
    title: () => 'Error rate',
  },
  {
    id: 'stats_traces',
    label: 'Traces',
    about: 'How many traces came in',
    group: 'Numbers',
    icon: Waypoints,
    size: number,
    fields: [service, range],
    title: () => 'Traces',
  },
  {
    id: 'stats_logs',
    label: 'Logs',
    about: 'How many log records came in',
    group: 'Numbers',
    icon: ScrollText,
    size: number,
    fields: [service, range],
    title: () => 'Log records',
  },
  {
    id: 'stats_metrics',
    label: 'Metric points',
    about: 'How many metric points came in',
    group: 'Numbers',
    icon: Gauge,
    size: number,
    fields: [service, range],
    title: () => 'Metric points',
  },
  {
    id: 'usage_chart',
    label: 'Cost or tokens over time',
    about: 'The ledger by day, stacked by agent, model, project …',
    group: 'Charts',
    icon: ChartColumnStacked,
    size: chart,
    fields: [
      measure,
      {
        key: 'groupBy',
        label: 'By',
        type: 'choice',
        options: [...groupings, { value: 'kind', label: 'Kind of tokens' }],
      },
      {
        key: 'interval',
        label: 'Every',
        type: 'choice',
        options: intervals.map((value) => ({ value, label: value ? intervalName(value) : 'by the range' })),
      },
      form,
      { key: 'stacked', label: 'Stacked', type: 'flag', usual: true },
      filter,
      range,
    ],
    title: (config) =>
      textIn(config, 'groupBy') === 'kind'
        ? 'Tokens by kind'
        : `${labelOf(measures, config, 'value', 'costUsd')} by ${byOf(config, 'tool')}`,
  },
  {
    id: 'metric_chart',
    label: 'Metric over time',
    about: 'Any metric, broken down by any attribute',
    group: 'Charts',
    icon: ChartLine,
    size: chart,
    fields: [
      ...metricFields,
      { key: 'breakdownAttribute', label: 'By', type: 'attribute' },
      form,
      { key: 'chartStacked', label: 'Stacked', type: 'flag', usual: true },
      service,
      attributes,
      range,
    ],
    title: (config) => textIn(config, 'metricName') ?? 'Metric',
  },
  {
    id: 'heat_map',
    label: 'Heat map',
    about: 'A year of days, or the hours of the week',
    group: 'Charts',
    icon: CalendarDays,
    size: { colSpan: 8, rowSpan: 2 },
    fields: [
      {
        key: 'of',
        label: 'Show',
        type: 'choice',
        options: options({ year: 'A year of days', week: 'Hours of the week' }),
      },
      measure,
      filter,
      { ...range, hint: 'The hours of the week only' },
    ],
    title: (config) =>
      `${labelOf(measures, config, 'value', 'costUsd')}, ${textIn(config, 'of') === 'week' ? 'hours of the week' : 'a year'}`,
  },
  {
    id: 'top_list',
    label: 'Top list',
    about: 'The largest of something: models, projects, tools …',
    group: 'Lists',
    icon: ListOrdered,
    size: list,
    fields: [
      {
        key: 'groupBy',
        label: 'Of',
        type: 'choice',
        options: [...groupings, { value: 'toolCalls', label: 'Tools by calls' }],
      },
      measure,
      limit(8),
      filter,
      range,
    ],
    title: (config) =>
      textIn(config, 'groupBy') === 'toolCalls'
        ? 'Tools'
        : `Top ${usageKeys.find(({ key }) => key === (textIn(config, 'groupBy') ?? 'tool'))?.many ?? ''}`,
  },
  {
    id: 'table',
    label: 'Table',
    about: 'Cost, tokens and requests by anything, in columns',
    group: 'Lists',
    icon: Table2,
    size: { colSpan: 6, rowSpan: 3 },
    fields: [{ key: 'groupBy', label: 'By', type: 'choice', options: groupings }, limit(20), filter, range],
    title: (config) => `By ${byOf(config, 'tool')}`,
  },
  {
    id: 'sql',
    label: 'SQL',
    about: 'The rows of a statement of your own, read-only',
    group: 'Lists',
    icon: Text,
    size: { colSpan: 6, rowSpan: 3 },
    fields: [
      {
        key: 'sql',
        label: 'Statement',
        type: 'lines',
        code: true,
        placeholder: 'select tool, count(*) as sessions from sessions group by tool',
      },
      limit(50),
    ],
    title: () => 'SQL',
  },
  {
    id: 'recent_activity',
    label: 'Recent activity',
    about: 'The last sessions or traces, live',
    group: 'Lists',
    icon: Activity,
    size: { colSpan: 6, rowSpan: 3 },
    fields: [
      { key: 'of', label: 'Show', type: 'choice', options: options({ sessions: 'Sessions', traces: 'Traces' }) },
      limit(10),
    ],
    title: (config) => (textIn(config, 'of') === 'traces' ? 'Recent traces' : 'Recent sessions'),
  },
  {
    id: 'active_services',
    label: 'Active services',
    about: 'Who sends, and when it last did',
    group: 'Lists',
    icon: Radio,
    size: list,
    fields: [],
    title: () => 'Active services',
  },
  {
    id: 'markdown',
    label: 'Text',
    about: 'Notes and links, in Markdown',
    group: 'Text',
    icon: Text,
    size: { colSpan: 4, rowSpan: 2 },
    fields: [{ key: 'text', label: 'Text', type: 'lines', placeholder: '**What to watch** and why' }],
    title: () => 'Notes',
  },
]

export function kindOf(id: string): Kind | undefined {
  return kinds.find((kind) => kind.id === id)
}

/** The title of a widget whose file names none. */
export function titleFor(kind: string, config: Config): string {
  return kindOf(kind)?.title(config) || kind
}

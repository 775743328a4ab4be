// ai-observer-dashboards.ts: dashboards in an ai-observer database → ours: its grid has four columns and counts from 1, ours twelve.
import type { Row } from './ai-observer.ts'
import { isObject, type JsonObject, numberOf, parseJson, textOf } from './json-values.ts'

/** A dashboard as it is kept here; `config` is JSON text, times are ns since 1970. */
export type CopiedDashboard = {
  id: string
  name: string
  description: string | undefined
  createdAt: bigint
  widgets: CopiedWidget[]
}

export type CopiedWidget = Place & { id: string; widgetType: string; title: string; config: string }

type Place = { gridColumn: number; gridRow: number; colSpan: number; rowSpan: number }

const columns = 12
const widgetsMax = 200
/** Rows far below each other would be no grid; what is beyond is put close, and the page settles the rest. */
const rowsMax = 1_000
/** Kinds that are one number: a row of them alone needs one of our rows, any other row two (as the page has it for its files). */
const flat = new Set(['stats_traces', 'stats_metrics', 'stats_logs', 'stats_error_rate', 'metric_value'])

/** What a dashboard's row and the rows of its widgets say; nothing without an id or a name. */
export function copiedDashboard(row: Row, widgetRows: readonly Row[]): CopiedDashboard | undefined {
  const [id, name] = [textOf(row.id), textOf(row.name)?.trim()]
  if (!id || !name) return undefined
  const widgets = widgetRows.slice(0, widgetsMax).flatMap((one) => {
    const [widgetId, widgetType] = [textOf(one.id), textOf(one.widget_type)?.trim()]
    if (!widgetId || !widgetType) return []
    const config = parseJson(textOf(one.config) ?? '')
    return [
      {
        id: widgetId,
        widgetType: widgetType.slice(0, 255),
        title: (textOf(one.title)?.trim() || widgetType).slice(0, 255),
        gridColumn: whole(one.grid_column),
        gridRow: whole(one.grid_row),
        colSpan: whole(one.col_span),
        rowSpan: whole(one.row_span),
        config: JSON.stringify(configOf(widgetType, isObject(config) ? config : {})),
      },
    ]
  })
  return {
    id,
    name: name.slice(0, 255),
    description: textOf(row.description),
    createdAt: typeof row.created === 'bigint' ? row.created : 0n,
    widgets: onOurGrid(widgets),
  }
}

const whole = (value: unknown) =>
  Math.min(rowsMax, Math.max(1, Math.round(numberOf(typeof value === 'bigint' ? Number(value) : value) ?? 1)))

/** Its error rate is that of spans, and its activity lists traces. */
function configOf(widgetType: string, config: JsonObject): JsonObject {
  if (widgetType === 'stats_error_rate') return { ...config, of: 'spans' }
  if (widgetType === 'recent_activity') return { ...config, of: 'traces' }
  return config
}

function onOurGrid(widgets: readonly CopiedWidget[]): CopiedWidget[] {
  const rows = widgets.reduce((most, { gridRow, rowSpan }) => Math.max(most, gridRow + rowSpan - 1), 0)
  const starts = [0]
  for (let row = 1; row <= Math.min(rows, rowsMax); row++) {
    const here = widgets.filter((one) => one.gridRow <= row && row < one.gridRow + one.rowSpan)
    const height = here.length === 0 ? 0 : here.every((one) => one.rowSpan === 1 && flat.has(one.widgetType)) ? 1 : 2
    starts.push((starts.at(-1) as number) + height)
  }
  const startOf = (row: number) => starts[Math.min(row, starts.length) - 1] ?? 0
  return widgets.map((one) => {
    const gridRow = startOf(one.gridRow)
    const colSpan = Math.min(4, one.colSpan) * 3
    return {
      ...one,
      gridColumn: Math.min(columns - colSpan, (one.gridColumn - 1) * 3),
      gridRow,
      colSpan,
      rowSpan: Math.max(1, startOf(one.gridRow + one.rowSpan) - gridRow),
    }
  })
}

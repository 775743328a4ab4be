// file.ts: a dashboard as a JSON file, to give away and to take in. ai-observer's files (schemaVersion 1) are taken as well.
import type { Dashboard } from '../lib/shapes.ts'
import type { NewDashboard, NewWidget } from './changes.ts'
import { columns } from './layout.ts'

const schemaVersion = 1
const widgetsMax = 200
const gridMax = 10_000

/** The file of a dashboard. `columns` tells our grid from ai-observer's, which has four and counts from 1. */
export function dashboardFile({ name, description, widgets = [] }: Dashboard): string {
  const file = {
    schemaVersion,
    name,
    ...(description ? { description } : {}),
    columns,
    widgets: widgets.map(({ widgetType, title, gridColumn, gridRow, colSpan, rowSpan, config }) => ({
      widgetType,
      title,
      gridColumn,
      gridRow,
      colSpan,
      rowSpan,
      config,
    })),
  }
  return `${JSON.stringify(file, null, 2)}\n`
}

/** `Costs of the week` → `costs-of-the-week.json`. */
export function fileName(name: string): string {
  const plain = name
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
  return `${plain || 'dashboard'}.json`
}

export type ReadFile = { dashboard: NewDashboard } | { wrong: string }

/** Reads a file; what is wrong with it is one line that says where. `titleOf` names widgets whose file names none. */
export function readDashboardFile(
  text: string,
  titleOf: (kind: string, config: NewWidget['config']) => string,
): ReadFile {
  let file: unknown
  try {
    file = JSON.parse(text)
  } catch {
    return { wrong: 'The file is not JSON. Choose one that was saved with Export.' }
  }
  if (!isObject(file)) return { wrong: 'The file holds no dashboard: it must be a JSON object with name and widgets.' }
  if (file.schemaVersion !== schemaVersion)
    return {
      wrong: `schemaVersion is ${JSON.stringify(file.schemaVersion) ?? 'missing'}; this page reads version ${schemaVersion}.`,
    }
  if (typeof file.name !== 'string' || file.name.trim() === '')
    return { wrong: 'name is missing; give the dashboard one.' }
  if (!Array.isArray(file.widgets)) return { wrong: 'widgets is missing; it must be a list.' }
  if (file.widgets.length > widgetsMax) return { wrong: `widgets holds more than ${widgetsMax}.` }
  const ours = file.columns === columns
  const read: NewWidget[] = []
  for (const [index, one] of file.widgets.entries()) {
    const at = `widgets[${index}]`
    if (!isObject(one)) return { wrong: `${at} is not an object.` }
    if (typeof one.widgetType !== 'string' || one.widgetType.trim() === '')
      return { wrong: `${at}.widgetType is missing; it must be a text.` }
    const place = { gridColumn: 0, gridRow: 0, colSpan: 1, rowSpan: 1 }
    for (const key of ['gridColumn', 'gridRow', 'colSpan', 'rowSpan'] as const) {
      const least = key.endsWith('Span') || !ours ? 1 : 0
      const value = one[key]
      if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > gridMax)
        return { wrong: `${at}.${key} is ${JSON.stringify(value) ?? 'missing'}; use a whole number from ${least}.` }
      place[key] = value
    }
    if (one.config !== undefined && one.config !== null && !isObject(one.config))
      return { wrong: `${at}.config is not an object.` }
    const config = isObject(one.config) ? one.config : {}
    const title = typeof one.title === 'string' && one.title.trim() !== '' ? one.title : titleOf(one.widgetType, config)
    read.push({ widgetType: one.widgetType, title: title.slice(0, 255), ...place, config })
  }
  const description = typeof file.description === 'string' ? file.description : undefined
  return {
    dashboard: {
      name: file.name.trim().slice(0, 255),
      ...(description ? { description } : {}),
      widgets: ours ? read : fromFourColumns(read),
    },
  }
}

/** Kinds that are one number: a row of them alone needs one of our rows, any other row of ai-observer's two. */
const flat = new Set(['stats_traces', 'stats_metrics', 'stats_logs', 'stats_error_rate', 'metric_value'])

/** ai-observer's grid of four columns, counted from 1, on ours of twelve. Its error rate is that of spans. */
function fromFourColumns(widgets: readonly NewWidget[]): NewWidget[] {
  const rows = widgets.reduce((most, { gridRow, rowSpan }) => Math.max(most, gridRow + rowSpan - 1), 0)
  const starts = [0]
  // Rows far below each other would be no grid: what is beyond is put close, the server's page settles the rest.
  for (let row = 1; row <= Math.min(rows, 1_000); row++) {
    const here = widgets.filter((one) => one.gridRow <= row && row < one.gridRow + one.rowSpan)
    const height = here.length === 0 ? 0 : here.every((one) => one.rowSpan === 1 && flat.has(one.widgetType)) ? 1 : 2
    starts.push(starts.at(-1)! + height)
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
      config: {
        ...one.config,
        ...(one.widgetType === 'stats_error_rate' ? { of: 'spans' } : {}),
        ...(one.widgetType === 'recent_activity' ? { of: 'traces' } : {}),
      },
    }
  })
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

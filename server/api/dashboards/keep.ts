// keep.ts: dashboards in the database: read whole, written whole.
import type { TableWriter } from '../../store/append.ts'
import { flag, int, json, maybe, query, type Runner, text, time } from '../../store/query.ts'
import type { Tx } from '../../store/store.ts'
import dashboardsSql from './dashboards.sql' with { type: 'text' }
import widgetsSql from './widgets.sql' with { type: 'text' }

/** Times are ns since 1970; `config` is the JSON text of an object. */
export type StoredWidget = {
  id: string
  widgetType: string
  title: string
  gridColumn: number
  gridRow: number
  colSpan: number
  rowSpan: number
  config: string
  createdAt: bigint
  updatedAt: bigint
}

export type StoredDashboard = {
  id: string
  name: string
  description: string | undefined
  isDefault: boolean
  createdAt: bigint
  updatedAt: bigint
}

/** A dashboard and what stands on it. */
export type Whole = { dashboard: StoredDashboard; widgets: StoredWidget[] }

const findDashboards = query(
  dashboardsSql,
  { id: maybe(text), is_default: flag },
  { id: text, name: text, description: maybe(text), is_default: flag, created_at: time, updated_at: time },
)
const findWidgets = query(
  widgetsSql,
  { dashboard: text },
  {
    id: text,
    widget_type: text,
    title: text,
    grid_column: int,
    grid_row: int,
    col_span: int,
    row_span: int,
    config: json,
    created_at: time,
    updated_at: time,
  },
)
const removeDashboard = query('delete from dashboards where id = $id returning id', { id: text }, { id: text })
const removeWidgets = query('delete from widgets where dashboard_id = $id returning id', { id: text }, { id: text })
const chooseDefault = query(
  'update dashboards set is_default = (id = $id) where is_default or id = $id returning id',
  { id: text },
  { id: text },
)

const dashboardWriter: TableWriter<StoredDashboard> = {
  table: 'dashboards',
  columns: [
    { name: 'id', type: 'text', take: ({ id }) => id },
    { name: 'name', type: 'text', take: ({ name }) => name },
    { name: 'description', type: 'text', take: ({ description }) => description },
    { name: 'is_default', type: 'boolean', take: ({ isDefault }) => isDefault },
    { name: 'created_at', type: 'time', take: ({ createdAt }) => createdAt },
    { name: 'updated_at', type: 'time', take: ({ updatedAt }) => updatedAt },
  ],
}
const widgetWriter: TableWriter<StoredWidget & { dashboardId: string }> = {
  table: 'widgets',
  columns: [
    { name: 'id', type: 'text', take: ({ id }) => id },
    { name: 'dashboard_id', type: 'text', take: ({ dashboardId }) => dashboardId },
    { name: 'widget_type', type: 'text', take: ({ widgetType }) => widgetType },
    { name: 'title', type: 'text', take: ({ title }) => title },
    { name: 'grid_column', type: 'integer', take: ({ gridColumn }) => gridColumn },
    { name: 'grid_row', type: 'integer', take: ({ gridRow }) => gridRow },
    { name: 'col_span', type: 'integer', take: ({ colSpan }) => colSpan },
    { name: 'row_span', type: 'integer', take: ({ rowSpan }) => rowSpan },
    { name: 'config', type: 'text', take: ({ config }) => config },
    { name: 'created_at', type: 'time', take: ({ createdAt }) => createdAt },
    { name: 'updated_at', type: 'time', take: ({ updatedAt }) => updatedAt },
  ],
}

/** All, without what stands on them. */
export async function readDashboards(
  runner: Runner,
  asked: { id?: string; isDefault?: boolean } = {},
): Promise<StoredDashboard[]> {
  const rows = await findDashboards(runner, { id: asked.id, is_default: asked.isDefault ?? false })
  return rows.map(({ id, name, description, is_default, created_at, updated_at }) => ({
    id,
    name,
    description: description ?? undefined,
    isDefault: is_default,
    createdAt: created_at,
    updatedAt: updated_at,
  }))
}

/** One with everything on it: by its id, or the default one; `undefined` when there is none. */
export async function readWhole(
  runner: Runner,
  asked: { id: string } | { isDefault: true },
): Promise<Whole | undefined> {
  const [dashboard] = await readDashboards(runner, asked)
  if (!dashboard) return undefined
  const rows = await findWidgets(runner, { dashboard: dashboard.id })
  const widgets = rows.map((row) => ({
    id: row.id,
    widgetType: row.widget_type,
    title: row.title,
    gridColumn: row.grid_column,
    gridRow: row.grid_row,
    colSpan: row.col_span,
    rowSpan: row.row_span,
    config: row.config,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }))
  return { dashboard, widgets }
}

/** Writes a dashboard in place of what it was; where it is the default, no other is any more. */
export async function save(tx: Tx, { dashboard, widgets }: Whole): Promise<void> {
  await erase(tx, dashboard.id)
  await tx.append(dashboardWriter, [dashboard])
  if (widgets.length > 0)
    await tx.append(
      widgetWriter,
      widgets.map((widget) => ({ ...widget, dashboardId: dashboard.id })),
    )
  if (dashboard.isDefault) await chooseDefault(tx, { id: dashboard.id })
}

/** Whether there was one to remove. Where it was the default, the oldest of the others is from now on. */
export async function remove(tx: Tx, id: string): Promise<boolean> {
  const [before] = await readDashboards(tx, { id })
  if (!before) return false
  await erase(tx, id)
  const [oldest] = before.isDefault ? await readDashboards(tx) : []
  if (oldest) await chooseDefault(tx, { id: oldest.id })
  return true
}

async function erase(tx: Tx, id: string): Promise<void> {
  await removeWidgets(tx, { id })
  await removeDashboard(tx, { id })
}

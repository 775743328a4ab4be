// dashboards.ts: copies the dashboards of an ai-observer database, each once, also when it was changed or removed here since.
import type { Row } from '#importers/ai-observer.ts'
import { type CopiedDashboard, copiedDashboard } from '#importers/ai-observer-dashboards.ts'
import type { Foreign } from '../../store/foreign.ts'
import type { ImportDeps } from '../import.ts'
import dashboardsSql from './dashboards.sql' with { type: 'text' }
import { findKnown, rememberWriter } from './known.ts'
import widgetsSql from './widgets.sql' with { type: 'text' }

const needed = {
  dashboards: ['id', 'name', 'description', 'created_at'],
  dashboard_widgets: [
    'id',
    'dashboard_id',
    'widget_type',
    'title',
    'grid_column',
    'grid_row',
    'col_span',
    'row_span',
    'config',
  ],
}

/** Dashboards of the file, and those of them that were not known. A file without such tables has none. */
export async function copyDashboards(
  file: Foreign,
  { store, ingest, saveDashboard }: Pick<ImportDeps['core'], 'store' | 'ingest' | 'saveDashboard'>,
  dryRun: boolean,
): Promise<{ read: number; new: number }> {
  const isWhole = Object.entries(needed).every(([table, columns]) =>
    columns.every((column) => file.tables.get(table)?.has(column)),
  )
  if (!isWhole) return { read: 0, new: 0 }
  const widgets = Map.groupBy(await all(file, widgetsSql), ({ dashboard_id }) => dashboard_id)
  const read = (await all(file, dashboardsSql))
    .map((row) => copiedDashboard(row, widgets.get(row.id) ?? []))
    .filter((one): one is CopiedDashboard => one !== undefined)
    // Nobody typed it here: what comes by a file keeps no secrets.
    .map((one) => ingest.remembered(one) as CopiedDashboard)
  const kind = 'dashboards'
  const known = new Set((await findKnown(store, { kind, ids: read.map(({ id }) => id) })).map(({ id }) => id))
  const fresh = read.filter(({ id }) => !known.has(id))
  if (dryRun || fresh.length === 0) return { read: read.length, new: fresh.length }
  const now = BigInt(Date.now()) * 1_000_000n
  await store.transaction(async (tx) => {
    for (const { widgets, createdAt, ...dashboard } of fresh)
      await saveDashboard(tx, {
        // Which one is shown first was chosen here.
        dashboard: { ...dashboard, isDefault: false, createdAt: createdAt > 0n ? createdAt : now, updatedAt: now },
        widgets: widgets.map((widget) => ({ ...widget, createdAt: now, updatedAt: now })),
      })
    await tx.append(
      rememberWriter,
      fresh.map(({ id }) => ({ kind, id })),
    )
  })
  return { read: read.length, new: fresh.length }
}

async function all(file: Foreign, sql: string): Promise<Row[]> {
  const rows: Row[] = []
  for await (const chunk of file.rows(sql)) rows.push(...chunk)
  return rows
}

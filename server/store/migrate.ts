// migrate.ts: brings a database to this program's schema, forward only.
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import type { DuckDBConnection } from '@duckdb/node-api'
import { CannotOpen } from './errors.ts'
import telemetry from './schema/001_telemetry.sql' with { type: 'text' }
import ledger from './schema/002_ledger.sql' with { type: 'text' }
import series from './schema/003_series.sql' with { type: 'text' }
import imports from './schema/004_imports.sql' with { type: 'text' }
import pushed from './schema/005_pushed.sql' with { type: 'text' }
import dashboards from './schema/006_dashboards.sql' with { type: 'text' }
import budgets from './schema/007_budgets.sql' with { type: 'text' }
import tokens from './schema/008_tokens.sql' with { type: 'text' }
import metricFilters from './schema/009_metric_filters.sql' with { type: 'text' }
import views from './schema/010_views.sql' with { type: 'text' }
import watched from './schema/011_watched.sql' with { type: 'text' }
import usageWeeks from './schema/012_usage_weeks.sql' with { type: 'text' }
import logFilters from './schema/013_log_filters.sql' with { type: 'text' }

/** The steps in order; a step that was released is never changed, only followed. */
const migrations: { version: number; name: string; sql: string }[] = [
  { version: 1, name: 'telemetry', sql: telemetry },
  { version: 2, name: 'ledger', sql: ledger },
  { version: 3, name: 'series', sql: series },
  { version: 4, name: 'imports', sql: imports },
  { version: 5, name: 'pushed', sql: pushed },
  { version: 6, name: 'dashboards', sql: dashboards },
  { version: 7, name: 'budgets', sql: budgets },
  { version: 8, name: 'tokens', sql: tokens },
  { version: 9, name: 'metric filters', sql: metricFilters },
  { version: 10, name: 'views', sql: views },
  { version: 11, name: 'watched sessions', sql: watched },
  { version: 12, name: 'usage weeks', sql: usageWeeks },
  { version: 13, name: 'log filters', sql: logFilters },
]

/** The newest schema that this program knows. */
export const schemaVersion = migrations.at(-1)!.version

/**
 * Runs the steps that are missing, each in its own transaction, then a CHECKPOINT: a WAL with DDL in it is what a kill at
 * the wrong moment makes unreadable (reliability fact 2). `<database>.migrating` stands beside the file until that is done:
 * a kill between the last step's commit and the CHECKPOINT leaves an up-to-date schema whose steps still wait in the log, which
 * the version alone does not tell. Not every log is moved at the start, because on a full disk that would refuse to open.
 *
 * @param checkpoint moves the log into the file.
 * @throws CannotOpen when the database was made by a newer program.
 */
export async function migrate(
  connection: DuckDBConnection,
  path: string,
  checkpoint: () => Promise<void>,
): Promise<{ from: number; to: number }> {
  const tables = (await connection.runAndReadAll("select table_name from duckdb_tables() where database_name = 'db'"))
    .getRows()
    .map(([name]) => name)
  if (tables.length > 0 && !tables.includes('schema_version')) {
    throw new CannotOpen(
      `${path} is a DuckDB database, but not one of telltale's (it was left as it is); name another file with --database`,
    )
  }
  await connection.run(
    'create table if not exists schema_version (version integer not null, name varchar not null, applied_at timestamp not null)',
  )
  const reader = await connection.runAndReadAll('select coalesce(max(version), 0) from schema_version')
  const from = Number(reader.getRows()[0]?.[0] ?? 0)
  if (from > schemaVersion) {
    throw new CannotOpen(
      `the database ${path} has schema ${from}, and this telltale knows only ${schemaVersion}: it was written by a newer version; use that one (nothing was changed)`,
    )
  }
  const mark = `${path}.migrating`
  if (from === schemaVersion && !existsSync(mark)) return { from, to: schemaVersion }
  writeFileSync(mark, '', { mode: 0o600 })
  for (const migration of migrations.filter(({ version }) => version > from)) {
    await connection.run('begin transaction')
    try {
      await connection.run(migration.sql)
      await connection.run(
        `insert into schema_version values (${migration.version}, '${migration.name}', current_timestamp)`,
      )
      await connection.run('commit')
    } catch (error) {
      await connection.run('rollback').catch(() => {})
      throw error
    }
  }
  await checkpoint()
  rmSync(mark, { force: true })
  return { from, to: schemaVersion }
}

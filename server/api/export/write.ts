// write.ts: writes the tables of one moment into files, and describes them in a database of views.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { exportFolder, type Reader, type Store } from '../../store/store.ts'
import { writeViewsFile } from '../../store/views-file.ts'
import { place, recover } from './place.ts'
import { type Column, readsOf } from './reads.ts'
import { type Format, named, ownColumns, quoted, rowsOf, type Selection, tables } from './tables.ts'
import { writeZip } from './zip.ts'

export type ExportRequest = Selection & {
  /** Absolute. */
  output: string
  format: Format
  /** How the range is written in the name of the database of views. */
  range: string
  dryRun: boolean
  /** Also as one archive. */
  zip: boolean
}

export type ExportProgress = { progress: { table: string; done: number; tables: number; rows: number } }

export type ExportSummary = {
  tool: string
  output: string
  format: Format
  dryRun: boolean
  /** The database of views, in `output`. */
  database: string
  /** The archive, in `output`. */
  zip?: string
  files: { name: string; table: string; rows: number; bytes: number }[]
  rows: number
  bytes: number
  durationMs: number
}

type Written = { rows: number; name: string }

/** An export of years of work may take a while; it holds one read connection. */
const timeoutMs = 3_600_000

/**
 * Writes every table as of one moment, whatever arrives meanwhile, and puts the files in place together.
 *
 * @yields a line when a table is done; returns the summary.
 * @throws Error when the folder cannot be written; what was there before is there still.
 */
export async function* exportTables(
  store: Store,
  request: ExportRequest,
): AsyncGenerator<ExportProgress, ExportSummary> {
  const started = performance.now()
  const { tool, format, dryRun, range } = request
  const database = `telltale-export-${tool}-${range}.duckdb`
  const files: ExportSummary['files'] = []
  const summary = (output: string): ExportSummary => ({
    tool,
    output,
    format,
    dryRun,
    database,
    files,
    rows: files.reduce((sum, file) => sum + file.rows, 0),
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    durationMs: Math.round(performance.now() - started),
  })
  if (dryRun) {
    for (const table of tables) {
      const { sql, params } = rowsOf(table, request)
      const [row] = await store.reader((reader) => reader.all(`select count(*) as rows ${sql}`, params), { timeoutMs })
      files.push({ name: `${table.name}.${format}`, table: table.name, rows: Number(row!.rows), bytes: 0 })
    }
    return summary(request.output)
  }

  mkdirSync(exportFolder(store.path), { recursive: true, mode: 0o700 })
  const staging = mkdtempSync(join(exportFolder(store.path), 'export-'))
  try {
    // Made at once, so that a folder that cannot be written is told before the work.
    mkdirSync(dirname(request.output), { recursive: true })
    const output = existsSync(request.output)
      ? realpathSync(request.output)
      : join(realpathSync(dirname(request.output)), basename(request.output))
    recover(output)
    const columns = new Map<string, Column[]>()
    const written = tables.map(() => Promise.withResolvers<Written>())
    const all = store.reader((reader) => writeAll(reader, request, staging, columns, written), { timeoutMs })
    all.catch((error) => {
      for (const one of written) one.reject(error)
    })
    for (const one of written) one.promise.catch(() => {})
    for (const [index, table] of tables.entries()) {
      const { rows, name } = await written[index]!.promise
      files.push({ name, table: table.name, rows, bytes: statSync(join(staging, name)).size })
      yield { progress: { table: table.name, done: index + 1, tables: tables.length, rows } }
    }
    await all
    const finished = files.map(({ name, table }) => ({ name, table, columns: columns.get(table)! }))
    const zip = request.zip ? await writeZip(staging, database, finished, format) : undefined
    await place(staging, output, async () => {
      await writeViewsFile(
        join(output, `${database}.part`),
        finished.map((one) => ({ name: one.table, reads: readsOf(join(output, one.name), format, one.columns) })),
      )
      renameSync(join(output, `${database}.part`), join(output, database))
    })
    return { ...summary(output), ...(zip ? { zip } : {}) }
  } finally {
    rmSync(staging, { recursive: true, force: true })
    // Another export may be at work in it.
    if (readdirSync(exportFolder(store.path)).length === 0) rmdirSync(exportFolder(store.path))
  }
}

/** One transaction, so that all files tell of the same moment. */
async function writeAll(
  reader: Reader,
  request: ExportRequest,
  staging: string,
  columns: Map<string, Column[]>,
  written: { resolve(one: Written): void }[],
): Promise<void> {
  await reader.all('begin transaction read only')
  try {
    for (const [index, table] of tables.entries()) {
      const own = (await columnsOf(reader, table.from)).filter(({ name }) => !ownColumns.includes(name))
      columns.set(table.name, own)
      const name = `${table.name}.${request.format}`
      const { sql, params } = rowsOf(table, request)
      const list = own.map((column) => (request.format === 'csv' ? guarded(column) : named(column.name))).join(', ')
      const [row] = await reader.all(
        `copy (select ${list} ${sql} order by ${table.order}) to ${quoted(join(staging, name))} (${writers[request.format]})`,
        params,
      )
      written[index]!.resolve({ rows: Number(row!.Count), name })
    }
  } finally {
    await reader.all('rollback')
  }
}

const writers: Record<Format, string> = {
  parquet: 'format parquet, compression zstd',
  csv: 'format csv, header true',
  jsonl: 'format json',
}

async function columnsOf(reader: Reader, table: string): Promise<Column[]> {
  const rows = await reader.all(`describe ${table}`)
  return rows.map((row) => ({ name: String(row.column_name), type: String(row.column_type) }))
}

/** A spreadsheet runs a cell that begins like a formula; an apostrophe before it makes it text. */
function guarded({ name, type }: Column): string {
  const column = named(name)
  if (type !== 'VARCHAR') return column
  return `case when regexp_matches(${column}, '^[=+\\-@\\t\\r]') then '''' || ${column} else ${column} end as ${column}`
}

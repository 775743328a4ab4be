// to-file.ts: all rows of one statement of a user as a Parquet file.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { besideOf, moveFile, syncFile } from '../../store/files.ts'
import { exportFolder, type Store } from '../../store/store.ts'
import { checkedStatement, noneGoesOn, refused, within } from './ask.ts'

const timeoutMs = 600_000

export type SqlFile = { output: string; rows: number; bytes: number; durationMs: number }

/** Puts the file in the place of one that is there, whole or not at all. @throws ApiError for a statement that may not run */
export async function sqlToFile(store: Store, sql: string, output: string): Promise<SqlFile> {
  const started = performance.now()
  const rows = await withParquet(store, sql, { timeoutMs }, (made, count) => {
    place(made, output)
    return count
  })
  return { output, rows, bytes: statSync(output).size, durationMs: Math.round(performance.now() - started) }
}

/**
 * Writes the rows of a statement into a file that is there while `use` runs.
 *
 * @throws ApiError for a statement that may not run
 */
export async function withParquet<T>(
  store: Store,
  sql: string,
  bounds: { timeoutMs: number; rowsMax?: number },
  use: (path: string, rows: number) => T | Promise<T>,
): Promise<T> {
  noneGoesOn(store)
  mkdirSync(exportFolder(store.path), { recursive: true, mode: 0o700 })
  const staging = mkdtempSync(join(exportFolder(store.path), 'sql-'))
  const made = join(staging, 'rows.parquet')
  const limit = bounds.rowsMax === undefined ? '' : ` limit ${Math.trunc(bounds.rowsMax)}`
  try {
    const rows = await store
      .reader(
        async (reader) => {
          const statement = await checkedStatement(reader, sql)
          const quoted = `'${made.replaceAll("'", "''")}'`
          const [row] = await reader.all(
            `copy (select * from ${within(statement)}${limit}) to ${quoted} (format parquet, compression zstd)`,
          )
          return Number(row!.Count)
        },
        { timeoutMs: bounds.timeoutMs },
      )
      .catch((error) => {
        throw refused(error)
      })
    return await use(made, rows)
  } finally {
    rmSync(staging, { recursive: true, force: true })
    if (existsSync(exportFolder(store.path)) && readdirSync(exportFolder(store.path)).length === 0)
      rmdirSync(exportFolder(store.path))
  }
}

function place(from: string, to: string): void {
  const beside = besideOf(to)
  try {
    moveFile(from, beside)
    syncFile(beside)
    renameSync(beside, to)
  } catch (error) {
    rmSync(beside, { force: true })
    throw error
  }
}

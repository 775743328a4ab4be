// sqlite-file.ts: reads another program's SQLite file without leaving anything beside it.
import { constants, Database } from 'bun:sqlite'
import { copyFileSync, lstatSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The file is busy, or changed while it was read: nothing is wrong, it is read again later. */
export class Busy extends Error {
  override name = 'Busy'
  readonly retry = true
}

export type SqliteFile = {
  rows(sql: string, parameters?: Record<string, string | number>): Record<string, unknown>[]
  /** Whether a table has these columns. */
  has(table: string, ...columns: string[]): boolean
  /** @throws Busy when what was read may not be of one moment. */
  close(): void
}

/**
 * Opens the file for reading. Opening a file in WAL mode the plain way makes `-wal` and `-shm` files beside it and leaves
 * them there, so: with a writer's `-wal` and `-shm` in place it is opened beside the writer; without a `-wal` it is read as
 * it lies (immutable); with a `-wal` that a crash left alone, a private copy is read.
 *
 * @throws Busy when a writer holds it or is in the middle of a rollback.
 */
export function openSqlite(path: string): SqliteFile {
  if (sizeOf(`${path}-journal`) > 0) throw new Busy('a transaction is being written')
  const before = lookOf(path)
  const wal = sizeOf(`${path}-wal`) > 0
  if (wal && exists(`${path}-shm`)) return opened(new Database(path, { readonly: true }), () => {})
  if (wal) return openedCopy(path)
  const uri = `file:${path.replaceAll('%', '%25').replaceAll('?', '%3f').replaceAll('#', '%23')}?immutable=1`
  const database = new Database(uri, constants.SQLITE_OPEN_READONLY | constants.SQLITE_OPEN_URI)
  return opened(database, () => {
    if (lookOf(path) !== before) throw new Busy('the file changed while it was read')
  })
}

function openedCopy(path: string): SqliteFile {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-sqlite-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  try {
    const before = lookOf(path)
    const copy = join(folder, 'copy.db')
    copyFileSync(path, copy)
    copyFileSync(`${path}-wal`, `${copy}-wal`)
    if (lookOf(path) !== before) throw new Busy('the file changed while it was copied')
    return opened(new Database(copy, { readwrite: true, create: false }), remove)
  } catch (error) {
    remove()
    throw error
  }
}

function opened(database: Database, after: () => void): SqliteFile {
  const guarded = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      throw isBusy(error) ? new Busy('the database is locked') : error
    }
  }
  return {
    rows: (sql, parameters = {}) => guarded(() => database.query(sql).all(parameters) as Record<string, unknown>[]),
    has: (table, ...columns) =>
      guarded(() => {
        const found = database.query('select name from pragma_table_info($table)').all({ $table: table }) as {
          name: string
        }[]
        const names = new Set(found.map(({ name }) => name))
        return names.size > 0 && columns.every((column) => names.has(column))
      }),
    close: () => {
      database.close()
      after()
    },
  }
}

function isBusy(error: unknown): boolean {
  return /SQLITE_(BUSY|LOCKED|PROTOCOL)|database is locked|database table is locked/.test(
    `${(error as { code?: string }).code ?? ''} ${(error as Error).message}`,
  )
}

function lookOf(path: string): string {
  return [path, `${path}-wal`]
    .map((file) => {
      try {
        const { size, mtimeMs } = lstatSync(file)
        return size === 0 && file !== path ? '' : `${size} ${mtimeMs}`
      } catch {
        return ''
      }
    })
    .join('|')
}

function sizeOf(path: string): number {
  try {
    return lstatSync(path).size
  } catch {
    return 0
  }
}

function exists(path: string): boolean {
  try {
    lstatSync(path)
    return true
  } catch {
    return false
  }
}

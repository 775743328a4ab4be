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
 * Opens the file for reading. Opened the plain way, a file in WAL mode gets `-wal` and `-shm` files beside it that stay, or a
 * reader's marks in its writer's `-shm`; so: with a writer's `-wal` and `-shm` in place both are only read; without a `-wal`
 * the file is read as it lies (immutable); with a `-wal` or a `-journal` that waits for a recovery, a private copy is read.
 *
 * @throws Busy when a writer changes it at this moment.
 */
export function openSqlite(path: string): SqliteFile {
  if (sizeOf(`${path}-journal`) > 0) return openedCopy(path)
  const before = lookOf(path)
  if (sizeOf(`${path}-wal`) > 0) return exists(`${path}-shm`) ? openedBeside(path) : openedCopy(path)
  return opened(new Database(uriOf(path, 'immutable=1'), readUri), () => {
    if (lookOf(path) !== before) throw new Busy('the file changed while it was read')
  })
}

const readUri = constants.SQLITE_OPEN_READONLY | constants.SQLITE_OPEN_URI

const uriOf = (path: string, parameters: string) =>
  `file:${path.replaceAll('%', '%25').replaceAll('?', '%3f').replaceAll('#', '%23')}?${parameters}`

function openedBeside(path: string): SqliteFile {
  const database = new Database(uriOf(path, 'mode=ro&readonly_shm=1'), readUri)
  try {
    database.query('select 1 from sqlite_schema').get()
  } catch (error) {
    database.close()
    if (isBusy(error)) throw new Busy('the database is locked')
    // What stands in the `-shm` is of no use without a writer.
    return openedCopy(path)
  }
  return opened(database, () => {})
}

function openedCopy(path: string): SqliteFile {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-sqlite-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  try {
    const before = lookOf(path)
    const copy = join(folder, 'copy.db')
    copyFileSync(path, copy)
    for (const suffix of ['-wal', '-journal'])
      if (sizeOf(`${path}${suffix}`) > 0) copyFileSync(`${path}${suffix}`, `${copy}${suffix}`)
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

/** Whether a part of the file is damaged; others may still be read. */
export function isCorrupt(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string }
  return /SQLITE_CORRUPT|disk image is malformed/.test(`${code ?? ''} ${message ?? ''}`)
}

function isBusy(error: unknown): boolean {
  return /SQLITE_(BUSY|LOCKED|PROTOCOL)|database is locked|database table is locked/.test(
    `${(error as { code?: string }).code ?? ''} ${(error as Error).message}`,
  )
}

function lookOf(path: string): string {
  return [path, `${path}-wal`, `${path}-journal`]
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

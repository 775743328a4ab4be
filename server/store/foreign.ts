// foreign.ts: another program's DuckDB file, read and never written: in an instance of its own, since ours may open no other file.
import { lstatSync, realpathSync } from 'node:fs'
import { DuckDBInstance } from '@duckdb/node-api'
import { closeInstance } from './allocator.ts'
import { CannotOpen, messageOf } from './errors.ts'

export type Foreign = {
  /** The file, without links. */
  readonly path: string
  /** The columns of each of its tables, in lower case. */
  readonly tables: ReadonlyMap<string, ReadonlySet<string>>
  /**
   * The rows of a statement about its tables, some thousand at a time; BIGINT as bigint.
   *
   * @throws CannotOpen where the file is damaged, or has not the columns or values that are asked for.
   */
  rows(sql: string): AsyncGenerator<Record<string, unknown>[]>
  close(): Promise<void>
}

/**
 * Opens the file for reading. What its writer left in a write-ahead log is read, too, and stays there.
 *
 * @throws CannotOpen with what is wrong and how to mend it: no such file, none of DuckDB's, in use, damaged, too new.
 */
export async function openForeign(path: string): Promise<Foreign> {
  const real = regularFile(path)
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: '1GB',
    threads: '2',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  })
  const connection = await instance.connect()
  try {
    await connection.run(`attach '${real.replaceAll("'", "''")}' as foreign_file (read_only)`)
    await connection.run('use foreign_file')
    await connection.run('set enable_external_access = false')
    await connection.run('set lock_configuration = true')
    const columns = await connection.runAndReadAll(
      "select lower(table_name), lower(column_name) from duckdb_columns() where database_name = 'foreign_file' and not internal",
    )
    const tables = new Map<string, Set<string>>()
    for (const [table, column] of columns.getRows() as [string, string][])
      tables.set(table, (tables.get(table) ?? new Set()).add(column))
    return {
      path: real,
      tables,
      async *rows(sql) {
        const asked = await orExplained(real, connection.stream(sql))
        const names = asked.deduplicatedColumnNames()
        for (;;) {
          const chunk = await orExplained(real, asked.fetchChunk())
          if (!chunk || chunk.rowCount === 0) return
          yield chunk.getRowObjects(names) as Record<string, unknown>[]
        }
      },
      async close() {
        connection.closeSync()
        await closeInstance(instance)
      },
    }
  } catch (error) {
    connection.closeSync()
    await closeInstance(instance)
    throw new CannotOpen(explained(real, messageOf(error)))
  }
}

async function orExplained<T>(path: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading
  } catch (error) {
    throw new CannotOpen(explained(path, messageOf(error)))
  }
}

/** Anything else than a file would be waited for, or worse. */
function regularFile(path: string): string {
  try {
    const real = realpathSync(path)
    if (lstatSync(real).isFile()) return real
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new CannotOpen(
      code === 'ENOENT' || code === 'ENOTDIR'
        ? `there is no file ${path}`
        : `${path} cannot be read: ${messageOf(error)}`,
    )
  }
  throw new CannotOpen(`${path} is not a file`)
}

function explained(path: string, message: string): string {
  const holder = /PID (\d+)/.exec(message)?.[1]
  if (/Could not set lock/.test(message))
    return `${path} is in use by another program${holder ? ` (process ${holder})` : ''}; stop it and run this again (nothing was changed)`
  if (/not a valid DuckDB database/.test(message)) return `${path} is not a DuckDB database`
  if (/version number|storage version|newer version/i.test(message))
    return `${path} was written by a newer DuckDB than this program reads; use a newer telltale (${message.split('\n')[0]})`
  if (/(Binder|Catalog|Conversion|Invalid Input) Error/.test(message))
    return `${path} is not as this telltale knows such files, and cannot be read to its end: ${message.split('\n')[0]}`
  if (/ermission denied/.test(message)) return `${path} cannot be read: permission denied`
  return `${path} cannot be read: ${message.split('\n')[0]}`
}

// views-file.ts: a small database beside exported files: a view for each, so that they can be asked by name.
import { DuckDBInstance } from '@duckdb/node-api'
import { closeInstance } from './allocator.ts'

/** `reads`: the table function with its arguments; the files it names must exist. */
export type View = { name: string; reads: string }

/**
 * Makes a database file of views. It opens in any DuckDB, from any folder, as long as the files stay where they are.
 *
 * @param searchIn where files named without a folder lie now; such views need a DuckDB that is started beside the files.
 * @throws Error when a file cannot be read as told.
 */
export async function writeViewsFile(path: string, views: readonly View[], searchIn?: string): Promise<void> {
  const instance = await DuckDBInstance.create(path, {
    threads: '1',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  })
  const connection = await instance.connect()
  try {
    if (searchIn) await connection.run(`set file_search_path = '${searchIn.replaceAll("'", "''")}'`)
    for (const { name, reads } of views) await connection.run(`create view "${name}" as select * from ${reads}`)
    await connection.run('checkpoint')
  } finally {
    connection.closeSync()
    await closeInstance(instance)
  }
}

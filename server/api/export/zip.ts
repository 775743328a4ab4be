// zip.ts: the files of an export in one archive, to be taken to another machine.
import { createWriteStream, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { ZipFile } from 'yazl'
import { writeViewsFile } from '../../store/views-file.ts'
import { type Format, readsOf, type WrittenTable } from './reads.ts'

/**
 * Writes `<database>.zip` (with `.zip` for `.duckdb`) into the folder of the files. Its database names the files without a
 * folder: unpack it, and start DuckDB there.
 *
 * @returns the archive's name.
 */
export async function writeZip(
  folder: string,
  database: string,
  written: readonly WrittenTable[],
  format: Format,
): Promise<string> {
  const name = database.replace(/\.duckdb$/, '.zip')
  const views = join(folder, `${database}.part`)
  await writeViewsFile(
    views,
    written.map((one) => ({ name: one.table, reads: readsOf(one.name, format, one.columns) })),
    folder,
  )
  const zip = new ZipFile()
  // Parquet is packed already; packing it again costs time and saves nothing.
  for (const one of written) zip.addFile(join(folder, one.name), one.name, { compress: format !== 'parquet' })
  zip.addFile(views, database)
  zip.end()
  await pipeline(zip.outputStream, createWriteStream(join(folder, name), { mode: 0o600 }))
  rmSync(views)
  return name
}

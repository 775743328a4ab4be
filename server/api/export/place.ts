// place.ts: puts a finished export where it belongs: whole or not at all, and without touching what is not ours.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { moveFile } from '../../store/files.ts'
import { formats, tables } from './tables.ts'

/** Whether a file in the folder is one that an export wrote. */
export function isExported(name: string): boolean {
  const dot = name.lastIndexOf('.')
  if (/^telltale-export-.*\.(zip|duckdb(\.wal|\.part|\.part\.wal)?)$/.test(name)) return true
  return (
    formats.some((format) => format === name.slice(dot + 1)) &&
    tables.some((table) => table.name === name.slice(0, dot))
  )
}

const beside = (output: string, word: string) => join(dirname(output), `.${basename(output)}.telltale-${word}`)
/** Old files on their way out, or back: they belong into the folder, whatever is there. */
const asideOf = (output: string) => beside(output, 'aside')
/** All old files: until the new database has come, they are the export. */
const previousOf = (output: string) => beside(output, 'previous')

/** Gives back what a crash in the middle of {@link place} left aside. */
export function recover(output: string): void {
  if (existsSync(asideOf(output))) moveBack(output)
  if (!existsSync(previousOf(output))) return
  const isWhole = existsSync(output) && readdirSync(output).some((name) => /^telltale-export-.*\.duckdb$/.test(name))
  if (isWhole) rmSync(previousOf(output), { recursive: true })
  else putBack(output)
}

/**
 * Moves the files of a staging folder into `output`, in place of the export that is there. Files of others stay.
 *
 * @param finish is called with everything in its place; when it fails, the earlier export is given back.
 */
export async function place(staging: string, output: string, finish: () => Promise<void>): Promise<void> {
  const isNew = !existsSync(output)
  mkdirSync(output, { recursive: true })
  // Beside the target first, so that what follows are renames on one disk.
  const coming = beside(output, `new-${process.pid}`)
  const names = readdirSync(staging)
  try {
    mkdirSync(coming)
    for (const name of names) moveFile(join(staging, name), join(coming, name))
    mkdirSync(asideOf(output))
    for (const name of readdirSync(output).filter(isExported))
      renameSync(join(output, name), join(asideOf(output), name))
    renameSync(asideOf(output), previousOf(output))
    for (const name of names) renameSync(join(coming, name), join(output, name))
    await finish()
  } catch (error) {
    if (existsSync(previousOf(output))) putBack(output)
    if (existsSync(asideOf(output))) moveBack(output)
    if (isNew) rmSync(output, { recursive: true, force: true })
    throw error
  } finally {
    rmSync(coming, { recursive: true, force: true })
  }
  rmSync(previousOf(output), { recursive: true })
}

/** New files go, old ones come back; can be done again after a crash at any point. */
function putBack(output: string): void {
  mkdirSync(output, { recursive: true })
  for (const name of readdirSync(output).filter(isExported)) rmSync(join(output, name), { recursive: true })
  renameSync(previousOf(output), asideOf(output))
  moveBack(output)
}

function moveBack(output: string): void {
  mkdirSync(output, { recursive: true })
  for (const name of readdirSync(asideOf(output))) renameSync(join(asideOf(output), name), join(output, name))
  rmSync(asideOf(output), { recursive: true })
}

// backup.ts: the whole database of one moment as a file of its own, while the original is written to; and back again.
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
} from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { newFile } from './checkpoints.ts'
import { CannotOpen, messageOf } from './errors.ts'
import { besideOf, moveFile, syncFile, syncFolder } from './files.ts'
import { takeLock } from './lock.ts'
import { exportFolder, openStore, type Store } from './store.ts'

/** Reading years of work may take a while; it holds one read connection. */
const timeoutMs = 3_600_000

/** What lies beside a database and belongs to it. */
const companions = ['', '.wal', '.wal.checkpoint', '.wal.recovery', '.blocks', '.migrating']

/** A file that is there already is not written over. */
export class AlreadyThere extends Error {
  override name = 'AlreadyThere'
}

/**
 * Copies everything as of one moment into `output`; what arrives meanwhile is not in it. The file is put in its place whole or
 * not at all.
 *
 * @returns its size in bytes.
 * @throws AlreadyThere; Error when it cannot be written.
 */
export async function backup(store: Store, output: string): Promise<number> {
  if (existsSync(output)) throw new AlreadyThere(alreadyThere(output))
  mkdirSync(dirname(output), { recursive: true, mode: 0o700 })
  mkdirSync(exportFolder(store.path), { recursive: true, mode: 0o700 })
  // The one folder that statements may write in.
  const staging = mkdtempSync(join(exportFolder(store.path), 'backup-'))
  const made = join(staging, basename(output))
  const name = `backup_${crypto.randomUUID().replaceAll('-', '')}`
  try {
    await store.reader(
      async (reader) => {
        await reader.all(`attach '${made.replaceAll("'", "''")}' as ${name} ${newFile}`)
        try {
          // One statement: one transaction, which sees one moment.
          await reader.all(`copy from database db to ${name}`)
          await reader.all(`checkpoint ${name}`)
        } finally {
          await reader.all(`detach ${name}`)
        }
      },
      { timeoutMs },
    )
    putInPlace(made, output)
    return statSync(output).size
  } finally {
    rmSync(staging, { recursive: true, force: true })
    // An export may be at work in it.
    if (readdirSync(exportFolder(store.path)).length === 0) rmdirSync(exportFolder(store.path))
  }
}

const alreadyThere = (path: string) => `${path} is there already and is not written over; name another file`

/** Links a finished file to its name, which fails where there is one: also when that came a moment ago. */
function putInPlace(from: string, to: string): void {
  const beside = besideOf(to)
  try {
    moveFile(from, beside)
    syncFile(beside)
    linkSync(beside, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw new AlreadyThere(alreadyThere(to))
    throw error
  } finally {
    rmSync(beside, { force: true })
  }
  syncFolder(dirname(to))
}

/**
 * Makes a backup the database. It is opened on a copy first, so that what cannot be used replaces nothing; the backup itself
 * stays as it is.
 *
 * @param force moves a database that is there aside.
 * @returns where that is now, when there was one.
 * @throws AlreadyThere; CannotOpen when the database is in use or the backup is none.
 */
export async function restore(from: string, database: string, force: boolean): Promise<{ aside?: string }> {
  const source = resolve(from)
  const target = resolve(database)
  if (!existsSync(source) || !statSync(source).isFile()) throw new CannotOpen(`there is no file ${source}`)
  if (existsSync(target) && !force)
    throw new AlreadyThere(`${target} is there already; --force moves it aside, or name another with --database`)
  mkdirSync(dirname(target), { recursive: true, mode: 0o700 })
  const lock = takeLock(target)
  const coming = `${target}.restoring`
  try {
    removeAll(coming)
    copyFileSync(source, coming)
    await proven(coming, source)
    const aside = existsSync(target)
      ? `${target}.before-${new Date().toISOString().replace(/[-:]|\.\d+/g, '')}`
      : undefined
    if (aside) for (const end of companions) if (existsSync(target + end)) renameSync(target + end, aside + end)
    // A log without its file would be taken for the new file's.
    for (const end of companions.slice(1)) rmSync(target + end, { force: true })
    linkSync(coming, target)
    syncFolder(dirname(target))
    return aside ? { aside } : {}
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw new AlreadyThere(`${target} came meanwhile; nothing was done`)
    throw error
  } finally {
    removeAll(coming)
    lock.release()
  }
}

/**
 * Opens it as a start would, brings it to this program's schema, and reads every column of every row, since DuckDB reads (and
 * checks) only what is asked for: a count reads nothing. A gigabyte takes 1.5 s of CPU.
 */
async function proven(path: string, source: string): Promise<void> {
  let store: Store | undefined
  try {
    store = await openStore({ path })
    if (store.notice) throw new CannotOpen(store.notice)
    const tables = await store.all(
      "select table_name, index_count > 0 as has_key from duckdb_tables() where database_name = 'db' and not temporary",
    )
    for (const { table_name: table, has_key } of tables) {
      await store.reader((reader) => reader.all(`select sum(hash(t)) from "${table}" as t`), { timeoutMs })
      if (has_key) await rewrite(store, `"${table}"`)
    }
    await store.checkpoint()
  } catch (error) {
    throw new CannotOpen(`${source} is no backup that can be used: ${messageOf(error).replaceAll(path, source)}`)
  } finally {
    await store?.close()
  }
}

/** A key's index is read by nothing but changes: all its rows are taken out and put in again. Such tables are small. */
async function rewrite(store: Store, table: string): Promise<void> {
  await store.transaction(async (tx) => {
    await tx.run(`create or replace temp table rewritten as from ${table}`)
    await tx.run(`delete from ${table}`)
  })
  await store.transaction((tx) => tx.run(`insert into ${table} from rewritten`))
}

function removeAll(path: string): void {
  for (const end of companions) rmSync(path + end, { force: true })
}

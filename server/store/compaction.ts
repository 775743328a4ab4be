// compaction.ts: the database file written anew, smaller and without a trace of what was deleted, while it is in use.
//
// The old file is whole until the new one is, and the one step between them is a rename: a kill leaves either. What a kill
// leaves beside them goes at the next start.
import { mkdirSync, readdirSync, realpathSync, renameSync, rmSync, statfsSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { type Copy, catchUp, copyMoment } from './copy.ts'
import type { Copier, Engine } from './engine.ts'
import { messageOf, StorageTrouble } from './errors.ts'
import { syncFile, syncFolder } from './files.ts'
import freeBlocksSql from './free-blocks.sql' with { type: 'text' }

export type Compacted = {
  bytesBefore: number
  bytesAfter: number
  durationMs: number
  /** For how long nothing could be stored. */
  pausedMs: number
}

/** How much of the file holds nothing. */
export type FreeSpace = { fileBytes: number; freeBytes: number }

/** The file could not be written anew; it is as it was, and what was deleted stays deleted. */
export class NotCompacted extends Error {
  override name = 'NotCompacted'
}

export type CompactionDeps = {
  path: string
  engine(): Engine
  /** Runs when nothing is written, and keeps everything waiting. */
  inTurn<T>(work: () => Promise<T>): Promise<T>
  /** Lets go of the file, calls `replace` when it is whole, and opens what is there then. */
  reopen(replace: () => void): Promise<void>
  /** Opens the database anew: something in it cannot be let go of. */
  reset(): Promise<void>
}

export type Compaction = {
  /** What was deleted before is in no file of the database when it resolves. @throws NotCompacted */
  run(): Promise<Compacted>
  /** Resolves when none is under way. */
  idle(): Promise<void>
  /** Whether rows must stay where they are. */
  isCopying(): boolean
  /** Told of each statement of the writer. */
  stated(sql: string): void
  /** Runs something that reads for long and could not be begun again: never beside a compaction. */
  beside<T>(work: () => Promise<T>): Promise<T>
}

/** What the copy may need beyond what is in use: what arrives meanwhile. */
const marginBytes = 8 * 1024 * 1024
const mebibyte = 1024 * 1024

/** Where the new file is made: beside the file itself, which may be elsewhere than its name, so that the last step is a rename. */
export const compactionFolder = (path: string): string => `${realOf(path)}.compacting`

function realOf(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

/** Copies that were kept beside the database: backups, by a restore, before a damaged log was mended. They are the user's. */
export function earlierCopies(path: string): string[] {
  const folder = dirname(path)
  const own = basename(path)
  const isCopy = (name: string) =>
    name.startsWith(`${own}.before-`) ||
    name.startsWith(`${own}.wal.unreadable-`) ||
    name.startsWith('quarantine-') ||
    (name.endsWith('.duckdb') && name !== own)
  return readdirSync(folder)
    .filter(isCopy)
    .sort()
    .map((name) => join(folder, name))
}

export async function freeSpaceOf(run: Copier['run']): Promise<FreeSpace> {
  const [row] = await run(freeBlocksSql)
  return { fileBytes: Number(row!.file_bytes), freeBytes: Number(row!.free_bytes) }
}

export function createCompaction(deps: CompactionDeps): Compaction {
  const { path, inTurn } = deps
  let running: Promise<Compacted> | undefined
  let next: Promise<Compacted> | undefined
  /** Tables whose rows may have been changed where they are, as the statements that did it, since the copy began. */
  let statements: string[] | undefined
  const readers = new Set<Promise<unknown>>()

  /** One that began before may have copied what has been deleted since. */
  function run(): Promise<Compacted> {
    if (!running) {
      running = compact().finally(() => {
        running = undefined
      })
      return running
    }
    next ??= running
      .catch(() => {})
      .then(() => {
        next = undefined
        return run()
      })
    return next
  }

  async function compact(): Promise<Compacted> {
    const started = performance.now()
    await Promise.allSettled(readers)
    const bytesBefore = sizeOf(path)
    const folder = compactionFolder(path)
    const file = join(folder, basename(path))
    const engine = deps.engine()
    const copier = await engine.copier()
    let pausedMs = 0
    try {
      await checkRoom(copier, path)
      rmSync(folder, { recursive: true, force: true })
      mkdirSync(folder, { mode: 0o700 })
      // From here on no checkpoint is made (see idle).
      const copy = await inTurn(async () => {
        statements = []
      }).then(() => copyMoment(copier.run, file, 'compacted'))
      await inTurn(async () => {
        const paused = performance.now()
        if (deps.engine() !== engine) throw new StorageTrouble('the database was opened again meanwhile')
        await finish(copier, copy, file)
        await deps.reopen(() => replace(file, realOf(path)))
        pausedMs = performance.now() - paused
      })
    } catch (error) {
      if (!(await letGo(copier))) await deps.reset()
      throw error instanceof NotCompacted
        ? error
        : new NotCompacted(`the file was not made smaller: ${firstLine(error)}`)
    } finally {
      statements = undefined
      await copier.stop()
      rmSync(folder, { recursive: true, force: true })
    }
    const durationMs = Math.round(performance.now() - started)
    return { bytesBefore, bytesAfter: sizeOf(path), durationMs, pausedMs: Math.round(pausedMs) }
  }

  async function finish({ run }: Copier, copy: Copy, file: string): Promise<void> {
    const changed = statements ?? []
    await catchUp(run, copy, (table) => changed.some((sql) => new RegExp(`\\b${table}\\b`).test(sql)))
    await run(`checkpoint ${copy.as}`)
    await run(`detach ${copy.as}`)
    if (sizeOf(`${file}.wal`) > 0) throw new StorageTrouble('the copy could not be finished')
    syncFile(file)
    syncFolder(dirname(file))
  }

  return {
    run,
    async idle() {
      while (running) await running.catch(() => {})
    },
    isCopying: () => statements !== undefined,
    stated(sql) {
      if (statements && /\b(update|merge|conflict|replace)\b/i.test(sql)) statements.push(sql)
    },
    async beside(work) {
      while (running) await running.catch(() => {})
      const reading = work()
      readers.add(reading)
      try {
        return await reading
      } finally {
        readers.delete(reading)
      }
    },
  }
}

/** The last step, and the only one that changes what is there. */
function replace(file: string, target: string): void {
  renameSync(file, target)
  syncFolder(dirname(target))
}

async function checkRoom({ run }: Copier, path: string): Promise<void> {
  const { fileBytes, freeBytes } = await freeSpaceOf(run)
  const needed = fileBytes - freeBytes + 2 * sizeOf(`${path}.wal`) + marginBytes
  const { bavail, bsize } = statfsSync(dirname(realOf(path)))
  if (bavail * bsize >= needed) return
  const megabytes = (bytes: number) => `${Math.ceil(bytes / mebibyte)} MB`
  throw new NotCompacted(
    `the file was not made smaller, and holds what was deleted until that place is used again: it is written anew for that, which takes ${megabytes(needed)} on the disk of ${path}, and ${megabytes(bavail * bsize)} are free; make room and run telltale compact`,
  )
}

/** Whether nothing of a copy that failed is open any more. */
async function letGo({ run }: Copier): Promise<boolean> {
  try {
    await run('rollback').catch(() => {})
    const rows = await run("select 1 from duckdb_databases() where database_name = 'compacted'")
    if (rows.length > 0) await run('detach compacted')
    return true
  } catch {
    return false
  }
}

const firstLine = (error: unknown) => messageOf(error).split('\n')[0]
const sizeOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0

// engine.ts: one DuckDB instance with our file attached, its writer and its readers.
import { availableParallelism } from 'node:os'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { givesBack } from './allocator.ts'
import { runWatched } from './background.ts'
import { type BlockJournal, openBlockJournal } from './block-journal.ts'
import { neverByItself, newFile } from './checkpoints.ts'
import { StorageTrouble } from './errors.ts'
import { createReaders, type Readers } from './readers.ts'
import { attachOrMend } from './recover.ts'

export type EngineOptions = {
  path: string
  /** DuckDB's, with the one that asks: one makes an import cheaper, which asks one thing at a time (more of them look for work). */
  threads?: number
  /** 2 GB unless given; DuckDB's own default is 80 % of the machine, too much for a program that runs beside others. */
  memoryLimitBytes?: number
  /** Folders that statements may read and write files in: exports. */
  allowedFolders?: string[]
}

export type Engine = {
  readonly writer: DuckDBConnection
  readonly readers: Readers
  /** Commits the writer's transaction; when it resolves, everything is on disk. */
  commit(): Promise<void>
  /** What was mended when the file was attached. */
  readonly notice: string | undefined
  /** A connection for work that goes on beside everything else; one at a time. */
  copier(): Promise<Copier>
  /** Moves the log into the file; the only way to do so, since it can be undone when it is killed. */
  checkpoint(): Promise<void>
  isClosed(): boolean
  /** Ends what runs and lets go of the file. @returns whether it holds everything: the checkpoint at the end was made. */
  close(): Promise<boolean>
}

export type Copier = {
  /** The rows of one statement; throws when it was stopped. */
  run(sql: string): Promise<Record<string, unknown>[]>
  /** Interrupts what runs and closes the connection. */
  stop(): Promise<void>
}

/**
 * Attaches the file to an in-memory instance: opened directly, a kill while DDL is in the write-ahead log can leave it
 * unopenable (9 of 30 scenarios; attached: 0).
 *
 * @param prepare brings the schema up to date, before statements are confined to our own files.
 * @throws CannotOpen when the file cannot be attached.
 */
export async function openEngine(
  options: EngineOptions,
  prepare: (writer: DuckDBConnection, checkpoint: () => Promise<void>) => Promise<unknown>,
): Promise<Engine> {
  const { path } = options
  const spill = `${path}.tmp`
  const cores = availableParallelism()
  // One of them is whichever thread asks. A wide statement, on which only the database's own work (background.ts), leaves a core to
  // what arrives: with as many of these as cores, p99 of a small request beside wide statements was 12 times what it is alone.
  const threads = options.threads ?? cores
  const memoryLimitBytes = options.memoryLimitBytes ?? 2_000_000_000
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(threads),
    // They change to another statement's work after some 100,000 rows, else only when a step of the plan has ended.
    scheduler_process_partial: 'true',
    memory_limit: `${memoryLimitBytes}B`,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    temp_directory: spill,
    checkpoint_threshold: neverByItself,
    // A row group that is full is packed and written by whoever appends, which is the main thread: each by itself takes it some
    // 35 ms. Five of them together, as DuckDB would, took it 220 ms at a time; all in all it is the same.
    write_buffer_row_group_count: '1',
    // An import ends 70 MB smaller, for no CPU.
    ...givesBack,
  })
  let journal: BlockJournal | undefined
  try {
    const writer = await instance.connect()
    await writer.run('pragma disable_checkpoint_on_shutdown')
    const notice = await attachOrMend(path, async () => {
      await writer.run(`attach '${quoted(path)}' as db ${newFile}`)
      await writer.run('use db')
    })
    const blocks = openBlockJournal(path)
    journal = blocks
    const checkpoint = async () => {
      await blocks.keep(writer)
      await writer.run('checkpoint db')
    }
    await prepare(writer, checkpoint)
    await confine(writer, path, [spill, ...(options.allowedFolders ?? [])])
    const readers = createReaders(instance, { size: Math.max(2, cores), hasOwnThreads: threads > 1, memoryLimitBytes })
    const commitStatement = await writer.prepare('commit')
    let closed = false
    let copying: Copier | undefined
    return {
      writer,
      readers,
      notice,
      async commit() {
        const isAlone = threads > 1 && readers.stats().running === 0 && !copying
        await (isAlone ? runWatched(commitStatement) : writer.run('commit'))
      },
      checkpoint,
      isClosed: () => closed,
      async copier() {
        if (closed) throw new StorageTrouble('the database is closed')
        const copier = copierOn(await instance.connect(), () => {
          if (copying === copier) copying = undefined
        })
        copying = copier
        await copier.run('use db')
        return copier
      },
      async close() {
        if (closed) return false
        closed = true
        await copying?.stop()
        await readers.close()
        const isDone = await checkpoint().then(
          () => true,
          () => false,
        )
        commitStatement.destroySync()
        writer.closeSync()
        instance.closeSync()
        blocks.close(isDone)
        return isDone
      },
    }
  } catch (error) {
    instance.closeSync()
    journal?.close(false)
    throw error
  }
}

function copierOn(connection: DuckDBConnection, onStop: () => void): Copier {
  let stopped = false
  let running: Promise<unknown> | undefined
  return {
    async run(sql) {
      if (stopped) throw new StorageTrouble('the database was closed')
      const result = connection.runAndReadAll(sql)
      running = result.catch(() => {})
      try {
        return (await result).getRowObjectsJS()
      } catch (error) {
        throw stopped ? new StorageTrouble('the database was closed') : error
      } finally {
        running = undefined
      }
    },
    async stop() {
      if (stopped) return
      stopped = true
      while (running) {
        connection.interrupt()
        await Promise.race([running, Bun.sleep(5)])
      }
      connection.closeSync()
      onStop()
    },
  }
}

/**
 * Statements reach no file but the database and what is allowed (not the settings beside it, which may hold a token), load
 * no extension, and cannot undo that.
 */
async function confine(connection: DuckDBConnection, path: string, folders: string[]): Promise<void> {
  const list = (names: string[]) => `[${names.map((name) => `'${quoted(name)}'`).join(', ')}]`
  const own = ['', '.wal', '.wal.checkpoint', '.wal.recovery'].map((suffix) => `${path}${suffix}`)
  await connection.run(`set allowed_paths = ${list(own)}`)
  await connection.run(`set allowed_directories = ${list(folders.map((folder) => `${folder}/`))}`)
  await connection.run('set enable_external_access = false')
  await connection.run('set lock_configuration = true')
}

const quoted = (text: string) => text.replaceAll("'", "''")

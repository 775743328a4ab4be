// engine.ts: one DuckDB instance with our file attached, its writer and its readers.
import { availableParallelism } from 'node:os'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { type BlockJournal, openBlockJournal } from './block-journal.ts'
import { neverByItself, rowGroupRows, storageVersion } from './checkpoints.ts'
import { createReaders, type Readers } from './readers.ts'
import { attachOrMend } from './recover.ts'

export type EngineOptions = {
  path: string
  threads?: number
  /** Such as `2GB`; DuckDB's own default is 80 % of the machine, too much for a program that runs beside others. */
  memoryLimit?: string
  /** Folders that statements may read and write files in: exports. */
  allowedFolders?: string[]
}

export type Engine = {
  readonly writer: DuckDBConnection
  readonly readers: Readers
  /** What was mended when the file was attached. */
  readonly notice: string | undefined
  /** Moves the log into the file; the only way to do so, since it can be undone when it is killed. */
  checkpoint(): Promise<void>
  /** Ends what runs and lets go of the file, with a checkpoint when the file is sound. */
  close(): Promise<void>
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
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(options.threads ?? cores),
    memory_limit: options.memoryLimit ?? '2GB',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    temp_directory: spill,
    checkpoint_threshold: neverByItself,
  })
  let journal: BlockJournal | undefined
  try {
    const writer = await instance.connect()
    await writer.run('pragma disable_checkpoint_on_shutdown')
    const notice = await attachOrMend(path, async () => {
      await writer.run(
        `attach '${quoted(path)}' as db (row_group_size ${rowGroupRows}, storage_version '${storageVersion}')`,
      )
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
    const readers = createReaders(instance, Math.max(2, cores))
    let closed = false
    return {
      writer,
      readers,
      notice,
      checkpoint,
      async close() {
        if (closed) return
        closed = true
        await readers.close()
        const isDone = await checkpoint().then(
          () => true,
          () => false,
        )
        writer.closeSync()
        instance.closeSync()
        blocks.close(isDone)
      },
    }
  } catch (error) {
    instance.closeSync()
    journal?.close(false)
    throw error
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

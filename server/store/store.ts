// store.ts: the database: one writer, a few readers, one file, one owner.
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { type Checkpointed, createCheckpoints } from './checkpoints.ts'
import { type Compacted, compactionFolder, createCompaction, type FreeSpace, freeSpaceOf } from './compaction.ts'
import { type Engine, type EngineOptions, openEngine } from './engine.ts'
import {
  CannotOpen,
  HeldByReader,
  isDurableFailure,
  isFatal,
  isHeldByReaders,
  isInternal,
  isStorage,
  messageOf,
  QueryTimeout,
  StorageTrouble,
} from './errors.ts'
import { takeLock } from './lock.ts'
import { migrate } from './migrate.ts'
import type { Params } from './query.ts'
import type { ReaderStats } from './readers.ts'
import { type ReadConnection, type Reader, type Tx, transactionOn } from './runner.ts'

export type { Compacted, FreeSpace, ReadConnection, Reader, ReaderStats, Tx }

export type Store = {
  readonly path: string
  /** What was mended when the file was opened, to be told to the user; nothing when all was well. */
  readonly notice: string | undefined
  all(sql: string, params?: Params): Promise<Record<string, unknown>[]>
  /**
   * Runs `work` on one of a few read connections.
   *
   * @throws QueryTimeout when it takes longer than `timeoutMs` (30 s unless given); the query is interrupted.
   */
  reader<T>(work: (reader: ReadConnection) => Promise<T>, options?: { timeoutMs?: number }): Promise<T>
  queries(): ReaderStats
  /**
   * Runs `work` in the one write transaction and commits. When it resolves, everything is on disk.
   *
   * @throws StorageTrouble when the disk failed: nothing was stored, unless the error is `unsure`; any other error as it
   * came, after a rollback.
   */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  /**
   * Moves the write-ahead log into the file; when it resolves, everything that can be read is on disk.
   *
   * @throws HeldByReader when a query read old rows all the time a query may take; it is tried again with later commits.
   */
  checkpoint(): Promise<void>
  /**
   * Writes the file anew without what is free in it: when it resolves, what was deleted before is in no file of the database.
   * Records are taken meanwhile, but for a moment at the end; queries go on or are run again.
   *
   * @throws NotCompacted when it could not be done; then everything is as it was.
   */
  compact(): Promise<Compacted>
  freeSpace(): Promise<FreeSpace>
  /** Bytes of the file and of its write-ahead log. */
  size(): { databaseBytes: number; walBytes: number }
  /** The last time the write-ahead log moved into the file; nothing since the start until it does. */
  lastCheckpoint(): Checkpointed | undefined
  close(): Promise<void>
}

export type StoreOptions = EngineOptions & {
  /** Told when the database had to be opened again while it was in use. */
  warn?: (message: string) => void
}

/** What may take longer than that writes files of its own and is never begun twice. */
const queryTimeoutMs = 30_000
/** Queries still at work when the file is replaced are given this long, then they are run again on the new one. */
const drainMs = 2_000
/** How long the next queries wait for those that keep a checkpoint from being done; most of the page's take less. */
const holdMs = 100
/** How often a query is run when the database goes under it each time. */
const triesMax = 5

/** The one folder that statements may write files in, beside the database; exports are made there and then moved. */
export const exportFolder = (path: string): string => `${path}.export`

/**
 * Opens the database and takes its lock; creates it when there is none.
 *
 * @throws CannotOpen with a message for the user.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const path = resolve(options.path)
  const folder = dirname(path)
  process.umask(0o077)
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw new CannotOpen(`the folder ${folder} cannot be made: ${messageOf(error)}`)
  }
  const lock = takeLock(path)
  const allowedFolders = [exportFolder(path), compactionFolder(path), ...(options.allowedFolders ?? [])]
  try {
    // What was left by a killed export, or compaction, or query.
    for (const left of [exportFolder(path), compactionFolder(path), `${path}.tmp`])
      rmSync(left, { recursive: true, force: true })
    const engine = await openEngine({ ...options, path, allowedFolders }, (writer, checkpoint) =>
      migrate(writer, path, checkpoint),
    )
    keepPrivate(path)
    return live(engine, { ...options, path, allowedFolders }, lock.release)
  } catch (error) {
    lock.release()
    throw isStorage(error) ? new CannotOpen(`the database ${path} cannot be opened: ${messageOf(error)}`) : error
  }
}

/** Files that an earlier version, another umask or a copy left readable by others. */
function keepPrivate(path: string): void {
  for (const name of readdirSync(dirname(path))) {
    if (!name.startsWith(basename(path))) continue
    const file = join(dirname(path), name)
    const status = statSync(file)
    if (status.isFile() && (status.mode & 0o077) !== 0) chmodSync(file, 0o600)
  }
}

function live(first: Engine, options: StoreOptions, releaseLock: () => void): Store {
  const { path } = options
  let engine = first
  let turn: Promise<unknown> = Promise.resolve()
  let broken = false
  /** The first error after which the database had to be opened again: those that follow only say that there was one. */
  let cause: string | undefined
  let closed = false
  const checkpoints = createCheckpoints(
    () => bytesOf(`${path}.wal`),
    () =>
      moveLog(0).catch((error) => {
        if (!(error instanceof HeldByReader))
          options.warn?.(`a checkpoint failed, what was stored stays in the write-ahead log: ${messageOf(error)}`)
        throw error
      }),
  )
  const compaction = createCompaction({ path, engine: () => engine, inTurn, reopen, reset: () => inTurn(reset) })

  /** One after the other, in the order asked. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = turn.then(work)
    turn = result.catch(() => {})
    return result
  }

  /**
   * Opens an invalidated database again. A failed checkpoint invalidates only the attached file, a failed fsync the whole
   * instance, so it is always a new instance. Does nothing when all is well.
   *
   * @throws StorageTrouble when it cannot be opened now; the next use tries again.
   */
  async function heal(): Promise<void> {
    if (!broken || closed) return
    try {
      await engine.close()
      engine = await openEngine(options, async () => {})
      broken = false
      options.warn?.(
        `the database was opened again after a failure: ${[cause, engine.notice].filter(Boolean).join('; ')}`,
      )
      cause = undefined
    } catch (error) {
      throw new StorageTrouble(messageOf(error))
    }
  }

  /** Replaces the file between two engines; where that cannot be done, the same file is opened again. */
  async function reopen(replace: () => void): Promise<void> {
    const old = engine
    await old.readers.drain(drainMs)
    broken = true
    let failure: unknown
    const isWhole = await old.close()
    try {
      // A log that is left would be taken for the new file's.
      if (!isWhole || bytesOf(`${path}.wal`) > 0) throw new StorageTrouble('its log could not be moved into it')
      replace()
    } catch (error) {
      failure = error
    }
    engine = await openEngine(options, async () => {})
    broken = false
    checkpoints.done(0)
    if (failure) throw failure
  }

  async function reset(): Promise<void> {
    broken = true
    await heal()
  }

  /**
   * A compaction counts on rows staying where they are, which a checkpoint may change; when it is done so is a checkpoint.
   *
   * @param patienceMs how long it is tried while queries keep it from being done; others may write between two tries.
   * @throws HeldByReader when it could not be done for that.
   */
  async function moveLog(patienceMs = queryTimeoutMs): Promise<void> {
    const deadline = performance.now() + patienceMs
    for (let isDone = false; !isDone; ) {
      await compaction.idle()
      try {
        isDone = await inTurn(async () => {
          if (compaction.isCopying()) return false
          await checkpoint()
          return true
        })
      } catch (error) {
        if (!(error instanceof HeldByReader) || performance.now() > deadline) throw error
        await Bun.sleep(holdMs)
      }
    }
  }

  /**
   * Beside a query that began before a commit which changed rows in place, a checkpoint is refused. The page's queries take
   * milliseconds, so the next ones wait for a moment until those that run have ended.
   */
  async function checkpointBesideReaders(): Promise<void> {
    try {
      await engine.checkpoint()
    } catch (error) {
      if (!isHeldByReaders(error)) throw error
      await engine.readers.drain(holdMs)
      await engine.checkpoint().finally(() => engine.readers.resume())
    }
  }

  function brokenBy(error: unknown): void {
    broken = true
    cause ??= messageOf(error).split('\n', 1)[0]
  }

  /** Ends a failed transaction, and opens the database again when it went with it. */
  async function giveUp(error: unknown): Promise<void> {
    await engine.writer.run('rollback').catch(() => {})
    if (isFatal(error) || isDurableFailure(error)) brokenBy(error)
    await heal().catch(() => {})
  }

  async function begin(): Promise<void> {
    try {
      await engine.writer.run('begin transaction')
    } catch (error) {
      if (!isFatal(error)) throw error
      await giveUp(error)
      await heal()
      await engine.writer.run('begin transaction')
    }
  }

  async function transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    if (closed) throw new StorageTrouble('the database is closed')
    await heal()
    await begin()
    let result: T
    try {
      result = await work(transactionOn(engine.writer, { stated: compaction.stated, appended: checkpoints.appended }))
    } catch (error) {
      // After any failing statement a COMMIT would "succeed" and roll back, so a throw never reaches the commit.
      await giveUp(error)
      throw isStorage(error) ? new StorageTrouble(messageOf(error)) : error
    }
    try {
      await engine.commit()
    } catch (error) {
      await giveUp(error)
      if (!isDurableFailure(error)) throw new StorageTrouble(messageOf(error), isFatal(error))
    }
    checkpoints.committed()
    return result
  }

  async function checkpoint(): Promise<void> {
    if (closed) throw new StorageTrouble('the database is closed')
    await heal()
    try {
      const started = performance.now()
      await checkpointBesideReaders()
      checkpoints.done(performance.now() - started)
    } catch (error) {
      if (isHeldByReaders(error)) {
        throw new HeldByReader('a query reads what was stored before; the log moves into the file when it has ended')
      }
      await giveUp(error)
      throw new StorageTrouble(messageOf(error))
    }
  }

  async function reader<T>(work: (reader: ReadConnection) => Promise<T>, timeoutMs: number): Promise<T> {
    for (let tries = 1; ; tries++) {
      if (broken) await inTurn(heal)
      const used = engine
      try {
        return await used.readers.use(work, timeoutMs)
      } catch (error) {
        // Whoever comes next only hears that the database is no more.
        if (used === engine && isInternal(error)) brokenBy(error)
        const isGone = used !== engine || used.isClosed() || isFatal(error)
        if (closed || !isGone || error instanceof QueryTimeout || tries === triesMax) throw error
        // The database went, or its file was replaced, while it was being read.
        if (used === engine) brokenBy(error)
      }
    }
  }

  return {
    path,
    notice: first.notice,
    all: (sql, params) => reader((one) => one.all(sql, params), queryTimeoutMs),
    queries: () => engine.readers.stats(),
    reader: (work, { timeoutMs = queryTimeoutMs } = {}) =>
      timeoutMs > queryTimeoutMs ? compaction.beside(() => reader(work, timeoutMs)) : reader(work, timeoutMs),
    transaction: (work) => inTurn(() => transaction(work)),
    checkpoint: moveLog,
    compact: () => compaction.run(),
    freeSpace: () => reader((one) => freeSpaceOf(one.all), queryTimeoutMs),
    size: () => ({ databaseBytes: bytesOf(path), walBytes: bytesOf(`${path}.wal`) }),
    lastCheckpoint: () => checkpoints.last(),
    close: () =>
      inTurn(async () => {
        if (closed) return
        closed = true
        checkpoints.stop()
        await engine.close()
        releaseLock()
      }),
  }
}

function bytesOf(path: string): number {
  return existsSync(path) ? statSync(path).size : 0
}

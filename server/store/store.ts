// store.ts: the database: one writer, a few readers, one file, one owner.
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { basename, dirname, join } from 'node:path'
import {
  type DuckDBConnection,
  DuckDBInstance,
  type DuckDBResultReader,
  type DuckDBType,
  type DuckDBValue,
} from '@duckdb/node-api'
import { appendRows, type TableWriter } from './append.ts'
import { isDurableFailure, isFatal, isStorage, messageOf, QueryTimeout, StorageTrouble } from './errors.ts'
import { takeLock } from './lock.ts'
import { migrate } from './migrate.ts'
import type { Params } from './query.ts'
import { attachOrMend } from './recover.ts'

/** Runs statements and reads their rows. */
export type Reader = {
  /** All rows as objects: BIGINT and HUGEINT as bigint, DOUBLE as number, lists as arrays. */
  all(sql: string, params?: Params): Promise<Record<string, unknown>[]>
  /** The result as DuckDB gives it, with column names and types, up to `rowsMax` rows. */
  read(sql: string, params?: Params, rowsMax?: number): Promise<DuckDBResultReader>
  /** How many statements the text holds, and whether each is a plain SELECT. */
  statements(sql: string): Promise<{ count: number; isSelect: boolean }>
}

/** The open write transaction. */
export type Tx = Reader & {
  run(sql: string, params?: Params): Promise<void>
  append<R>(writer: TableWriter<R>, rows: readonly R[]): Promise<void>
}

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
  reader<T>(work: (reader: Reader) => Promise<T>, options?: { timeoutMs?: number }): Promise<T>
  /**
   * Runs `work` in the one write transaction and commits. When it resolves, everything is on disk.
   *
   * @throws StorageTrouble when the disk failed: nothing was stored; any other error as it came, after a rollback.
   */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  checkpoint(): Promise<void>
  /** Bytes of the file and of its write-ahead log. */
  size(): { databaseBytes: number; walBytes: number }
  close(): Promise<void>
}

export type StoreOptions = {
  path: string
  threads?: number
  /** Such as `2GB`; DuckDB's own default is 80 % of the machine, too much for a program that runs beside others. */
  memoryLimit?: string
  /** More folders that statements may write exports to. */
  allowedFolders?: string[]
}

const queryTimeoutMs = 30_000

/**
 * Opens the database and takes its lock; creates it when there is none. The file is attached to an in-memory instance:
 * opened directly, a kill while DDL is in the write-ahead log can leave it unopenable (9 of 30 scenarios; attached: 0).
 *
 * @throws CannotOpen with a message for the user.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { path } = options
  const folder = dirname(path)
  process.umask(0o077)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const lock = takeLock(path)
  try {
    const instance = await DuckDBInstance.create(':memory:', {
      threads: String(options.threads ?? availableParallelism()),
      memory_limit: options.memoryLimit ?? '2GB',
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      temp_directory: join(folder, 'spill'),
    })
    const writer = await instance.connect()
    const attach = async (connection: DuckDBConnection) => {
      await connection.run(`attach '${path.replaceAll("'", "''")}' as db`)
      await connection.run('use db')
    }
    const notice = await attachOrMend(path, () => attach(writer))
    await migrate(writer, path)
    await confine(writer, [folder, ...(options.allowedFolders ?? [])])
    keepPrivate(path)
    return live(instance, writer, attach, path, notice, lock.release)
  } catch (error) {
    lock.release()
    throw error
  }
}

/** Statements reach no file but ours, load no extension, and cannot undo that. */
async function confine(connection: DuckDBConnection, folders: string[]): Promise<void> {
  const list = folders.map((folder) => `'${folder.replaceAll("'", "''")}/'`).join(', ')
  await connection.run(`set allowed_directories = [${list}]`)
  await connection.run('set enable_external_access = false')
  await connection.run('set lock_configuration = true')
}

/** Files that an earlier version, another umask or a copy left readable by others. */
function keepPrivate(path: string): void {
  for (const name of readdirSync(dirname(path))) {
    if (!name.startsWith(basename(path))) continue
    const file = join(dirname(path), name)
    if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600)
  }
}

function live(
  instance: DuckDBInstance,
  writer: DuckDBConnection,
  attach: (connection: DuckDBConnection) => Promise<void>,
  path: string,
  notice: string | undefined,
  releaseLock: () => void,
): Store {
  const readers = createReaders(instance, Math.max(2, availableParallelism()))
  let turn: Promise<unknown> = Promise.resolve()
  let closed = false

  /** One after the other, in the order asked. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = turn.then(work)
    turn = result.catch(() => {})
    return result
  }

  /** Detaches an invalidated database and attaches it again; only a fresh connection can (reliability fact 3). */
  async function reattach(): Promise<void> {
    const fresh = await instance.connect()
    try {
      await fresh.run('use memory')
      await fresh.run('detach db')
      await attach(fresh)
    } finally {
      fresh.closeSync()
    }
  }

  async function transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    if (closed) throw new StorageTrouble('the database is closed')
    try {
      await writer.run('begin transaction')
    } catch (error) {
      if (!isFatal(error)) throw error
      await reattach().catch((again) => {
        throw new StorageTrouble(messageOf(again))
      })
      await writer.run('begin transaction')
    }
    let result: T
    try {
      result = await work(transactionOn(writer))
    } catch (error) {
      // After any failing statement a COMMIT would "succeed" and roll back, so a throw never reaches the commit.
      await writer.run('rollback').catch(() => {})
      if (isFatal(error)) await reattach().catch(() => {})
      throw isStorage(error) ? new StorageTrouble(messageOf(error)) : error
    }
    try {
      await writer.run('commit')
    } catch (error) {
      await writer.run('rollback').catch(() => {})
      if (isFatal(error) || isDurableFailure(error)) await reattach().catch(() => {})
      if (!isDurableFailure(error)) throw new StorageTrouble(messageOf(error))
    }
    return result
  }

  const store: Store = {
    path,
    notice,
    all: (sql, params) => store.reader((reader) => reader.all(sql, params)),
    reader: (work, { timeoutMs = queryTimeoutMs } = {}) => readers.use(work, timeoutMs),
    transaction: (work) => inTurn(() => transaction(work)),
    checkpoint: () => inTurn(async () => void (await writer.run('checkpoint db'))),
    size: () => ({ databaseBytes: bytesOf(path), walBytes: bytesOf(`${path}.wal`) }),
    close: () =>
      inTurn(async () => {
        if (closed) return
        closed = true
        await readers.close()
        await writer.run('checkpoint db').catch(() => {})
        writer.closeSync()
        instance.closeSync()
        releaseLock()
      }),
  }
  return store
}

function bytesOf(path: string): number {
  return existsSync(path) ? statSync(path).size : 0
}

/** A few connections, handed out in turn: more queries at once than cores only make each slower. */
function createReaders(instance: DuckDBInstance, size: number) {
  const idle: DuckDBConnection[] = []
  const waiting: (() => void)[] = []
  let busy = 0
  let closed = false

  async function connection(): Promise<DuckDBConnection> {
    const reused = idle.pop()
    if (reused) return reused
    const fresh = await instance.connect()
    await fresh.run('use db')
    return fresh
  }

  return {
    async use<T>(work: (reader: Reader) => Promise<T>, timeoutMs: number): Promise<T> {
      if (closed) throw new StorageTrouble('the database is closed')
      if (busy >= size) await new Promise<void>((resolve) => waiting.push(resolve))
      busy++
      let own: DuckDBConnection | undefined
      let timer: Timer | undefined
      let timedOut = false
      try {
        own = await connection()
        const running = own
        timer = setTimeout(() => {
          timedOut = true
          running.interrupt()
        }, timeoutMs)
        return await work(readerOn(own))
      } catch (error) {
        if (timedOut)
          throw new QueryTimeout(
            `the query took longer than ${timeoutMs / 1000} s and was stopped; narrow the time range`,
          )
        throw error
      } finally {
        clearTimeout(timer)
        if (own) {
          if (closed || timedOut) own.closeSync()
          else idle.push(own)
        }
        busy--
        waiting.shift()?.()
      }
    },
    async close(): Promise<void> {
      closed = true
      for (const one of idle.splice(0)) one.closeSync()
      while (busy > 0) await Bun.sleep(5)
    },
  }
}

function readerOn(connection: DuckDBConnection): Reader {
  return {
    all: async (sql, params) => (await connection.runAndReadAll(sql, ...bound(params))).getRowObjectsJS(),
    read: (sql, params, rowsMax) =>
      rowsMax === undefined
        ? connection.runAndReadAll(sql, ...bound(params))
        : connection.streamAndReadUntil(sql, rowsMax, ...bound(params)),
    statements: async (sql) => {
      const extracted = await connection.extractStatements(sql)
      const isSelect = extracted.count === 1 && (await extracted.prepare(0)).statementType === statementTypeSelect
      return { count: extracted.count, isSelect }
    },
  }
}

/** `StatementType.SELECT` of the bindings. */
const statementTypeSelect = 1

function transactionOn(connection: DuckDBConnection): Tx {
  return {
    ...readerOn(connection),
    run: async (sql, params) => void (await connection.run(sql, ...bound(params))),
    append: (writer, rows) => appendRows(connection, writer, rows),
  }
}

function bound(params: Params | undefined): [Record<string, DuckDBValue>?, Record<string, DuckDBType>?] {
  if (!params) return []
  const values: Record<string, DuckDBValue> = {}
  const types: Record<string, DuckDBType> = {}
  for (const [name, given] of Object.entries(params)) {
    if (given !== null && typeof given === 'object' && 'type' in given && 'value' in given) {
      values[name] = given.value as DuckDBValue
      types[name] = given.type as DuckDBType
    } else {
      values[name] = given as DuckDBValue
    }
  }
  return [values, types]
}

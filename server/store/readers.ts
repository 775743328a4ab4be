// readers.ts: a few read connections, handed out in turn: more queries at once than cores only make each slower.
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { runInBackground } from './background.ts'
import { QueryTimeout, StorageTrouble } from './errors.ts'
import { createMemoryWatch } from './memory.ts'
import { named, type ReadConnection, readerOn } from './runner.ts'

export type Readers = {
  /**
   * Runs `work` on a connection of its own.
   *
   * @throws QueryTimeout when it is not done within `timeoutMs`, waiting for a connection included; also where the database does
   * not hear that it is to stop.
   */
  use<T>(work: (reader: ReadConnection) => Promise<T>, timeoutMs: number): Promise<T>
  stats(): ReaderStats
  /** Begins nothing more, and lets what runs end for as long as that; to be closed then, or resumed. */
  drain(timeoutMs: number): Promise<void>
  resume(): void
  /** Interrupts what runs and closes every connection; one that does not hear it closes when it ends. */
  close(): Promise<void>
}

/**
 * Queries at work, of those the ones that were given up and go on, those that wait for a connection, and how many were given up
 * since the start because of their time.
 */
export type ReaderStats = { running: number; stuck: number; waiting: number; timedOut: number }

/** How often a connection that must stop is interrupted again: the first time may fall between two statements. */
const interruptEveryMs = 50
/**
 * What was interrupted and does not end is left alone: while it plans, and within one function, the database does not look whether
 * it is to stop. 600 texts put together by `||` were planned for 58 s, 100 tables that each name the one before twice without end.
 */
const usualStuckAfterMs = 3_000

type Waiting = { start(): void; refuse(error: Error): void }

export type ReadersOptions = {
  /** How many queries run at once. */
  size: number
  /** Whether the database has threads besides the one that asks. */
  hasOwnThreads: boolean
  memoryLimitBytes: number
  stuckAfterMs?: number
}

export function createReaders(instance: DuckDBInstance, options: ReadersOptions): Readers {
  const { size, hasOwnThreads, stuckAfterMs = usualStuckAfterMs } = options
  const memory = createMemoryWatch(instance, options.memoryLimitBytes)
  const idle: DuckDBConnection[] = []
  const running = new Set<DuckDBConnection>()
  const waiting: Waiting[] = []
  let busy = 0
  let stuck = 0
  let timedOut = 0
  let closed = false
  let draining = false

  function handOut(): void {
    while (!draining && busy < size && waiting.length > 0) {
      busy++
      waiting.shift()?.start()
    }
  }

  /** Resolves when a slot belongs to the caller. */
  function slot(timeoutMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const one: Waiting = {
        start() {
          clearTimeout(timer)
          resolve()
        },
        refuse(error) {
          clearTimeout(timer)
          reject(error)
        },
      }
      const timer = setTimeout(() => {
        waiting.splice(waiting.indexOf(one), 1)
        reject(new QueryTimeout(`the query waited ${timeoutMs / 1000} s for others to end; try again`))
      }, timeoutMs)
      waiting.push(one)
      handOut()
    })
  }

  async function connection(): Promise<DuckDBConnection> {
    const reused = idle.pop()
    if (reused) return reused
    const fresh = await instance.connect()
    await fresh.run('use db')
    return fresh
  }

  async function run<T>(work: (reader: ReadConnection) => Promise<T>, timeoutMs: number): Promise<T> {
    const own = await connection()
    let stopping: Timer | undefined
    const stop = setTimeout(() => {
      stopping = setInterval(() => own.interrupt(), interruptEveryMs)
      own.interrupt()
    }, timeoutMs)
    running.add(own)
    try {
      return await work({
        ...readerOn(own),
        inBackground: (sql) =>
          named(
            sql,
            hasOwnThreads
              ? runInBackground(own, sql, {
                  isStopping: () => closed || stopping !== undefined,
                  isTooLarge: memory.isTaken,
                })
              : own.run(sql),
          ),
      })
    } catch (error) {
      if (closed) throw new StorageTrouble('the database is closed')
      throw stopping ? tookTooLong(timeoutMs) : error
    } finally {
      clearTimeout(stop)
      clearInterval(stopping)
      running.delete(own)
      if (closed || stopping) own.closeSync()
      else idle.push(own)
    }
  }

  /** Runs `work` in a slot, which it holds until it has ended; the caller waits no longer than it may. */
  async function within<T>(work: (reader: ReadConnection) => Promise<T>, timeoutMs: number): Promise<T> {
    const { promise: givenUp, reject } = Promise.withResolvers<never>()
    let isStuck = false
    const giveUp = setTimeout(() => {
      isStuck = true
      stuck++
      reject(tookTooLong(timeoutMs))
    }, timeoutMs + stuckAfterMs)
    const ended = run(work, timeoutMs).finally(() => {
      clearTimeout(giveUp)
      if (isStuck) stuck--
      busy--
      handOut()
    })
    return Promise.race([ended, givenUp])
  }

  async function drain(timeoutMs: number): Promise<void> {
    draining = true
    const deadline = performance.now() + timeoutMs
    while (busy > 0 && performance.now() < deadline) await Bun.sleep(2)
  }

  return {
    stats: () => ({ running: busy, stuck, waiting: waiting.length, timedOut }),
    async use(work, timeoutMs) {
      if (closed) throw new StorageTrouble('the database is closed')
      const deadline = Date.now() + timeoutMs
      try {
        await slot(timeoutMs)
        return await within(work, Math.max(1, deadline - Date.now()))
      } catch (error) {
        if (error instanceof QueryTimeout) timedOut++
        throw error
      }
    },
    drain,
    resume() {
      draining = false
      handOut()
    },
    async close() {
      closed = true
      for (const one of waiting.splice(0)) one.refuse(new StorageTrouble('the database is closed'))
      const deadline = performance.now() + stuckAfterMs
      while (busy > stuck && performance.now() < deadline) {
        for (const connection of running) connection.interrupt()
        await Bun.sleep(5)
      }
      for (const one of idle.splice(0)) one.closeSync()
      memory.close()
    },
  }
}

function tookTooLong(timeoutMs: number): QueryTimeout {
  return new QueryTimeout(`the query took longer than ${timeoutMs / 1000} s and was stopped; narrow the time range`)
}

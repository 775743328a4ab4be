// batch.ts: waiting batches → groups → one transaction each. Bounded, in order, and an answer only after COMMIT.
import { noTelemetry, type Source, type Telemetry } from '#proto/telemetry.ts'
import { messageOf, StorageTrouble } from '../store/errors.ts'
import type { Store, Tx } from '../store/store.ts'
import { type BatchRow, type Bodies, batchWriter, type Remembered } from './bodies.ts'
import type { Stage } from './stage.ts'

/** One batch that waits for its commit. */
export type Waiting = {
  telemetry: Telemetry
  source: Source
  bytes: number
  bodyHash: string | undefined
  rejected: number
  message: string
  alongside: ((tx: Tx) => Promise<void>) | undefined
  /** It is on disk; given what was answered when it had been there before. */
  resolve(before?: Remembered): void
  reject(error: unknown): void
}

/**
 * Rows taken into one transaction. A commit costs one fsync (2 ms here) whatever its size: at 100 rows a commit the disk
 * allowed 30 k spans/s, at 1,000 rows 110 k; beyond a few thousand nothing is gained and the wait grows.
 */
const groupRowsMax = 8_000

export type Writer = {
  /** Adds a batch to the queue. */
  push(waiting: Waiting): void
  queuedBytes(): number
  queuedBatches(): number
  /** Resolves when the queue is empty and nothing is being written. */
  idle(): Promise<void>
}

export type WriterOptions = {
  store: Store
  stages: readonly Stage[]
  bodies: Bodies
  /** Told of each group after its commit. */
  committed(telemetry: Telemetry, rows: number): void
  /** Told, and why, when a batch is tried without what was made of its records. */
  stripped(reason: string): void
  warn(message: string): void
}

type Outcome = Awaited<ReturnType<Stage['apply']>>

/** A group in the database's hands: what its stages did, until its fate is known. */
type Attempt = { number: bigint; group: Waiting[]; telemetry: Telemetry; outcomes: Outcome[] }

/** The writer's loop. */
export function createWriter({ store, stages, bodies, committed, stripped, warn }: WriterOptions): Writer {
  const queue: Waiting[] = []
  let batch = bodies.lastBatch
  let bytes = 0
  let running: Promise<void> | undefined
  /** A group whose commit failed halfway on a disk that cannot be read now. Nothing is written before its fate is known. */
  let doubtful: Attempt | undefined

  /** The batches at the head of the queue that fit into one group. */
  function takeGroup(): Waiting[] {
    let rows = 0
    let count = 0
    for (const waiting of queue) {
      rows += rowsOf(waiting.telemetry)
      if (count > 0 && rows > groupRowsMax) break
      count++
    }
    return queue.splice(0, count)
  }

  function start(): void {
    running ??= drain().finally(() => {
      running = undefined
      // A batch may have come after the last look at the queue.
      if (queue.length > 0) start()
    })
  }

  async function drain(): Promise<void> {
    // One turn of the event loop, so that requests which arrived together share a commit.
    await new Promise<void>((resolve) => setImmediate(resolve))
    while (queue.length > 0) {
      const group = takeGroup()
      await settle(group)
      for (const waiting of group) bytes -= waiting.bytes
    }
  }

  /**
   * Writes a group; when it fails for a reason of its own, its batches are tried one by one, so that one cannot fail the rest. A
   * batch that fails alone is tried once more without what was made of its records: a sender that is told to come back with
   * records that can never be stored comes back for ever, and keeps everything after them from us.
   */
  async function settle(group: Waiting[]): Promise<void> {
    try {
      await resolveDoubt()
      const fresh = group.filter((waiting) => !isStored(waiting))
      if (fresh.length > 0) await write(fresh)
    } catch (error) {
      if (error instanceof StorageTrouble) for (const waiting of group) waiting.reject(error)
      else if (group.length > 1) for (const waiting of group) await settle([waiting])
      else await settleWithoutDerived(group[0]!, error)
    }
  }

  async function settleWithoutDerived(waiting: Waiting, error: unknown): Promise<void> {
    const plain = withoutDerived(waiting)
    if (!plain) return waiting.reject(error)
    stripped(messageOf(error))
    await settle([plain])
  }

  /** Whether the batch turned out to be stored by an earlier group of doubtful fate; its sender is then told so. */
  function isStored({ bodyHash, resolve }: Waiting): boolean {
    const before = bodyHash === undefined ? undefined : bodies.find(bodyHash)
    if (before) resolve(before)
    return before !== undefined
  }

  async function write(group: Waiting[]): Promise<void> {
    const number = ++batch
    for (let tries = 1; ; tries++) {
      const attempt: Attempt = { number, group, telemetry: merge(group), outcomes: [] }
      try {
        await transact(attempt)
      } catch (error) {
        const isUnsure = error instanceof StorageTrouble && error.unsure
        const fate = isUnsure ? await fateOf(number) : 'lost'
        if (fate === 'unknown') doubtful = attempt
        if (fate === 'lost') for (const outcome of attempt.outcomes) outcome.rolledBack()
        if (fate === 'lost' && isUnsure && tries === 1) continue
        if (fate !== 'stored') throw error
      }
      await conclude(attempt)
      return
    }
  }

  async function transact({ number, group, telemetry, outcomes }: Attempt): Promise<void> {
    const receivedUnixNano = BigInt(Date.now()) * 1_000_000n
    await store.transaction(async (tx) => {
      for (const stage of stages) outcomes.push(await stage.apply(tx, { telemetry, batch: number, receivedUnixNano }))
      for (const { alongside } of group) await alongside?.(tx)
      await tx.append<BatchRow>(
        batchWriter,
        group.map(({ telemetry, source, bodyHash, rejected, message }) => {
          return { batch: number, receivedUnixNano, bodyHash, source, records: rowsOf(telemetry), rejected, message }
        }),
      )
    })
  }

  /** A group is on disk: memory follows, senders and listeners are told. */
  async function conclude({ group, telemetry, outcomes }: Attempt): Promise<void> {
    for (const outcome of outcomes) await outcome.committed()
    for (const { bodyHash, rejected, message, resolve } of group) {
      if (bodyHash !== undefined) bodies.remember(bodyHash, { receivedMs: Date.now(), rejected, message })
      resolve()
    }
    try {
      committed(telemetry, rowsOf(telemetry))
    } catch (error) {
      warn(`a listener to what was committed failed: ${messageOf(error)}`)
    }
  }

  /**
   * What became of a group whose commit failed halfway (reliability facts 3 and 10): its own row tells. A row that can be
   * read after a failed fsync is not yet on disk; the checkpoint puts it there.
   */
  async function fateOf(number: bigint): Promise<'stored' | 'lost' | 'unknown'> {
    try {
      const rows = await store.all('select 1 from batches where batch = $number limit 1', { number })
      if (rows.length === 0) return 'lost'
      await store.checkpoint()
      return 'stored'
    } catch {
      return 'unknown'
    }
  }

  async function resolveDoubt(): Promise<void> {
    if (!doubtful) return
    const fate = await fateOf(doubtful.number)
    if (fate === 'unknown') throw new StorageTrouble('the database cannot be read')
    const attempt = doubtful
    doubtful = undefined
    if (fate === 'stored') await conclude(attempt)
    else for (const outcome of attempt.outcomes) outcome.rolledBack()
  }

  return {
    push(waiting) {
      queue.push(waiting)
      bytes += waiting.bytes
      start()
    },
    queuedBytes: () => bytes,
    queuedBatches: () => queue.length,
    async idle() {
      while (running) await running
    },
  }
}

/**
 * The batch with nothing but the records as they came; none when there is nothing to leave out, or when rows alongside, such as
 * the cursor of a file, say that everything was kept.
 */
function withoutDerived(waiting: Waiting): Waiting | undefined {
  const { spans, logs, points } = waiting.telemetry
  const telemetry = { ...noTelemetry(), spans, logs, points }
  const isLess = rowsOf(telemetry) < rowsOf(waiting.telemetry)
  return isLess && rowsOf(telemetry) > 0 && !waiting.alongside ? { ...waiting, telemetry } : undefined
}

/** Rows that a batch brings, of every kind. */
export function rowsOf(telemetry: Telemetry): number {
  let rows = 0
  for (const records of Object.values(telemetry)) rows += records.length
  return rows
}

/** A group's records in one batch, in lists of their own: stages add to them. */
function merge(group: Waiting[]): Telemetry {
  const merged = noTelemetry()
  for (const { telemetry } of group) {
    for (const key of Object.keys(merged) as (keyof Telemetry)[]) {
      const into = merged[key] as unknown[]
      for (const record of telemetry[key]) into.push(record)
    }
  }
  return merged
}

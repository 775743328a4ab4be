// batch.ts: waiting batches → groups → one transaction each. Bounded, in order, and an answer only after COMMIT.
import { noTelemetry, type Source, type Telemetry } from '#proto/telemetry.ts'
import { messageOf, StorageTrouble } from '../store/errors.ts'
import type { Store, Tx } from '../store/store.ts'
import { type BatchRow, batchWriter } from './bodies.ts'
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
  resolve(): void
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

/** The writer's loop. `committed` is told of each group after its commit. */
export function createWriter(
  store: Store,
  stages: readonly Stage[],
  firstBatch: bigint,
  committed: (telemetry: Telemetry, rows: number) => void,
): Writer {
  const queue: Waiting[] = []
  let batch = firstBatch
  let bytes = 0
  let running: Promise<void> | undefined

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

  async function drain(): Promise<void> {
    // One turn of the event loop, so that requests which arrived together share a commit.
    await new Promise<void>((resolve) => setImmediate(resolve))
    while (queue.length > 0) {
      const group = takeGroup()
      await settle(group)
      for (const waiting of group) bytes -= waiting.bytes
    }
  }

  /** Writes a group; when it fails for a reason of its own, its batches are tried one by one, so that one cannot fail the rest. */
  async function settle(group: Waiting[]): Promise<void> {
    try {
      await write(group)
      for (const waiting of group) waiting.resolve()
    } catch (error) {
      if (group.length === 1 || error instanceof StorageTrouble) {
        for (const waiting of group) waiting.reject(error)
        return
      }
      for (const waiting of group) await settle([waiting])
    }
  }

  async function write(group: Waiting[]): Promise<void> {
    batch++
    const number = batch
    const receivedUnixNano = BigInt(Date.now()) * 1_000_000n
    const outcomes: { committed(): void; rolledBack(): void }[] = []
    const telemetry = merge(group)
    try {
      await store.transaction(async (tx) => {
        for (const stage of stages) outcomes.push(await stage.apply(tx, { telemetry, batch: number, receivedUnixNano }))
        for (const { alongside } of group) await alongside?.(tx)
        await tx.append<BatchRow>(
          batchWriter,
          group.map((waiting) => ({
            batch: number,
            receivedUnixNano,
            bodyHash: waiting.bodyHash,
            source: waiting.source,
            records: rowsOf(waiting.telemetry),
            rejected: waiting.rejected,
            message: waiting.message,
          })),
        )
      })
    } catch (error) {
      if (!(error instanceof StorageTrouble) || !(await isStored(number))) {
        for (const outcome of outcomes) outcome.rolledBack()
        throw error
      }
    }
    for (const outcome of outcomes) outcome.committed()
    try {
      committed(telemetry, rowsOf(telemetry))
    } catch (error) {
      console.error(`a listener failed: ${messageOf(error)}`)
    }
  }

  /** After a commit whose fate is unknown: whether the group's own row is there. */
  async function isStored(number: bigint): Promise<boolean> {
    try {
      return (await store.all('select 1 from batches where batch = $number', { number })).length > 0
    } catch {
      return false
    }
  }

  return {
    push(waiting) {
      queue.push(waiting)
      bytes += waiting.bytes
      running ??= drain().finally(() => {
        running = undefined
      })
    },
    queuedBytes: () => bytes,
    queuedBatches: () => queue.length,
    async idle() {
      while (running) await running
    },
  }
}

/** Rows that a batch brings, of every kind. */
export function rowsOf(telemetry: Telemetry): number {
  let rows = 0
  for (const records of Object.values(telemetry)) rows += records.length
  return rows
}

function merge(group: Waiting[]): Telemetry {
  if (group.length === 1) return { ...group[0]!.telemetry, points: [...group[0]!.telemetry.points] }
  const merged = noTelemetry()
  for (const { telemetry } of group) {
    for (const key of Object.keys(merged) as (keyof Telemetry)[]) {
      const into = merged[key] as unknown[]
      for (const record of telemetry[key]) into.push(record)
    }
  }
  return merged
}

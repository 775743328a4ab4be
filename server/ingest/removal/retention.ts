// retention.ts: takes out what is older, or more, than the user wants to keep, in slices that hold nobody up.
import { int, maybe, query, time } from '../../store/query.ts'
import type { Store } from '../../store/store.ts'
import type { Ledger } from '../ledger/ledger.ts'
import oldestCutSql from './oldest-cut.sql' with { type: 'text' }
import { type Removed, remove } from './removal.ts'
import usedBytesSql from './used-bytes.sql' with { type: 'text' }
import { free } from './wipe.ts'

const earliest = -(2n ** 63n) + 2n

/** How often it is looked at again. A database over its size grows all the time, days pass slowly. */
const everyMs = 10 * 60_000
/** Records that go in one transaction: about a tenth of a second, for which ingest waits. */
const sliceRows = 20_000
/** Fewer free no block: a group of records is taken out of the file when the last of it goes. */
const sliceRowsLeast = 1_000
/** After a slice ingest has the database to itself for this many times as long as the slice took. */
const restShare = 3
/** From the size that is too much down to this share of it, so that the next record does not start it again. */
const sizeShare = 0.9

export type Limits = {
  /** What is older goes. */
  seconds?: number | undefined
  /** When the file uses more, the oldest goes. */
  bytes?: number | undefined
}

const oldestCut = query(oldestCutSql, { to: time, rows: int }, { cut: maybe(time) })
const usedBytes = query(usedBytesSql, {}, { bytes: int, records: int })

export type RetentionDeps = {
  store: Store
  ledger: Ledger
  /** Asked after each sweep: gives free space back to the disk. */
  giveBack?: () => Promise<void>
  told(message: string, fields: Record<string, unknown>): void
  /** @default 20,000 */
  sliceRows?: number
  signal?: AbortSignal | undefined
}

/**
 * Applies the limits now and then again and again. Sessions go whole, when their last record is too old, so that none is ever
 * half there.
 *
 * @returns how to stop; resolves when nothing is under way.
 */
export function keepWithin(limits: Limits, deps: Omit<RetentionDeps, 'signal'>): () => Promise<void> {
  const stopping = new AbortController()
  let running: Promise<void> = Promise.resolve()
  async function sweep(): Promise<void> {
    try {
      const removed = await sweepOnce(limits, { ...deps, signal: stopping.signal })
      if (Object.values(removed).some((rows) => rows > 0)) deps.told('removed what is beyond the retention', removed)
    } catch (error) {
      deps.told('the retention could not be applied; it is tried again in ten minutes', { error })
    }
    // Not waited for: the end of the program ends it, too.
    if (!stopping.signal.aborted)
      deps.giveBack?.().catch((error) => {
        if (!stopping.signal.aborted) deps.told('the database file could not be made smaller', { error })
      })
  }
  const start = () => {
    running = running.then(() => (stopping.signal.aborted ? undefined : sweep()))
  }
  start()
  const timer = setInterval(start, everyMs)
  timer.unref()
  return () => {
    clearInterval(timer)
    stopping.abort()
    return running
  }
}

/** Takes out all that is beyond the limits now. @returns rows by table. */
export async function sweepOnce({ seconds, bytes }: Limits, deps: RetentionDeps): Promise<Removed> {
  const removed: Removed = {}
  if (seconds !== undefined) {
    const to = BigInt(Date.now() - seconds * 1000) * 1_000_000n
    await slices(deps, to, removed, async () => deps.sliceRows ?? sliceRows)
    // Requests of no session and no record beside them.
    await take(deps, removed, to)
  }
  if (bytes === undefined || (await used(deps.store)).bytes <= bytes) return removed
  const now = BigInt(Date.now()) * 1_000_000n
  const isDone = await slices(deps, now, removed, async () => {
    // As many as hold what is too much, by what one weighs: records may be large, and a slice more than there should go.
    const { bytes: now, records } = await used(deps.store)
    const excess = now - bytes * sizeShare
    if (excess <= 0) return 0
    const rows = Math.ceil((excess / now) * records)
    return Math.min(deps.sliceRows ?? sliceRows, Math.max(sliceRowsLeast, rows))
  })
  if (!isDone && (await used(deps.store)).bytes > bytes)
    deps.told('nothing is left to remove, and the database is larger than its retention still', { bytes })
  return removed
}

/**
 * @param wanted how many records the next slice is to take; 0 ends it.
 * @returns whether it ended because no more was wanted; else nothing is left before `to`.
 */
async function slices(
  deps: RetentionDeps,
  to: bigint,
  removed: Removed,
  wanted: () => Promise<number>,
): Promise<boolean> {
  const { store, signal } = deps
  while (!signal?.aborted) {
    const rows = await wanted()
    if (rows === 0) return true
    const [row] = await oldestCut(store, { to, rows })
    if (!row || row.cut === null) return false
    const started = performance.now()
    await take(deps, removed, row.cut + 1n)
    await Bun.sleep(restShare * (performance.now() - started))
  }
  return true
}

/** Takes out what is before a time; the blocks it leaves are free to be written again. */
async function take({ store, ledger }: RetentionDeps, removed: Removed, to: bigint): Promise<void> {
  add(removed, await remove(store, ledger, { what: 'all', from: earliest, to }))
  await free(store)
}

async function used(store: Store): Promise<{ bytes: number; records: number }> {
  const [row] = await usedBytes(store, {})
  return { bytes: (row?.bytes ?? 0) + store.size().walBytes, records: row?.records ?? 0 }
}

function add(into: Removed, removed: Removed): void {
  for (const [table, rows] of Object.entries(removed)) into[table] = (into[table] ?? 0) + rows
}

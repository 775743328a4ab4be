// bodies.ts: the request bodies of the last minutes, so that one sent again is acknowledged and not stored twice.

import type { TableWriter } from '../store/append.ts'
import { big, int, maybe, query, text, time } from '../store/query.ts'
import type { Store } from '../store/store.ts'
import recentBodiesSql from './recent-bodies.sql' with { type: 'text' }

/** How long a body is remembered (contract §3). */
export const rememberedMs = 15 * 60_000

/** One acknowledged body. */
export type BatchRow = {
  batch: bigint
  receivedUnixNano: bigint
  bodyHash: string | undefined
  source: string
  records: number
  rejected: number
  message: string
}

export const batchWriter: TableWriter<BatchRow> = {
  table: 'batches',
  columns: [
    { name: 'batch', type: 'bigint', take: (row) => row.batch },
    { name: 'received_at', type: 'time', take: (row) => row.receivedUnixNano },
    { name: 'body_hash', type: 'text', take: (row) => row.bodyHash },
    { name: 'source', type: 'text', take: (row) => row.source },
    { name: 'records', type: 'bigint', take: (row) => row.records },
    { name: 'rejected', type: 'bigint', take: (row) => row.rejected },
    { name: 'message', type: 'text', take: (row) => row.message || null },
  ],
}

const recentBodies = query(
  recentBodiesSql,
  { since: time },
  { body_hash: text, received_at: time, rejected: int, message: maybe(text) },
)
const lastBatch = query('select coalesce(max(batch), 0) as batch from batches', {}, { batch: big })

/** What is remembered of a body: the outcome, or the request that is storing it right now. */
export type Remembered = { receivedMs: number; rejected: number; message: string }

/** The memory of bodies; as old as the database remembers when the program starts. */
export type Bodies = {
  find(hash: string): Remembered | undefined
  remember(hash: string, outcome: Remembered): void
  /** The number of the last group that was committed. */
  lastBatch: bigint
}

export async function loadBodies(store: Store): Promise<Bodies> {
  const known = new Map<string, Remembered>()
  const since = BigInt(Date.now() - rememberedMs) * 1_000_000n
  for (const row of await recentBodies(store, { since })) {
    known.set(row.body_hash, {
      receivedMs: Number(row.received_at / 1_000_000n),
      rejected: row.rejected,
      message: row.message ?? '',
    })
  }
  const last = (await lastBatch(store, {}))[0]?.batch ?? 0n
  const forget = () => {
    const oldest = Date.now() - rememberedMs
    // In order of arrival: the first that is young enough ends the search.
    for (const [hash, { receivedMs }] of known) {
      if (receivedMs >= oldest) return
      known.delete(hash)
    }
  }
  return {
    find(hash) {
      forget()
      return known.get(hash)
    },
    remember(hash, outcome) {
      known.set(hash, outcome)
    },
    lastBatch: last,
  }
}

// own-memory.ts: the memory that requests in progress can be blamed for: the process's without the database's.
import { query, real } from '../store/query.ts'
import type { Store } from '../store/store.ts'
import ownMemorySql from './own-memory.sql' with { type: 'text' }

const databaseMemory = query(ownMemorySql, {}, { bytes: real })

/** The database's share changes slowly: it keeps what it read until its limit. */
const everyMs = 2000

/**
 * The database keeps up to 2 GB of what it read. Counted as if it were requests, a server with a year of history would let in
 * next to nothing, for ever.
 *
 * @returns how to ask for it, in bytes.
 */
export function ownMemory(store: Store): () => number {
  let database = 0
  let askedMs = Number.NEGATIVE_INFINITY
  return () => {
    if (performance.now() - askedMs > everyMs) {
      askedMs = performance.now()
      databaseMemory(store, {}).then(
        ([row]) => {
          database = row?.bytes ?? 0
        },
        // A closed or broken database says so where it matters.
        () => {},
      )
    }
    return process.memoryUsage.rss() - database
  }
}

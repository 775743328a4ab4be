// give-back.ts: when retention has freed so much that the file is worth to be written anew. What is free is written again
// before the file grows, so that in the long run a file has hardly any; it is a limit that was set late, or lowered, that
// leaves a file of holes.
import { NotCompacted } from '../../store/compaction.ts'
import type { FreeSpace, Store } from '../../store/store.ts'

/** Less than this share free: a copy costs 32 s of CPU for each gigabyte that stays, and would give back too little. */
const shareMin = 0.25
/** Less is not worth the trouble on any disk. */
const bytesMin = 64 * 1024 * 1024
/** After each, successful or not: more often only what a person deletes is taken out of the file. */
const restMs = 24 * 3_600_000
/** No record for so long is a quiet moment; the end of a copy holds ingest up for a second or two. */
const quietMs = 10_000
/** After so many looks (one in ten minutes) that found none, it is done all the same. */
const looksMax = 12

export const isWorthIt = ({ fileBytes, freeBytes }: FreeSpace, least = bytesMin): boolean =>
  freeBytes >= least && freeBytes >= fileBytes * shareMin

export type GiveBackDeps = {
  store: Store
  /** When the last record was stored. */
  lastCommitUnixMs(): number | null
  told(message: string, fields: Record<string, unknown>): void
  bytesMin?: number
}

/** @returns to be asked after each sweep; resolves when it was decided, and done. */
export function createGiveBack({ store, lastCommitUnixMs, told, bytesMin }: GiveBackDeps): () => Promise<void> {
  let notBeforeMs = 0
  let looks = 0
  return async () => {
    if (performance.now() < notBeforeMs || !isWorthIt(await store.freeSpace(), bytesMin)) return
    const isQuiet = Date.now() - (lastCommitUnixMs() ?? 0) >= quietMs
    if (!isQuiet && ++looks < looksMax) return
    looks = 0
    notBeforeMs = performance.now() + restMs
    try {
      told('the database file was written anew, without what the retention had freed', { ...(await store.compact()) })
    } catch (error) {
      if (!(error instanceof NotCompacted)) throw error
      told(error.message, {})
    }
  }
}

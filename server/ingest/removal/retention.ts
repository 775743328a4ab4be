// retention.ts: takes out what is older than the user wants to keep, an hour at a time.
import type { Store } from '../../store/store.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { remove } from './removal.ts'

const hourMs = 3_600_000
const earliest = -(2n ** 63n) + 2n

/**
 * Removes what is older than `retentionSeconds` now and every hour. Sessions go whole, an age after their last record, so
 * that none is ever half there.
 *
 * @returns how to stop.
 */
export function keepFor(
  retentionSeconds: number,
  store: Store,
  ledger: Ledger,
  told: (message: string, fields: Record<string, unknown>) => void,
): () => void {
  async function sweep(): Promise<void> {
    const to = BigInt(Date.now() - retentionSeconds * 1000) * 1_000_000n
    try {
      const removed = await remove(store, ledger, { what: 'all', from: earliest, to })
      const rows = Object.values(removed).reduce((sum, count) => sum + count, 0)
      if (rows > 0) told('removed what is older than the retention', removed)
    } catch (error) {
      told('the retention could not be applied; it is tried again in an hour', { error })
    }
  }
  void sweep()
  const timer = setInterval(() => void sweep(), hourMs)
  timer.unref()
  return () => clearInterval(timer)
}

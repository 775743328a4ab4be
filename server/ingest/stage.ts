// stage.ts: a part of the write path that runs inside the group's own transaction.
import type { Telemetry } from '#proto/telemetry.ts'
import type { Tx } from '../store/store.ts'

/** Facts of the group that a stage may write beside its rows. */
export type Group = { telemetry: Telemetry; batch: bigint; receivedUnixNano: bigint }

/**
 * Derives and writes rows from a group of batches. Memory that outlives the call changes only through the returned
 * functions: exactly one of them is called, after COMMIT or after ROLLBACK, and the next group waits until it is done.
 */
export type Stage = {
  apply(tx: Tx, group: Group): Promise<{ committed(): void | Promise<void>; rolledBack(): void }>
}

/** What a stage without memory returns. */
export const nothingToKeep = { committed() {}, rolledBack() {} }

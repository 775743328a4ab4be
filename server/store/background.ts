// background.ts: a statement that may be wide, worked on by the database's own threads alone.
import type {
  DuckDBConnection,
  DuckDBMaterializedResult,
  DuckDBPendingResult,
  DuckDBPreparedStatement,
} from '@duckdb/node-api'
import duckdb from '@duckdb/node-bindings'
import { QueryTooLarge } from './errors.ts'

/** How long is waited between two looks: a sixteenth of what it has taken so far, within these bounds. */
const lookAfterMs = { least: 1, most: 8 }

/** `duckdb_pending_state`: done; and done or failed, which for a finished statement is the same (DuckDB 1.5.5). */
const ready = 0
const ended = 2

/** How often it is asked what the statement takes, at most: ms. It took 1 GB in 0.8 s. */
const weighEveryMs = 50

export type Bounds = {
  /** Whether the statement was interrupted: what is left of it is then awaited elsewhere than on the main thread. */
  isStopping(): boolean
  /** Whether statements take more memory than they may. */
  isTooLarge(): Promise<boolean>
}

/**
 * Runs one statement without parameters and gives its whole result, which must be bounded.
 *
 * Usually the thread that asks works on its statement, too, beside the database's own. Without it there is one busy thread less
 * that what arrives must share the cores with. On 2 cores that others used, too (a load of 18), in turns of seconds with the
 * program as it was before: beside 16 statements p99 of what arrives 309 → 205 ms, of 120 alone; one such statement alone 395 → 211 ms.
 *
 * A statement that fills the database's memory is ended: the memory of what arrives would be written to the disk to make room
 * for it, and read back by the next commit (p99 190 ms beside such statements, 40 of them for want of a core).
 *
 * Tried and not kept: a lower priority for the database's threads gained nothing more, and made the page's questions slower on a busy
 * machine; all questions this way made what arrives slower, because a statement is planned on the main thread (2 to 5 ms of the
 * page's, 0.1 of most others).
 *
 * @throws QueryTooLarge when it was ended for its memory.
 */
export async function runInBackground(
  connection: DuckDBConnection,
  sql: string,
  { isStopping, isTooLarge }: Bounds,
): Promise<DuckDBMaterializedResult> {
  const prepared = await connection.prepare(sql)
  try {
    const pending = prepared.start()
    const began = performance.now()
    let weighed = began
    while (!isStopping() && !hasEnded(pending)) {
      if (performance.now() - weighed > weighEveryMs) {
        if (await isTooLarge()) throw await givenUp(connection, pending)
        weighed = performance.now()
      }
      const share = (performance.now() - began) / 16
      await Bun.sleep(Math.min(lookAfterMs.most, Math.max(lookAfterMs.least, share)))
    }
    return (await pending.getResult()) as DuckDBMaterializedResult
  } finally {
    prepared.destroySync()
  }
}

/**
 * Runs a prepared statement that ends soon, on the database's own threads alone, and looks every millisecond whether it has ended.
 *
 * A COMMIT waits for the disk, and the thread that asks for it usually spins meanwhile. Looked at this way, four clients' records of an
 * agent cost 142 µs of CPU each instead of 202 (661 to 705 instead of 730 to 778 on a busy machine), plain ones 257 instead of 310 to
 * 400, for at most a millisecond more until the answer. Beside a reader or a copy, whose work may hold those threads, it is not done.
 */
export async function runWatched(prepared: DuckDBPreparedStatement): Promise<void> {
  const pending = prepared.start()
  while (!hasEnded(pending)) await Bun.sleep(lookAfterMs.least)
  await pending.getResult()
}

/** Interrupts the statement and waits until it has let go of its memory. */
async function givenUp(connection: DuckDBConnection, pending: DuckDBPendingResult): Promise<QueryTooLarge> {
  connection.interrupt()
  await pending.getResult().catch(() => {})
  return new QueryTooLarge('the statement needs more memory than it may have; narrow it down')
}

/** The bindings tell it only of the handle that their class wraps. */
function hasEnded(pending: DuckDBPendingResult): boolean {
  const { pending_result } = pending as unknown as {
    pending_result: Parameters<typeof duckdb.pending_execute_check_state>[0]
  }
  const state: number = duckdb.pending_execute_check_state(pending_result)
  return state === ready || state === ended
}

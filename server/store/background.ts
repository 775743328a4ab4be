// background.ts: a statement that may be wide, worked on by the database's own threads alone.
import type { DuckDBConnection, DuckDBMaterializedResult, DuckDBPendingResult } from '@duckdb/node-api'
import duckdb from '@duckdb/node-bindings'

/** How long is waited between two looks: a sixteenth of what it has taken so far, within these bounds. */
const lookAfterMs = { least: 1, most: 8 }

/** `duckdb_pending_state`: done; and done or failed, which for a finished statement is the same (DuckDB 1.5.5). */
const ready = 0
const ended = 2

/**
 * Runs one statement without parameters and gives its whole result, which must be bounded.
 *
 * Usually the thread that asks works on its statement, too, beside the database's own. Those are as many as cores (engine.ts) and
 * take turns between statements, so that without it a wide statement loses nothing, and there is one busy thread less that what
 * arrives must share the cores with. On 2 cores that others used, too (a load of 18), in turns of seconds with the program as it was
 * before: beside 16 statements p99 of what arrives 309 → 205 ms, of 120 alone; one such statement alone 395 → 211 ms.
 *
 * Tried and not kept: a lower priority for the database's threads gained nothing more, and made the page's questions slower on a busy
 * machine; all questions this way made what arrives slower, because a statement is planned on the main thread (2 to 5 ms of the
 * page's, 0.1 of most others).
 *
 * @param isStopping whether the statement was interrupted: what is left of it is then awaited elsewhere than on the main thread.
 */
export async function runInBackground(
  connection: DuckDBConnection,
  sql: string,
  isStopping: () => boolean,
): Promise<DuckDBMaterializedResult> {
  const prepared = await connection.prepare(sql)
  try {
    const pending = prepared.start()
    const began = performance.now()
    while (!isStopping() && !hasEnded(pending)) {
      const share = (performance.now() - began) / 16
      await Bun.sleep(Math.min(lookAfterMs.most, Math.max(lookAfterMs.least, share)))
    }
    return (await pending.getResult()) as DuckDBMaterializedResult
  } finally {
    prepared.destroySync()
  }
}

/** The bindings tell it only of the handle that their class wraps. */
function hasEnded(pending: DuckDBPendingResult): boolean {
  const { pending_result } = pending as unknown as {
    pending_result: Parameters<typeof duckdb.pending_execute_check_state>[0]
  }
  const state: number = duckdb.pending_execute_check_state(pending_result)
  return state === ready || state === ended
}

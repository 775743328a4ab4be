// watched.ts: which requests the watcher read, so that their points can say so (`import_source`, contract §5).
import type { CallObservation } from '#proto/telemetry.ts'
import { list, query, text, time } from '../store/query.ts'
import type { Tx } from '../store/store.ts'
import rememberSql from './remember-watched.sql' with { type: 'text' }

const remember = query(
  rememberSql,
  { tool: list(text), session: list(text), run: time, since: list(time), until: list(time) },
  {},
)

/**
 * Notes that these requests were read by the watcher; run in the transaction that stores them.
 *
 * @param run when the watcher started (ns since 1970): what an import reads between two runs is not the watcher's.
 */
export async function storeWatched(tx: Tx, run: bigint, calls: readonly CallObservation[]): Promise<void> {
  if (calls.length === 0) return
  const sessions = [...Map.groupBy(calls, ({ tool, sessionId }) => JSON.stringify([tool, sessionId])).values()]
  const times = sessions.map((own) => own.map(({ timeUnixNano }) => timeUnixNano).sort((a, b) => Number(a - b)))
  await remember(tx, {
    tool: sessions.map(([first]) => first!.tool),
    session: sessions.map(([first]) => first!.sessionId),
    run,
    since: times.map((own) => own[0]!),
    until: times.map((own) => own.at(-1)!),
  })
}

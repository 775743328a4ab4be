// removal.ts: takes records out for good: by time, by service, or a whole session; for `delete` and for retention.
import type { Store, Tx } from '../../store/store.ts'
import type { Ledger } from '../ledger/ledger.ts'
import doomedCallsSql from './doomed-calls.sql' with { type: 'text' }
import doomedSessionsSql from './doomed-sessions.sql' with { type: 'text' }
import forgetFilesSql from './forget-files.sql' with { type: 'text' }
import rememberSql from './remember-removed.sql' with { type: 'text' }

export const removable = ['logs', 'metrics', 'traces', 'sessions', 'all'] as const
export type Removable = (typeof removable)[number]

/** What is to go. A window includes `from` and excludes `to` (ns since 1970); with `session` it is not looked at. */
export type Removal = {
  what: Removable
  from: bigint
  to: bigint
  service?: string | undefined
  session?: string | undefined
  /** Counts and leaves everything as it is. */
  dryRun?: boolean | undefined
}

/** Rows taken out (or that would be), by table. */
export type Removed = Record<string, number>

const telemetry: Record<string, string> = { logs: 'logs', metrics: 'raw_metric_points', traces: 'spans' }
/** Everything that is kept by session. */
const bySession = [
  'tool_calls',
  'tool_call_observations',
  'messages',
  'commits',
  'commit_observations',
  'aggregate_observations',
  'session_observations',
  'sessions',
]

/** What the ledger keeps in memory of. */
const ledgerTables = ['model_calls', 'call_observations', ...bySession]

/** Thrown to leave the transaction of a dry run. */
class DryRun extends Error {}

/** Removes in one transaction, so that it goes whole or not at all. The file holds it still until it is written anew (wipe.ts). */
export async function remove(store: Store, ledger: Ledger | undefined, removal: Removal): Promise<Removed> {
  const removed: Removed = {}
  try {
    await store.transaction(async (tx) => {
      await removeTelemetry(tx, removal, removed)
      if (removal.what === 'sessions' || removal.what === 'all' || removal.session)
        await removeSessions(tx, removal, removed)
      if (removal.dryRun) throw new DryRun()
      // What the ledger knows by heart may be gone.
      if (ledgerTables.some((table) => (removed[table] ?? 0) > 0)) ledger?.invalidate()
    })
  } catch (error) {
    if (error instanceof DryRun) return removed
    throw error
  }
  return removed
}

async function removeTelemetry(tx: Tx, { what, from, to, service, session }: Removal, removed: Removed): Promise<void> {
  for (const [name, table] of Object.entries(telemetry)) {
    if (what !== 'all' && what !== name && !(session && what === 'sessions')) continue
    removed[table] = session
      ? await counted(tx, table, 'session_id = $session and ($service is null or service_name = $service)', {
          session,
          service: service ?? null,
        })
      : await counted(
          tx,
          table,
          'time >= make_timestamp_ns($from::bigint) and time < make_timestamp_ns($to::bigint) and ($service is null or service_name = $service)',
          { from, to, service: service ?? null },
        )
  }
}

async function removeSessions(tx: Tx, { from, to, service, session }: Removal, removed: Removed): Promise<void> {
  const params = { from, to, service: service ?? null, session: session ?? null }
  await tx.run(doomedSessionsSql, params)
  await tx.run(doomedCallsSql, params)
  const doomed = '(tool, session_id) in (select (tool, session_id) from doomed_sessions)'
  removed.call_observations = await counted(
    tx,
    'call_observations',
    'component in (select component from doomed_components)',
  )
  removed.model_calls = await counted(
    tx,
    'model_calls',
    `component in (select component from doomed_components where component <> 0) or ${doomed}`,
  )
  for (const table of bySession) removed[table] = await counted(tx, table, doomed)
  await tx.run(`delete from watched_sessions where ${doomed}`)
  await tx.run(forgetFilesSql)
  // Their transcripts still lie on the disk: a plain import must leave them away.
  await tx.run(rememberSql, { now: BigInt(Date.now()) * 1_000_000n })
}

/** Deletes and says how many rows went. */
async function counted(
  tx: Tx,
  table: string,
  where: string,
  params?: Record<string, bigint | string | null>,
): Promise<number> {
  const rows = await tx.all(`delete from ${table} where ${where}`, params)
  return Number(Object.values(rows[0] ?? { n: 0n })[0] ?? 0)
}

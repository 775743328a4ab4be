// purge.ts: takes out what this machine's import read of one tool, and nothing that came through another door or was pushed.
import type { Ledger } from '../ingest/ledger/ledger.ts'
import type { Pricing } from '../ingest/ledger/model-call.ts'
import { rebuild } from '../ingest/ledger/rebuild.ts'
import type { Store } from '../store/store.ts'
import type { Window } from './window.ts'

/** Tables of observations that say which door they came through, each with its time. */
const observations: [table: string, time: string, own?: string][] = [
  // Of no session: each names its machine.
  ['call_observations', 'time', "json_extract(detail, '$.host') is null"],
  ['aggregate_observations', 'time'],
  ['tool_call_observations', 'time'],
  ['messages', 'time'],
  ['commit_observations', 'time'],
  ['session_observations', 'last_time'],
]

const earliest = -(2n ** 63n) + 2n
const latest = 2n ** 63n - 2n

/**
 * The sessions that other machines pushed: their pushes name the machine, and transcripts by themselves never do. Here nobody
 * has their files to read them in again.
 */
const pushed = ['session_observations', 'call_observations']
  .map(
    (table) => `select session_id from ${table}
      where tool = $tool and source = 'transcript' and session_id <> '' and json_extract(detail, '$.host') is not null`,
  )
  .join(' union ')

/** Removes a tool's imported observations of a time, and computes the ledger anew from what is left. */
export async function purge(
  store: Store,
  ledger: Ledger,
  pricing: Pricing,
  tool: string,
  { from = earliest, to = latest }: Window,
): Promise<void> {
  await store.transaction(async (tx) => {
    await tx.run(`create or replace temp table pushed_sessions as ${pushed}`, { tool })
    for (const [table, time, own = 'true'] of observations) {
      await tx.run(
        `delete from ${table} where tool = $tool and source = 'transcript'
           and session_id not in (from pushed_sessions) and ${own}
           and coalesce(${time}, make_timestamp_ns(0)) >= make_timestamp_ns($from::bigint)
           and coalesce(${time}, make_timestamp_ns(0)) < make_timestamp_ns($to::bigint)`,
        { tool, from, to },
      )
    }
    ledger.invalidate()
  })
  await rebuild(store, pricing, { ledger })
}

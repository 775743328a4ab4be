// purge.ts: takes out what was read from transcripts of one tool, and nothing that came through another door.
import type { Ledger } from '../ingest/ledger/ledger.ts'
import type { Pricing } from '../ingest/ledger/model-call.ts'
import { rebuild } from '../ingest/ledger/rebuild.ts'
import type { Store } from '../store/store.ts'
import type { Window } from './window.ts'

/** Tables of observations that say which door they came through, each with its time. */
const observations: [table: string, time: string][] = [
  ['call_observations', 'time'],
  ['aggregate_observations', 'time'],
  ['tool_call_observations', 'time'],
  ['messages', 'time'],
  ['commit_observations', 'time'],
  ['session_observations', 'last_time'],
]

const earliest = -(2n ** 63n) + 2n
const latest = 2n ** 63n - 2n

/** Removes a tool's imported observations of a time, and computes the ledger anew from what is left. */
export async function purge(
  store: Store,
  ledger: Ledger,
  pricing: Pricing,
  tool: string,
  { from = earliest, to = latest }: Window,
): Promise<void> {
  await store.transaction(async (tx) => {
    for (const [table, time] of observations) {
      await tx.run(
        `delete from ${table} where tool = $tool and source = 'transcript'
           and coalesce(${time}, make_timestamp_ns(0)) >= make_timestamp_ns($from::bigint)
           and coalesce(${time}, make_timestamp_ns(0)) < make_timestamp_ns($to::bigint)`,
        { tool, from, to },
      )
    }
    // What other machines pushed went with it: their next push begins anew.
    await tx.run('delete from import_files where tool = $tool and starts_with(path, $pushed)', {
      tool,
      pushed: `${tool}@`,
    })
    ledger.invalidate()
  })
  await rebuild(store, pricing, { ledger })
}

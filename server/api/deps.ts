// deps.ts: what the routes need from the rest of the program.
import type { Agent } from '#proto/agent.ts'
import type { Ingest } from '../ingest/ingest.ts'
import type { Log } from '../log.ts'
import type { Authorize, Guard } from '../receivers/guard.ts'
import type { Store } from '../store/store.ts'

/** Given once, when the server starts. */
export type ApiDeps = {
  store: Store
  ingest: Ingest
  agents: readonly Agent[]
  version: string
  log: Log
  /** Where the doors are; `null` when a door is off. */
  urls: { otlpUrl: string; grpcUrl: string | null }
  startedAt: Date
  /** Who may call: the names and origins of the port. Absent only where there is no port (`app.request()` in commands). */
  guard?: Guard
  /** Decides about tokens; absent when none is required. */
  authorize?: Authorize
}

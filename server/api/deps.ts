// deps.ts: what the routes need from the rest of the program.
import type { Agent } from '#proto/agent.ts'
import type { Core } from '../core.ts'
import type { Ingest } from '../ingest/ingest.ts'
import type { Log } from '../log.ts'
import type { Store } from '../store/store.ts'
import type { Doors } from './status/doors.ts'

/** Given once, when the server starts. */
export type ApiDeps = {
  /** Everything that owns the database; `store` and `ingest` are its parts that most routes need. */
  core: Core
  store: Store
  ingest: Ingest
  agents: readonly Agent[]
  version: string
  log: Log
  /** Where the doors are; `null` when a door is off. */
  urls: { otlpUrl: string; grpcUrl: string | null }
  startedAt: Date
  /** What the receivers tell of themselves. */
  doors?: Doors
}

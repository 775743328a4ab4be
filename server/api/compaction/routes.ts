// routes.ts: POST /api/compact: writes the database file anew, without what is free in it.
import { Hono } from 'hono'
import type { ApiDeps } from '../deps.ts'
import { about } from '../describe.ts'
import { whileWorking } from '../ndjson.ts'

/** The answer is NDJSON: progress, last `{"bytesBefore","bytesAfter","durationMs","pausedMs"}`. */
export function compactionRoutes({ store }: ApiDeps) {
  return new Hono().post(
    '/api/compact',
    about(
      'Makes the database file smaller: free space is given back, and no trace of what was deleted stays in it',
      undefined,
      'application/x-ndjson',
    ),
    (c) => whileWorking(c, 'compact', () => store.compact()),
  )
}

// routes.ts: POST /api/delete: takes records out for good: out of the tables, and out of the file.
import { Hono } from 'hono'
import { z } from 'zod'
import { removable, remove } from '../../ingest/removal/removal.ts'
import { bytesOf, free, wipe } from '../../ingest/removal/wipe.ts'
import type { ApiDeps } from '../deps.ts'
import { about } from '../describe.ts'
import { badRequest } from '../errors.ts'
import { exactly } from '../exactly.ts'
import { whileWorking } from '../ndjson.ts'
import { bodyOf, bodyWindow } from '../params.ts'

const Removal = exactly(
  {
    what: z.enum(removable, { error: `use one of ${removable.join(', ')}` }),
    ...bodyWindow,
    service: z.string().min(1).optional(),
    session: z.string().min(1).optional(),
    dryRun: z.boolean().optional(),
    compact: z
      .boolean()
      .optional()
      .describe('false: the file is not written anew, and holds what was deleted until it is (POST /api/compact)'),
  },
  ['yes'],
)

/**
 * The answer is NDJSON (contract §4): progress, and last the summary `{"what","dryRun","removed":{<table>:rows},"rows"}`, of a
 * deletion with `bytesBefore` and `bytesAfter` of the file, a `notice` when that could not be written anew, and the `copies`
 * that were kept beside it.
 */
export function removalRoutes({ core }: ApiDeps) {
  return new Hono().post(
    '/api/delete',
    about('Takes records out: by time, by service, or a whole session', undefined, 'application/x-ndjson'),
    bodyOf(Removal),
    async (c) => {
      const { what, from, to, service, session, dryRun = false, compact = true } = c.req.valid('json')
      if (!session && (from === undefined || to === undefined)) {
        throw badRequest('from: give from and to, or the session to delete; nothing is deleted without a bound')
      }
      if (from !== undefined && to !== undefined && from > to) throw badRequest('from: is after to; give them in order')
      const bytesBefore = bytesOf(core.store)
      const removed = await remove(core.store, core.ledger, {
        what,
        from: from ?? 0n,
        // `to` belongs to the range; the removal's own bound does not.
        to: (to ?? 0n) + 1n,
        service,
        session,
        dryRun,
      })
      const rows = Object.values(removed).reduce((sum, count) => sum + count, 0)
      const summary = { what, dryRun, removed, rows }
      return whileWorking(c, 'compact', async () => {
        if (dryRun) return summary
        if (!compact) await free(core.store)
        if (rows === 0 || !compact) return { ...summary, bytesBefore, bytesAfter: bytesOf(core.store) }
        return { ...summary, ...(await wipe(core.store, bytesBefore)) }
      })
    },
  )
}

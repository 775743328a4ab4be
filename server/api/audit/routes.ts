// routes.ts: /api/audit: every number followed back to the doors that told it.
import { Hono } from 'hono'
import { z } from 'zod'
import type { ApiDeps } from '../deps.ts'
import { about } from '../describe.ts'
import { send } from '../json.ts'
import { withTotal } from '../page.ts'
import { allTime, pageParams, queryOf, textParam, timeRange, windowParams } from '../params.ts'
import { listSessions } from '../sessions/session.ts'
import { page as pageShape } from '../shapes.ts'
import { UsageNumbers, usageShape } from '../usage/shape.ts'
import { audited } from './audit.ts'

const number = z.number().nullable().describe('null: this door does not tell')
const numbers = Object.fromEntries(
  Object.keys(usageShape)
    .filter((field) => field !== 'basis')
    .map((field) => [field, number]),
) as Record<Exclude<keyof typeof usageShape, 'basis'>, typeof number>

const Difference = z.object({
  field: z.string(),
  values: z.record(z.string(), z.union([z.number(), z.string()])).describe('by source'),
  used: z.union([z.number(), z.string()]),
  reason: z.string(),
  calls: z.number().optional().describe('of how many single requests; absent: of the session’s sum'),
})

export const AuditedSession = z
  .object({
    sessionId: z.string(),
    tool: z.string(),
    sources: z.array(z.object({ source: z.string(), ...numbers, basis: usageShape.basis })),
    used: UsageNumbers,
    differences: z.array(Difference),
  })
  .meta({ id: 'AuditedSession' })

const AuditList = z.object({ sessions: z.array(AuditedSession), ...pageShape })
type AuditList = z.infer<typeof AuditList>

export function auditRoutes({ store }: ApiDeps) {
  return new Hono().get(
    '/api/audit',
    about('What each source saw of each session, what is used of it, and why they differ', AuditList),
    queryOf(z.object({ ...windowParams, ...pageParams, tool: textParam, session: textParam })),
    async (c) => {
      const { from, to, tool, session, limit, offset } = c.req.valid('query')
      // A session that is named is found whenever it was.
      const range = session === undefined ? timeRange({ from, to }) : allTime({ from, to })
      const asked = { ...range, tool, session, sort: 'lastTime', direction: 1, limit, offset }
      const answer = await store.reader(async (reader) => {
        const { rows, total, hasMore } = await withTotal(await listSessions(reader, asked), offset, () =>
          listSessions(reader, { ...asked, limit: 1, offset: 0 }),
        )
        return { sessions: await audited(reader, rows), total, hasMore }
      })
      return send<AuditList>(c, answer)
    },
  )
}

// routes.ts: /api/sessions: the list, one with everything in it, its transcript.
import { Hono } from 'hono'
import { z } from 'zod'
import type { ApiDeps } from '../deps.ts'
import { about } from '../describe.ts'
import { notFound } from '../errors.ts'
import { send } from '../json.ts'
import { withTotal } from '../page.ts'
import { flagParam, pageParams, pathOf, queryOf, textParam, timeRange, windowParams } from '../params.ts'
import { findSession, SessionDetail, sessionDetail } from './detail.ts'
import { listSessions, SessionList, type SortKey, sessionOf, sortKeys } from './session.ts'
import { readTranscript, Transcript } from './transcript.ts'

/** `cost`, `-cost` or `cost:desc`: the largest first; `cost:asc`: the smallest. The field's own name does too. */
const sortParam = z
  .string()
  .transform((given, context) => {
    const match = /^(-?)(\w+?)(?::(asc|desc))?$/.exec(given)
    const named = match?.[2]?.replace(/Ms$|Usd$/, '').replace(/^totalTokens$/, 'tokens')
    if (match && (sortKeys as readonly string[]).includes(named ?? ''))
      return { sort: named as SortKey, direction: match[3] === 'asc' ? -1 : 1 }
    context.addIssue(`${JSON.stringify(given)} is not valid; use ${sortKeys.join(', ')}, each with :asc or :desc`)
    return z.NEVER
  })
  .default({ sort: 'lastTime', direction: 1 })
  .describe(`${sortKeys.join(', ')}: the largest first, or with :asc the smallest`)

/**
 * Most messages of a whole transcript. Placing them costs the same for one page as for all (0.25 s for 20,000), so that a
 * reader of all asks once; a transcript of many megabytes still ends early, by its bytes, and `hasMore` says so.
 */
const wholeMessagesMax = 100_000

const idPath = pathOf(z.object({ id: z.string() }))

export function sessionsRoutes({ store }: ApiDeps) {
  const missing = (id: string) =>
    notFound(`there is no session ${JSON.stringify(id)}; /api/sessions lists those there are`)

  return new Hono()
    .get(
      '/api/sessions',
      about('Sessions that were active in the time range, with what they used', SessionList),
      queryOf(
        z.object({
          ...windowParams,
          ...pageParams,
          tool: textParam,
          service: textParam,
          project: textParam,
          model: textParam,
          search: textParam,
          sort: sortParam,
        }),
      ),
      async (c) => {
        const { sort, from, to, ...given } = c.req.valid('query')
        const asked = { ...timeRange({ from, to }), ...sort, ...given }
        const { rows, total, hasMore } = await withTotal(await listSessions(store, asked), asked.offset, () =>
          listSessions(store, { ...asked, limit: 1, offset: 0 }),
        )
        return send<SessionList>(c, { sessions: rows.map(sessionOf), total, hasMore })
      },
    )
    .get(
      '/api/sessions/:id',
      about('A session with its models, agents, tools, commits and sources', SessionDetail),
      idPath,
      queryOf(z.object({ tool: textParam })),
      async (c) => {
        const { id } = c.req.valid('param')
        const row = await findSession(store, id, c.req.valid('query').tool)
        if (!row) throw missing(id)
        return send<SessionDetail>(c, await sessionDetail(store, row))
      },
    )
    .get(
      '/api/sessions/:id/transcript',
      about('What was said and done in a session, in order', Transcript),
      idPath,
      queryOf(
        z.object({
          ...pageParams,
          tool: textParam,
          whole: flagParam.describe('all from `offset` on, whatever `limit` says'),
        }),
      ),
      async (c) => {
        const { id } = c.req.valid('param')
        const { tool, whole, offset, ...given } = c.req.valid('query')
        const limit = whole ? wholeMessagesMax : given.limit
        const row = await findSession(store, id, tool)
        if (!row) throw missing(id)
        return send<Transcript>(c, await readTranscript(store, row, limit, offset))
      },
    )
}

// routes.ts: /api/sessions: the list, one with everything in it, its transcript.
import { Hono } from 'hono'
import { z } from 'zod'
import type { ApiDeps } from '../deps.ts'
import { about } from '../describe.ts'
import { notFound } from '../errors.ts'
import { send } from '../json.ts'
import { withTotal } from '../page.ts'
import {
  flagParam,
  pageParams,
  pathOf,
  queryOf,
  textParam,
  timeRange,
  wholeParam,
  windowParams,
  wordParam,
} from '../params.ts'
import { type Bounds, boundsParam } from './bounds.ts'
import { findSession, SessionDetail, sessionDetail } from './detail.ts'
import { listSessions, SessionList, type SortKey, sessionFacets, sessionOf, sortKeys } from './session.ts'
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

/** What narrows a list of sessions. */
const narrowing = {
  ...windowParams,
  tool: textParam,
  service: textParam,
  project: textParam,
  branch: textParam,
  model: textParam,
  search: textParam,
  status: wordParam(['active', 'ended']).optional(),
  cost: boundsParam(1e9, 'dollars'),
  tokens: boundsParam(1, 'tokens'),
  requests: boundsParam(1, 'model requests'),
  errors: boundsParam(1, 'failed model requests and failed tool calls'),
  durationMs: boundsParam(1e6, 'milliseconds'),
}
const narrowingQuery = z.object(narrowing)

function matchedOf(given: z.infer<typeof narrowingQuery>) {
  const { from, to, status, cost, tokens, requests, errors, durationMs, ...named } = given
  const bounded = <N extends string>(name: N, { min, max }: Bounds) =>
    ({ [`${name}_min`]: min, [`${name}_max`]: max }) as { [K in `${N}_min` | `${N}_max`]: bigint | null }
  return {
    ...timeRange({ from, to }),
    ...named,
    active: status === undefined ? null : status === 'active',
    ...bounded('cost', cost),
    ...bounded('tokens', tokens),
    ...bounded('requests', requests),
    ...bounded('errors', errors),
    ...bounded('duration', durationMs),
  }
}

const facetNames = ['tool', 'status', 'project', 'branch', 'model'] as const
const valuesOf = z.array(z.object({ value: z.string(), sessions: z.number() }))
const Facets = z
  .object(
    Object.fromEntries(facetNames.map((name) => [name, valuesOf])) as Record<
      (typeof facetNames)[number],
      typeof valuesOf
    >,
  )
  .meta({ id: 'SessionFacets' })

const idPath = pathOf(z.object({ id: z.string() }))

export function sessionsRoutes({ store }: ApiDeps) {
  const missing = (id: string) =>
    notFound(`there is no session ${JSON.stringify(id)}; /api/sessions lists those there are`)

  return new Hono()
    .get(
      '/api/sessions',
      about('Sessions that were active in the time range, with what they used', SessionList),
      queryOf(z.object({ ...narrowing, ...pageParams, sort: sortParam })),
      async (c) => {
        const { sort, limit, offset, ...given } = c.req.valid('query')
        const asked = { ...matchedOf(given), ...sort, limit, offset }
        const { rows, total, hasMore } = await withTotal(await listSessions(store, asked), asked.offset, () =>
          listSessions(store, { ...asked, limit: 1, offset: 0 }),
        )
        return send<SessionList>(c, { sessions: rows.map(sessionOf), total, hasMore })
      },
    )
    .get(
      '/api/session-facets',
      about('How many of the sessions that match have each agent, state, project, branch and model', Facets),
      queryOf(z.object({ ...narrowing, limit: wholeParam(1, 200).default(20).meta({ usual: 20 }) })),
      async (c) => {
        const { limit, ...given } = c.req.valid('query')
        const rows = await sessionFacets(store, matchedOf(given), limit)
        const of = (name: string) =>
          rows.filter(({ facet }) => facet === name).map(({ value, sessions }) => ({ value, sessions }))
        return send<z.infer<typeof Facets>>(c, {
          tool: of('tool'),
          status: of('status'),
          project: of('project'),
          branch: of('branch'),
          model: of('model'),
        })
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

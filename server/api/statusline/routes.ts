// routes.ts: GET /api/statusline: the few numbers of an agent's status line in one answer, because every question costs it time.
import { Hono } from 'hono'
import { z } from 'zod'
import { big, int, maybe, query, text, time } from '../../store/query.ts'
import type { ApiDeps } from '../deps.ts'
import { about } from '../describe.ts'
import { send } from '../json.ts'
import { queryOf, sessionParam, textParam, windowParams } from '../params.ts'
import { formatTime, nowNano } from '../time.ts'
import { usd } from '../usage/shape.ts'
import activitySql from './activity.sql' with { type: 'text' }
import { blockAt } from './block.ts'
import costsSql from './costs.sql' with { type: 'text' }

const cost = z.number().nullable().describe('null: nothing was used, or nothing of it has a price')
const Line = z.object({
  sessionCostUsd: cost,
  todayCostUsd: cost.describe('since `from`'),
  block: z
    .object({ start: z.string(), end: z.string(), costUsd: z.number() })
    .nullable()
    .describe('the five hours of a subscription that are running'),
})
type Line = z.infer<typeof Line>

const readCosts = query(
  costsSql,
  { session: text, midnight: time },
  { session_nano_usd: maybe(big), session_requests: int, today_nano_usd: maybe(big), today_requests: int },
)
const readActivity = query(
  activitySql,
  { tool: text, since: time, until: time },
  { first: time, last: time, nano_usd: big },
)

/** Blocks follow each other without a pause for as long as somebody works; nobody works for longer. */
const lookBackNano = 7n * 86_400_000_000_000n

export function statuslineRoutes({ store }: ApiDeps) {
  return new Hono().get(
    '/api/statusline',
    about("What a status line shows: the session's cost, today's, and the five-hour block", Line),
    queryOf(z.object({ session: sessionParam, tool: textParam, ...windowParams })),
    async (c) => {
      const { session = '', tool = 'claude-code', from, to } = c.req.valid('query')
      const until = to ?? nowNano()
      const [[costs], activity] = await Promise.all([
        readCosts(store, { session, midnight: from ?? until - 86_400_000_000_000n }),
        readActivity(store, { tool, since: until - lookBackNano, until }),
      ])
      const block = blockAt(
        activity.map(({ first, last, nano_usd }) => ({ first, last, nanoUsd: nano_usd })),
        until,
      )
      return send<Line>(c, {
        sessionCostUsd: session === '' || costs!.session_requests === 0 ? null : usd(costs!.session_nano_usd),
        todayCostUsd: costs!.today_requests === 0 ? null : usd(costs!.today_nano_usd),
        block: block
          ? { start: formatTime(block.start), end: formatTime(block.end), costUsd: usd(block.nanoUsd)! }
          : null,
      })
    },
  )
}

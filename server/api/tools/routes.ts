// routes.ts: /api/tools: what agents called, how it went, how long it took.
import { Hono } from 'hono'
import { z } from 'zod'
import type { ApiDeps } from '../deps.ts'
import { about } from '../describe.ts'
import { send } from '../json.ts'
import { queryOf, textParam, timeRange, windowParams } from '../params.ts'
import { readTools, ToolUse } from './read-tools.ts'

const ToolList = z.object({ tools: z.array(ToolUse) })
type ToolList = z.infer<typeof ToolList>

export function toolsRoutes({ store }: ApiDeps) {
  return new Hono().get(
    '/api/tools',
    about('Tools by their calls', ToolList),
    queryOf(z.object({ ...windowParams, tool: textParam, project: textParam, session: textParam })),
    async (c) => {
      const { tool, project, session, ...given } = c.req.valid('query')
      const tools = await readTools(store, { ...timeRange(given), tool, project, session })
      return send<ToolList>(c, { tools })
    },
  )
}
